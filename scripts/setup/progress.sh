# Parts that run at once, each with its log, its time, and a sign of life every 10 s. Sourced by setup.sh.

declare -A part_pid=() part_title=() part_begun=() part_log=()

say() { echo "setup: $*"; }

# Ends the set-up with one line: what is the matter; the way out.
give_up() {
  echo "setup: $*" >&2
  exit 1
}

# start KEY TITLE FUNCTION ARG...
start() {
  local key=$1 title=$2
  shift 2
  mkdir -p "$cache/log"
  part_title[$key]=$title part_begun[$key]=$SECONDS part_log[$key]=$cache/log/$key.log
  ("$@") >"${part_log[$key]}" 2>&1 </dev/null &
  part_pid[$key]=$!
}

# Waits for all parts that were started. One that fails ends the others and the set-up.
finish_all() {
  local beat=$SECONDS key
  while [[ ${#part_pid[@]} -gt 0 ]]; do
    for key in "${!part_pid[@]}"; do
      kill -0 "${part_pid[$key]}" 2>/dev/null && continue
      if ! wait "${part_pid[$key]}"; then
        unset "part_pid[$key]"
        failed "$key"
      fi
      unset "part_pid[$key]"
      say "${part_title[$key]}: $((SECONDS - part_begun[$key])) s"
    done
    if ((SECONDS - beat >= 8)); then
      beat=$SECONDS
      for key in "${!part_pid[@]}"; do
        say "… ${part_title[$key]}, $((SECONDS - part_begun[$key])) s: $(last_line "$key")"
      done
    fi
    [[ ${#part_pid[@]} -eq 0 ]] || sleep 0.2
  done
}

last_line() { tail -n 1 "${part_log[$1]}" 2>/dev/null | tr -d '\r' | cut -c1-70; }

# What went wrong is the last line that says so, else the last one.
failed() {
  local reason
  reason=$(grep -aE '^(E:|W: Failure|error|npm error (code|network|.*No space)|.*No space left|go: )|Error:' "${part_log[$1]}" | tail -n 1 | cut -c1-160)
  [[ -n $reason ]] || reason=$(last_line "$1")
  give_up "${part_title[$1]} failed: ${reason:-no reason given}; the whole of it is in ${part_log[$1]}; then run npm run setup again"
}

# Ends what still runs and takes away what is half-made.
clean_up() {
  local code=$? key
  trap - EXIT INT TERM HUP
  for key in "${!part_pid[@]}"; do end_tree "${part_pid[$key]}"; done
  wait 2>/dev/null || true
  remove_partial
  exit "$code"
}

# Ends a process and its children, deepest first.
end_tree() {
  local child
  for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do end_tree "$child"; done
  kill -TERM "$1" 2>/dev/null || ${sudo[@]+"${sudo[@]}"} kill -TERM "$1" 2>/dev/null || true
}
