#!/bin/sh
# The command `answerback` of an installed service, with the service's own configuration, and its secrets where they may be read. As
# root it runs as the service's user: what it makes can be used by the service, and what lies in folders of that user leads nowhere else.
environment=/etc/answerback/environment
: "${ANSWERBACK_CONFIG=/etc/answerback/answerback.yaml}"
export ANSWERBACK_CONFIG

secrets=
if [ -r "$environment" ]; then secrets=--env-file=$environment; fi
as=
if [ "$(id -u)" = 0 ]; then as=--import=/opt/answerback/systemd/as-service.mjs; fi

# shellcheck disable=SC2086 # Absent options are no arguments.
exec /usr/bin/node $secrets $as --enable-source-maps /opt/answerback/dist/app/cli/bin.js "$@"
