#!/bin/sh
# The command `answerback` of an installed service, with the service's own configuration, and its secrets where they may be read.
environment=/etc/answerback/environment
: "${ANSWERBACK_CONFIG=/etc/answerback/answerback.yaml}"
export ANSWERBACK_CONFIG

# What looks whether the service may do its work, or writes into folders of the service, does so in its name.
as=
if [ "$(id -u)" = 0 ]; then
  for word in "$@"; do
    case $word in doctor | sweep) as=--import=/opt/answerback/systemd/as-service.mjs ;; esac
  done
fi
secrets=
if [ -r "$environment" ]; then secrets=--env-file=$environment; fi

# shellcheck disable=SC2086 # Absent options are no arguments.
exec /usr/bin/node $secrets $as --enable-source-maps /opt/answerback/dist/app/cli/bin.js "$@"
