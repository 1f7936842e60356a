#!/usr/bin/env bash
# run.sh SCRIPT.ts [ARG]...   makes the machine ready if it is not, then runs a script of this checkout
# run.sh --test [FILE]...     the same, then the tests but for the longest files, or those named
# run.sh --test-all           the same, then every test, and whether each requirement has its proof
# run.sh --ok                 the same, then types, lint, format, dead code and the fast tests
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The tests that need no switch and no store.
fast_tests=('test/{audio,config,core,docs,rooms}/**/*.test.ts' 'test/*.test.ts')

[[ $# -gt 0 ]] || { echo 'run.sh: what? SCRIPT.ts, --test, --test-all or --ok' >&2; exit 64; }
if [[ $1 == --test* ]]; then bash scripts/setup.sh --quiet; else bash scripts/setup.sh --quiet --no-tests; fi
PATH=$PWD/node_modules/.bin:$PATH

step() {
  local begun=$SECONDS
  echo "== $*"
  "$@" || { echo "== failed: $*" >&2; exit 1; }
  echo "== $((SECONDS - begun)) s"
}

case $1 in
  --test)
    shift
    [[ $# -eq 0 ]] || exec mocha "$@"
    exec node --import tsx scripts/test-all.ts
    ;;
  --test-all) exec node --import tsx scripts/test-all.ts --all ;;
  --ok)
    step tsc --noEmit
    step tsc -p web
    step oxlint --type-aware --deny-warnings
    step oxfmt --check .
    step knip --no-progress
    step mocha --reporter dot "${fast_tests[@]}"
    ;;
  *) exec node --import tsx "$@" ;;
esac
