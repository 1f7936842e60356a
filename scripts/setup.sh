#!/usr/bin/env bash
# setup.sh [--quiet] [--no-tests]: makes this machine ready to run, test and try Answerback. Run it as often as you like.
#
# What is there is used: MONGODB_URL or `mongod` (else FerretDB over PostgreSQL is prepared), ASTERISK_ARI_URL or `asterisk` 22
# or newer (else one is prepared). What is prepared lies in $ANSWERBACK_CACHE, by default ~/.cache/answerback, is shared by
# every checkout, and may be deleted at any time. Nothing but apt's `debootstrap` is installed on the machine itself.
# ANSWERBACK_DEBIAN_MIRROR overrides the mirror that apt is set to. --quiet says nothing where nothing is to be done;
# --no-tests leaves out what only tests need: an S3 server that takes some minutes to build, a browser, a fuzzer.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${ANSWERBACK_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/answerback}
mkdir -p "$cache" 2>/dev/null || { echo "setup: cannot write to $cache; set ANSWERBACK_CACHE to a folder of yours" >&2; exit 1; }
cache=$(cd "$cache" && pwd)
root=${ANSWERBACK_ROOT:-$cache/root}
ferretdb=${ANSWERBACK_FERRETDB:-$cache/bin/ferretdb}
ferretdb_version=v2.7.0
versitygw=${ANSWERBACK_VERSITYGW:-$cache/bin/versitygw}
versitygw_version=v1.8.0
openbao=${ANSWERBACK_OPENBAO:-$cache/bin/bao}
openbao_version=2.7.2
openbao_sha256=db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866
fuzzer=$cache/schemathesis
fuzzer_version=4.32.5
suite=forky
# Counts up when the root is to be made anew for another reason than its packages.
root_recipe=1
export ANSWERBACK_CACHE="$cache"

source "$here/scripts/setup/progress.sh"
source "$here/scripts/setup/machine.sh"
source "$here/scripts/setup/parts.sh"

quiet=no tests=yes
for option in "$@"; do
  case $option in
    --quiet) quiet=yes ;;
    --no-tests) tests=no ;;
    *) give_up "unknown option $option" ;;
  esac
done
begun=$SECONDS
check_node

# Decided again once this is the only set-up that runs.
find_needed
if [[ ${#needed[@]} -gt 0 ]]; then
  exec 9>"$cache/.lock"
  if ! flock -n 9; then
    say 'another set-up is running; waiting for it'
    flock 9
  fi
  find_needed
fi
if [[ ${#needed[@]} -eq 0 ]]; then
  [[ $quiet == yes ]] || say 'this machine is ready; nothing to do'
  exit 0
fi

trap 'clean_up' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
say "preparing: ${needed[*]} (in $cache)"
remove_partial
if wants root || wants go_programs; then check_machine; fi

if wants packages; then start packages 'Node packages' install_node_packages; fi
if wants root; then start root 'Debian root' make_root; fi
if wants go_programs && [[ $go_in_root == no ]]; then start go_programs 'Go programs' build_go_programs; fi
if wants openbao; then start openbao 'OpenBao' fetch_openbao; fi
finish_all
if wants go_programs && [[ $go_in_root == yes ]]; then
  start go_programs 'Go programs' build_go_programs
  finish_all
fi
if wants fuzzer; then
  start fuzzer 'a fuzzer of the API' make_fuzzer
  finish_all
fi
if wants database; then
  start database 'empty database' node_script scripts/setup/empty-cluster.ts
  finish_all
fi
if wants prompts; then
  start prompts 'prompts' node_script scripts/prompts.ts
  finish_all
fi
if wants page; then
  start page 'page for browsers' build_page
  finish_all
fi
say "ready after $((SECONDS - begun)) s"
