#!/usr/bin/env bash
# in-root.sh [--bind DIR]... [--postgres] [--no-tmp] [--pid-file FILE] CMD [ARG]...
#
# Runs CMD in the Debian root that setup.sh made, with its own mount table: nothing is mounted on the machine itself, and
# nothing is left when CMD ends. The network, /proc and /dev are the machine's. Every DIR (and, unless --bind or --no-tmp
# is given, the checkout, the cache and /tmp) is seen in the root under its own path. CMD keeps this script's process id,
# and dies when the process that started it dies. --postgres runs CMD as the root's own user `postgres`, since PostgreSQL
# refuses to run as root. Another user than root needs user namespaces or a sudo that asks nothing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
self=$here/scripts/in-root.sh
cache=${ANSWERBACK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/answerback}
root=${ANSWERBACK_ROOT:-$cache/root}
binds=() as=root tmp=yes pid_file='' signal=KILL

while [[ ${1:-} == --* ]]; do
  case $1 in
    --bind) binds+=("$2"); shift 2 ;;
    --postgres) as=postgres signal=QUIT; shift ;;
    --no-tmp) tmp=no; shift ;;
    --pid-file) pid_file=$2; shift 2 ;;
    --) shift; break ;;
    *) echo "in-root.sh: unknown option $1" >&2; exit 64 ;;
  esac
done
[[ $# -gt 0 ]] || { echo 'in-root.sh: no command; usage: in-root.sh [--bind DIR]... CMD [ARG]...' >&2; exit 64; }
[[ -x $root/usr/bin/env ]] || { echo "in-root.sh: there is no root at $root; run: npm run setup" >&2; exit 69; }
[[ ${#binds[@]} -gt 0 || $tmp == no ]] || { mkdir -p "$cache" && binds=("$here" "$cache"); }

if [[ -z ${ANSWERBACK_INSIDE:-} ]]; then
  export ANSWERBACK_INSIDE=root ANSWERBACK_CACHE="$cache" ANSWERBACK_ROOT="$root"
  options=()
  for dir in "${binds[@]}"; do options+=(--bind "$dir"); done
  [[ $as == root ]] || options+=(--postgres)
  [[ $tmp == yes ]] || options+=(--no-tmp)
  [[ -z $pid_file ]] || options+=(--pid-file "$pid_file")
  if [[ $EUID -eq 0 ]]; then
    exec unshare --mount --propagation private -- "$BASH" "$self" "${options[@]}" -- "$@"
  elif unshare --user --map-root-user --mount true 2>/dev/null; then
    export ANSWERBACK_INSIDE=user
    exec unshare --user --map-root-user --mount --propagation private -- "$BASH" "$self" "${options[@]}" -- "$@"
  elif sudo -n true 2>/dev/null; then
    exec sudo -n env "ANSWERBACK_INSIDE=sudo" "ANSWERBACK_CACHE=$cache" "ANSWERBACK_ROOT=$root" \
      unshare --mount --propagation private -- "$BASH" "$self" "${options[@]}" -- "$@"
  fi
  echo 'in-root.sh: this user may neither make user namespaces nor use sudo without a password; run as root' >&2
  exit 77
fi
inside=$ANSWERBACK_INSIDE
unset ANSWERBACK_INSIDE

# What the program sees as / is put together in memory, out of the root's folders and the machine's, so that nothing is ever
# written to the root, which may be another user's.
umask 022
view=$root/mnt
mount -t tmpfs -o mode=755 tmpfs "$view"
for entry in "$root"/*; do
  name=${entry##*/}
  case $name in
    proc | dev | sys) mkdir "$view/$name" && mount --rbind "/$name" "$view/$name" ;;
    mnt | tmp | root | home | media | opt | run | srv) mkdir "$view/$name" ;;
    *) if [[ -L $entry ]]; then cp -P "$entry" "$view/"; else mkdir "$view/$name" && mount --bind "$entry" "$view/$name"; fi ;;
  esac
done
chmod 1777 "$view/tmp"
[[ $tmp == no ]] || mount --bind /tmp "$view/tmp"
for dir in "${binds[@]}"; do
  [[ $tmp == yes && $dir == /tmp/* ]] && continue
  [[ -d $dir ]] || { echo "in-root.sh: there is no folder $dir" >&2; exit 66; }
  mkdir -p "$view$dir"
  mount --bind "$dir" "$view$dir"
done
# Names are found and certificates trusted as on the machine.
for file in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
  if [[ -e $file && -e $root$file ]]; then mount --bind "$file" "$view$file"; fi
done

[[ -z $pid_file ]] || echo $$ >"$pid_file"
field() { grep "^postgres:" "$root/etc/passwd" | cut -d: -f"$1"; }
enter=(chroot "$view" env HOME=/tmp PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
case $inside-$as in
  root-root) drop=() ;;
  root-postgres) drop=(--reuid "$(field 3)" --regid "$(field 4)" --clear-groups) ;;
  user-root) drop=() ;;
  user-postgres)
    # Before the change of root: afterwards no user namespace may be made.
    enter=(unshare --user "--map-user=$(field 3)" "--map-group=$(field 4)" --keep-caps -- "${enter[@]}")
    drop=(--inh-caps=-all --ambient-caps=-all)
    ;;
  sudo-*)
    drop=(--reuid "$SUDO_UID" --regid "$SUDO_GID" --clear-groups)
    # sudo outlives the process that started it: an end of the input stands for that process's end.
    if [[ -n $pid_file ]]; then
      exec 3<&0 </dev/null
      (cat <&3 >/dev/null; kill -"$signal" $$) &
      exec 3<&-
    fi
    ;;
esac
exec "${enter[@]}" setpriv --pdeathsig "$signal" "${drop[@]}" -- "$@"
