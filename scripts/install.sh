#!/usr/bin/env bash
# install.sh: installs what this checkout has built as the service `answerback` of this machine, or a newer one in its place.
#
# To be run as root. Programs go to /opt/answerback (those before stay in /opt/answerback.before), the unit to systemd, the command to
# /usr/local/bin. Configuration and secrets are made where there are none, and never changed. Nothing is started or stopped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

program=/opt/answerback
settings=/etc/answerback
state=/var/lib/answerback
spool=/var/spool/asterisk
unit=/etc/systemd/system/answerback.service

say() { echo "install: $*"; }
give_up() { echo "install: $*" >&2; exit 1; }

[[ $# -eq 0 ]] || give_up 'it takes no options; see docs/operations.md'
[[ $EUID -eq 0 ]] || give_up 'root alone may do this: sudo bash scripts/install.sh'
built() { [[ -e $1 ]] || give_up "$1 is missing: $2"; }
built node_modules 'npm ci'
built dist/app/main.js 'npm run build'
built web/dist/index.html 'npm run web:build'
built var/prompts/en/index.json 'node --import tsx scripts/prompts.ts'
# The unit names it.
[[ -x /usr/bin/node ]] || give_up 'there is no /usr/bin/node: apt-get install nodejs, or a link to yours'

is_same() {
  local part
  for part in dist web/dist var/prompts systemd package.json package-lock.json; do
    diff -rq "$1/$part" "$2/$part" >/dev/null 2>&1 || return 1
  done
}

# All of it is there before anything of the version before is touched.
copy_programs() {
  local fresh=$program.new
  rm -rf "$fresh"
  mkdir -p "$fresh/web" "$fresh/var" "$fresh/scripts"
  cp -r dist docs systemd package.json package-lock.json .npmrc LICENSE README.md CHANGELOG.md "$fresh/"
  cp -r web/dist "$fresh/web/"
  cp -r var/prompts "$fresh/var/"
  cp scripts/answerback.mjs "$fresh/scripts/"
  # Its content: it may be a link, and what follows is for the copy alone.
  mkdir "$fresh/node_modules"
  cp -r node_modules/. "$fresh/node_modules/"
  (cd "$fresh" && npm prune --omit=dev --offline --ignore-scripts >/dev/null) || give_up "npm prune failed in $fresh"
  # Asterisk reads the prompts, whoever has built them under whatever mask.
  chmod -R u=rwX,go=rX "$fresh"
  chown -R root:root "$fresh"
  local before=$program.before same=no
  if [[ -e $program ]]; then
    # The way back leads to another version, not to this one.
    if is_same "$fresh" "$program"; then same=yes before=$program.same; fi
    rm -rf "$before"
    mv "$program" "$before"
  fi
  mv "$fresh" "$program"
  if [[ $same == yes ]]; then rm -rf "$before"; elif [[ -e $before ]]; then say "the version before is in $before"; fi
}

make_user() {
  if ! getent passwd answerback >/dev/null; then
    useradd --system --user-group --home-dir "$state" --shell /usr/sbin/nologin answerback
    say 'user answerback made'
  fi
  # In the switch's group, if it is here, to take its recordings in.
  for group in asterisk freeswitch; do
    if getent group "$group" >/dev/null; then usermod --append --groups "$group" answerback; fi
  done
}

# Recordings, which the service takes away, and what it lays out for the switch alone to be played (for `asterisk.app: answerback`).
open_spool() {
  if ! getent passwd asterisk >/dev/null; then
    say 'there is no user asterisk: run this again when Asterisk is installed'
    return
  fi
  # As their owners: what those two have put there leads nowhere else.
  as asterisk sh -ec 'mkdir -p "$@"; chmod 2770 "$@"' sh "$spool/recording" "$spool/recording/answerback"
  as asterisk mkdir -p "$spool/answerback-play"
  chown -h answerback:asterisk "$spool/answerback-play"
  as answerback chmod 2750 "$spool/answerback-play"
}

as() { setpriv --reuid "$1" --regid asterisk --clear-groups -- "${@:2}"; }

secret() { head -c 18 /dev/urandom | base64 | tr '+/' '-_'; }

make_settings() {
  install -d -o root -g answerback -m 750 "$settings"
  if [[ ! -e $settings/environment ]]; then
    (umask 077 && printf '%s\n' "# Secrets: NAME='value' a line; docs/configuration.md lists them." \
      "ASTERISK_ARI_PASSWORD='$(secret)'" "ASTERISK_AMI_PASSWORD='$(secret)'" "FREESWITCH_PASSWORD='$(secret)'" \
      '# Part of each PIN: without it none is right.' "ANSWERBACK_PIN_PEPPER='$(secret)'" >"$settings/environment")
    say "passwords made in $settings/environment"
  fi
  if [[ ! -e $settings/answerback.yaml ]]; then
    install -o root -g answerback -m 640 systemd/answerback.yaml "$settings/answerback.yaml"
    say "$settings/answerback.yaml is to be edited: numbers, trunks, store"
  fi
}

install_service() {
  mkdir -p "$(dirname "$unit")" /usr/local/bin
  cp systemd/answerback.service "$unit"
  install -m 755 systemd/answerback.sh /usr/local/bin/answerback
  if [[ -d /run/systemd/system ]]; then systemctl daemon-reload; fi
}

copy_programs
make_user
open_spool
make_settings
install_service
say "$(cd "$program" && node scripts/answerback.mjs --version) is installed; nothing was started"
