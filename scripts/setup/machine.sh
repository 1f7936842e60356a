# What this machine is, may and has. Sourced by setup.sh.

sudo=()

check_node() {
  command -v node >/dev/null || give_up 'there is no node on the PATH; install Node 20.19 or newer (https://nodejs.org)'
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    give_up "Node $(node -v) is too old; install Node 20.19 or newer (https://nodejs.org)"
}

own='or set MONGODB_URL and ASTERISK_ARI_URL to use your own'

# All that can be known to be in the way is found before anything is begun.
check_machine() {
  command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
    give_up "this is no Debian or Ubuntu, so Asterisk and the store cannot be prepared; use compose.yaml, $own"
  case $(dpkg --print-architecture) in
    amd64 | arm64) ;;
    *) give_up "there are no packages for $(dpkg --print-architecture) machines, only amd64 and arm64; use another machine, $own" ;;
  esac
  check_rights
  check_room
  choose_mirror
  check_network
  install_tools
}

check_rights() {
  if [[ $EUID -ne 0 ]]; then
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [[ -t 0 ]] && sudo -v; }; }; then
      sudo=(sudo)
    else
      give_up "preparing needs root, and this user has no sudo; run it as root once, $own"
    fi
  fi
  ${sudo[@]+"${sudo[@]}"} unshare --mount true 2>/dev/null ||
    give_up "this container may not mount; start it with --privileged (or --cap-add SYS_ADMIN --security-opt apparmor=unconfined), $own"
}

check_room() {
  local free
  free=$(df -Pk "$cache" | awk 'NR == 2 { print int($4 / 1024) }')
  ((free >= 3000)) || give_up "$cache has $free MB of room and 3000 are needed; make room, or set ANSWERBACK_CACHE to another disk"
}

# The machine's own Debian mirror and keyring, whatever format its sources have; on Ubuntu Debian's main mirror.
choose_mirror() {
  local uri signed
  mirror=${ANSWERBACK_DEBIAN_MIRROR:-} keyring=''
  while IFS='|' read -r uri signed; do
    [[ $uri == mirror+file:* ]] && uri=$(grep -oE '^https?://[^[:space:]]+' "${uri#mirror+file:}" | head -n 1)
    [[ $uri =~ ^https?://.*/debian/?$ ]] || continue
    mirror=${mirror:-${uri%/}}
    [[ $signed == /* && -r $signed ]] && keyring=${keyring:-$signed}
  done < <(apt-get indextargets --format '$(REPO_URI)|$(SIGNED_BY)' 'Created-By: Packages' 2>/dev/null | sort -u)
  # Debian's own alias for a mirror near by.
  local vendor=debian
  mirror=${mirror:-http://deb.$vendor.org/$vendor}
  local file
  for file in /usr/share/keyrings/debian-archive-keyring.{pgp,gpg}; do
    [[ -z $keyring && -r $file ]] && keyring=$file
  done
  return 0
}

check_network() {
  local probe
  probe=$(mktemp)
  if ! /usr/lib/apt/apt-helper -o Acquire::http::Timeout=8 -o Acquire::https::Timeout=8 -o Acquire::Retries=1 \
    download-file "$mirror/dists/$suite/Release" "$probe" >/dev/null 2>&1; then
    rm -f "$probe"
    give_up "no network, or no Debian mirror: $mirror/dists/$suite cannot be fetched; connect this machine, or set ANSWERBACK_DEBIAN_MIRROR, $own"
  fi
  rm -f "$probe"
}

# debootstrap and, where the machine is no Debian, Debian's keys.
install_tools() {
  local wanted=()
  [[ -x /usr/sbin/debootstrap ]] || wanted+=(debootstrap)
  [[ -n $keyring ]] || wanted+=(debian-archive-keyring)
  wants root && [[ ${#wanted[@]} -gt 0 ]] || return 0
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "${wanted[@]}")
  start tools "${wanted[*]}" install_with_apt "${install[@]}"
  finish_all
  choose_mirror
  [[ -n $keyring ]] || give_up "there is no Debian keyring on this machine; install the package debian-archive-keyring"
}

install_with_apt() {
  ${sudo[@]+"${sudo[@]}"} "$@" || { ${sudo[@]+"${sudo[@]}"} apt-get -q update && ${sudo[@]+"${sudo[@]}"} "$@"; }
}

# Asterisk 22 or newer of the machine itself.
has_asterisk() {
  local binary version
  binary=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v asterisk) || return 1
  version=$("$binary" -V 2>/dev/null | grep -oE '[0-9]+' | head -n 1)
  ((${version:-0} >= 22))
}

# Go that can build FerretDB, or fetch the Go that can.
has_go() {
  local version
  version=$(go env GOVERSION 2>/dev/null | grep -oE '^go1\.[0-9]+' | cut -d. -f2) || return 1
  ((${version:-0} >= 21))
}

# A browser that tests can drive; scripts/stack finds the same.
has_chromium() { [[ -n ${ANSWERBACK_CHROMIUM:-} ]] || command -v chromium >/dev/null || command -v google-chrome >/dev/null; }

# Python that can make environments.
has_python() { python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; }
