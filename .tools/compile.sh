# compile.sh: from C files to programs, incrementally.
#
#   build/KIND-MODE/       KIND is web, wasi, native or fuzz; MODE is release or
#                          debug
#     library/….o .d .cmd  objects, the headers they read, the commands that
#     libweft.a              made them; and the library of them
#     programs/…/          a program: its own objects and
#                            web: NAME.mjs NAME.wasm NAME.d.mts, wasi:
#                            NAME.wasm, native and fuzz: NAME
#
# A file is made again when something it was made from is newer, or when its
# command or tool changed. One process at a time works on a library and on a
# program, and finished files replace the old ones whole.

# kind_of HOST: a browser page and Node.js run the same module.
kind_of() {
  case $1 in
    node | browser) echo web ;;
    wasmtime) echo wasi ;;
    native | fuzz) echo "$1" ;; # tests only
    *) usage_error "unknown host '$1'" 'The hosts are node, wasmtime and browser.' ;;
  esac
}

# build_program KIND MODE FILE.c…: makes one program of the files, named like
# the first of them, and sets `program` to its path without the ending. The
# caller's `defines` are for the compiler.
build_program() {
  local kind=$1 mode=$2 out=$top/build/$1-$2
  shift 2
  local cc ar backend switch link_inputs library_flags program_flags
  choose_"$kind"
  choose_flags
  local library=$out/libweft.a files=() file
  for file in "$@"; do files+=("$(realpath -- "$file")"); done
  place_of "${files[0]}"
  local place=$out/programs/$REPLY name
  name=$(basename "$place")
  under_lock "$out/lock" build_library
  under_lock "$place/lock" link_program "${files[@]}"
  program=$place/$name
}

# place_of FILE.c: sets REPLY to its path below the repository, or else below
# the root, without the ending.
place_of() {
  REPLY=${1#"$top/"}
  REPLY=${REPLY#/}
  REPLY=${REPLY%.c}
}

# --- the kinds: tools, back end, context switch and link ---------------------

choose_web() {
  need emscripten binaryen minifier
  cc=("$WEFT_EMCC") ar=$WEFT_EMAR backend=web switch=asyncify
  link_inputs=("$top"/web/* "$top"/src/asyncify.* "$top/.tools/cpu_jobs.mjs")
}

choose_wasi() {
  need node wasi binaryen wasm_tools
  cc=("$WEFT_WASI_CC" --target=wasm32-wasip2) ar=$WEFT_WASI_AR backend=wasi switch=asyncify
  link_inputs=("$top"/wasi/* "$top"/wasi/wit/** "$top"/src/asyncify.* "$top/.tools/cpu_jobs.mjs")
}

choose_native() {
  need native
  cc=("$WEFT_CC" "-fsanitize=${WEFT_SANITIZE:-address,undefined}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
  ar=$WEFT_AR backend=tests/native switch=ucontext
  link_inputs=()
}

# The native kind, with what lets libFuzzer see where an input leads.
choose_fuzz() {
  choose_native
  cc+=(-fsanitize=fuzzer-no-link)
}

# The table of compile flags. Ours must be free of warnings; the user's should.
choose_flags() {
  local is_native=
  if [[ $kind == native || $kind == fuzz ]]; then is_native=1; fi
  local common=(-std=gnu11 -Wall -Wextra -Wno-missing-field-initializers -I"$top/include")
  case $mode in
    release) library_flags=(-Os -flto) program_flags=(-O2 -flto) ;;
    debug)
      library_flags=(-O0 -g -DWEFT_DEBUG=1)
      # For the stack check of src/context_asyncify.c.
      [[ $is_native ]] || library_flags+=(-finstrument-function-entry-bare)
      program_flags=("${library_flags[@]}")
      ;;
  esac
  library_flags+=("${common[@]}" -Werror -I"$top/src")
  # Allocations of the library can be made to fail.
  [[ ! $is_native ]] || library_flags+=(-include "$top/tests/native/allocator.h")
  program_flags+=("${common[@]}")
  # Unit tests reach the library's insides.
  if [[ $is_native ]]; then program_flags=("${library_flags[@]}" -I"$top/tests/native"); fi
  program_flags+=("${defines[@]}")
}

# link_with COMMAND…: runs it in the repository's root, with the linker's errors
# alone and not the command that it was.
link_with() {
  (cd "$top" && "$@") 2>&1 |
    sed '/^[a-z_]*:INFO: /d; /^emcc: error: .*(returned [0-9]*)$/d; /: error: linker command failed/d' >&2 ||
    die "could not link $name" 'An undefined symbol is a function that none of the C files has: name all of them.'
}

# Emscripten builds its libraries for the flags of a link when it first sees
# them; files in emscripten/seen/ remember which it has seen.
link_web() {
  local stage=$1 js=() file seen
  shift
  read_flags "$top/web/link.flags"
  for file in "$top"/web/library*.js; do js+=(--js-library "$file"); done
  sed "s|PROGRAM\.wasm|$name.wasm|" "$top/web/main.js" >"$stage/main.js"
  js+=(--extern-post-js "$stage/main.js")
  seen=$home/emscripten/seen/$(cksum <<<"$WEFT_EMCC $mode ${flags[*]}" | tr ' ' -)
  [[ -e $seen ]] || say "the first $mode link for the web: Emscripten builds its C library, about a minute"
  flags+=("-sMALLOC=$(allocator_for "$@")")
  link_with "${cc[@]}" "${flags[@]}" "${js[@]}" "$@" "$library" -o "$stage/$name.mjs"
  mkdir -p "${seen%/*}"
  touch "$seen"
  rm "$stage/main.js"
  # Hosts that know such imports are few; web/main.js sets the variable.
  sed -i 's/^import source wasmModule from *[^;]*;/let wasmModule;/' "$stage/$name.mjs"
  if [[ $mode == release ]]; then minify "$stage/$name.mjs"; fi
  instrument "$stage/$name.wasm"
  "$WEFT_NODE" "$top/web/types.mjs" "$stage/$name.wasm" >"$stage/$name.d.mts"
}

link_wasi() {
  local stage=$1 module=$1/$name.wasm world=weft
  shift
  read_flags "$top/wasi/link.flags"
  link_with "${cc[@]}" "${flags[@]}" "$@" "${libraries[@]}" -o "$module"
  instrument "$module"
  stamp_build "$module"
  if grep -qF 'wasi:http/incoming-handler@0.2.0#handle' "$module"; then world=weft-server; fi
  "$WEFT_WASM_TOOLS" component embed "$top/wasi/wit" --world "$world" "$module" -o "$module.embedded"
  mv "$module.embedded" "$module"
  "$WEFT_WASM_TOOLS" component new "$module" -o "$module.component"
  mv "$module.component" "$module"
}

# allocator_for OBJECT…: Emscripten's small allocator, 2.6 KB less to load, is
# enough for weft itself, which keeps pools; a program that allocates gets the
# fast one. $WEFT_MALLOC chooses otherwise, in emcc's words.
allocator_for() {
  if [[ -n ${WEFT_MALLOC-} ]]; then
    echo "$WEFT_MALLOC"
  elif grep -qE 'alloc|strn?dup|getline|getdelim|asprintf|memstream|scandir|_Zn[wa]' "$@"; then
    echo dlmalloc
  else
    echo emmalloc
  fi
}

# minify FILE.mjs: a system without a minifier gets programs that are larger. An
# error that nobody catches shows its line, so lines are short.
minify() {
  [[ -n $WEFT_TERSER ]] || return 0
  "$WEFT_NODE" "$WEFT_TERSER" "$1" --module --compress passes=2,pure_getters --mangle --format max_line_len=500 --output "$1.small"
  mv "$1.small" "$1"
}

# speaks_tls OBJECT…: whether a program makes TLS contexts.
speaks_tls() { grep -qE 'weft_tls_(client|server)' "$@"; }

link_native() {
  local stage=$1
  shift
  link_with "${cc[@]}" "$@" "${libraries[@]}" "$library" -lm -o "$stage/$name"
}

link_fuzz() { link_native "$@" -fsanitize=fuzzer; }

# stamp_build MODULE: replaces the zeros of src/build_id.c by the module's hash,
# so that a program and the servers of its executor know each other.
stamp_build() {
  local id
  id=$(sha256sum "$1" | head -c 16)
  LC_ALL=C sed -i "s/weft-build-id:0000000000000000/weft-build-id:$id/" "$1"
}

# instrument MODULE: makes it able to unwind and rewind its stack. A step of
# its own after the link, because it must come before the last optimisation.
# With $WEFT_PLAIN nothing is instrumented, and nothing may suspend: the floor
# of benches.
instrument() {
  local removed
  read_flags "$top/src/asyncify.remove"
  if [[ " ${libraries[*]} " == *libmbedtls.a* ]]; then mapfile -t -O "${#flags[@]}" flags <"$WEFT_MBEDTLS/functions"; fi
  removed=$(IFS=, && echo "${flags[*]}")
  read_flags "$top/src/asyncify.flags"
  if [[ -n ${WEFT_PLAIN-} ]]; then
    removed='*'
  elif [[ $mode == release ]] && grep -qF weft__cpu_job_ "$1"; then
    "$WEFT_NODE" "$top/.tools/cpu_jobs.mjs" "$WEFT_WASM_OPT" "$1" "$removed" "${flags[@]}"
  fi
  # A program need not contain each function of the list.
  "$WEFT_WASM_OPT" "$1" "${flags[@]}" ${removed:+"--pass-arg=asyncify-removelist@$removed"} \
    -o "$1.instrumented" 2>&1 | sed '/Asyncify removelist contained/d' >&2
  mv "$1.instrumented" "$1"
}

# read_flags FILE: sets `flags` to its lines, without comments and without
# those marked for the other mode ("release: -O3").
read_flags() {
  local line
  flags=()
  [[ -e $1 ]] || return 0
  while read -r line; do
    case $line in
      '' | '#'*) ;;
      "$mode: "*) flags+=("${line#*: }") ;;
      'release: '* | 'debug: '*) ;;
      *) flags+=("$line") ;;
    esac
  done <"$1"
}

# --- what is out of date, and making it --------------------------------------

# build_library: brings libweft.a up to date. Of the context switches it takes
# the one that the kind asks for. The back end is left out of link-time
# optimisation: the linker takes every bitcode member that JavaScript may call
# into each program, whether it is needed or not.
build_library() {
  local file core=() theirs=() objects all
  for file in "$top"/src/*.c; do
    case $file in
      "$top/src/context_$switch.c") core+=("$file") ;;
      "$top"/src/context_*.c) ;;
      *) core+=("$file") ;;
    esac
  done
  compile_all "$out/library" "${library_flags[@]}" -- "${core[@]}"
  all=("${objects[@]}")
  theirs=("$top/$backend"/*.c "$top/$backend"/bindings/*.c)
  compile_all "$out/library" "${library_flags[@]}" -fno-lto -- "${theirs[@]}"
  archive "$library" "${all[@]}" "${objects[@]}"
}

# build_tls: the half of TLS on WASI that only programs which speak it link.
build_tls() {
  local objects
  compile_all "$out/library" "${library_flags[@]}" -I"$WEFT_MBEDTLS/include" \
    "-DMBEDTLS_CONFIG_FILE=\"$top/wasi/tls/mbedtls_config.h\"" -- "$top"/wasi/tls/*.c
  archive "$out/tls.a" "${objects[@]}"
}

# add_wasi_halves FILE.c…: what a fuzz target needs to compile files of wasi/
# natively: the declarations of the host's functions, some of which the target
# defines, and Mbed TLS for what speaks it.
add_wasi_halves() {
  need wasi
  local header
  header=$("$WEFT_WASI_CC" --target=wasm32-wasip2 -E -x c - <<<'#include <wasi/wasip2.h>' |
    sed -n 's|^# 1 "\(.*\)/wasi/wasip2.h".*|\1|p' | head -n 1)
  # Behind the system's own folders: only wasi/ is found there.
  program_flags+=(-idirafter "$header" -I"$top/wasi")
  if [[ $* == *"$top/wasi/tls/"* ]]; then
    need mbedtls_native
    program_flags+=(-I"$WEFT_MBEDTLS_NATIVE/include" "-DMBEDTLS_CONFIG_FILE=\"$top/wasi/tls/mbedtls_config.h\"")
    libraries+=("$WEFT_MBEDTLS_NATIVE/libmbedtls.a")
  fi
}

# archive FILE OBJECT…: brings a library of the objects up to date.
archive() {
  local file=$1
  shift
  if same_command "$file" "$ar $*" && newer_than_all "$file" "$@"; then return 0; fi
  rm -f "$file.new"
  "$ar" rcs "$file.new" "$@"
  mv "$file.new" "$file"
  echo "$ar $*" >"$file.cmd"
}

# link_program FILE.c…: compiles and links the program `name` into `place`.
link_program() {
  local objects stage=$place/stage libraries=("$library") recipe
  if [[ $kind == fuzz && $* == *"$top/wasi/"* ]]; then add_wasi_halves "$@"; fi
  compile_all "$place" "${program_flags[@]}" -- "$@"
  if [[ $kind == wasi ]] && speaks_tls "${objects[@]}"; then
    need mbedtls
    under_lock "$out/lock" build_tls
    libraries+=("$out/tls.a" "$WEFT_MBEDTLS/libmbedtls.a")
  fi
  recipe="${cc[*]} $(tool_id "${cc[0]}") $(declare -f "link_$kind" minify allocator_for instrument stamp_build) ${WEFT_MALLOC-} ${WEFT_PLAIN-} ${objects[*]} ${libraries[*]}"
  if same_command "$place/link" "$recipe" &&
    newer_than_all "$place/link.cmd" "${libraries[@]}" "${objects[@]}" "${link_inputs[@]}"; then return 0; fi
  rm -rf "$stage"
  mkdir -p "$stage"
  "link_$kind" "$stage" "${objects[@]}"
  mv "$stage"/* "$place/"
  rmdir "$stage"
  echo "$recipe" >"$place/link.cmd"
}

# compile_all FOLDER FLAG… -- FILE.c…: sets `objects`, in FOLDER; compiles those
# out of date, as many at once as there are processors.
compile_all() {
  local folder=$1 object file command flags=() failed=()
  shift
  while [[ $1 != -- ]]; do
    flags+=("$1")
    shift
  done
  shift
  local tool
  tool=$(tool_id "${cc[0]}")
  local -A running=()
  objects=()
  for file in "$@"; do
    place_of "$file"
    object=$folder/$REPLY.o
    objects+=("$object")
    command="$tool ${cc[*]} ${flags[*]} $file"
    if same_command "$object" "$command" && newer_than_headers "$object"; then continue; fi
    while (($(jobs -rp | wc -l) >= processors)); do wait -n || true; done
    compile_one "$object" "$command" &
    running[$file]=$!
  done
  for file in "$@"; do
    [[ -z ${running[$file]-} ]] || wait "${running[$file]}" || failed+=("${file#"$top/"}")
  done
  [[ ${#failed[@]} == 0 ]] || die "could not compile ${failed[*]}"
}

# compile_one OBJECT COMMAND: `file` with the caller's cc and flags. The
# compiler's output appears at once, not mixed with that of its neighbours.
compile_one() {
  local object=$1 command=$2 log=$1.log status=0
  mkdir -p "$(dirname "$object")"
  "${cc[@]}" "${flags[@]}" -MMD -MF "$object.d" -c "$file" -o "$object" >"$log" 2>&1 || status=$?
  cat "$log" >&2
  rm "$log"
  if [[ $status == 0 ]]; then echo "$command" >"$object.cmd"; fi
  return "$status"
}

# tool_id PATH: changes when the tool does.
tool_id() { stat -L -c '%n %s %Y' "$1"; }

# same_command FILE COMMAND: FILE.cmd says that this command made it.
same_command() { [[ -e $1.cmd && $(<"$1.cmd") == "$2" ]]; }

# newer_than_all FILE INPUT…
newer_than_all() {
  local input
  for input in "${@:2}"; do
    if [[ ! -e $1 || ! -e $input || $input -nt $1 ]]; then return 1; fi
  done
}

# newer_than_headers OBJECT: than all files that its depfile names. `read`
# without -r joins the depfile's lines and takes its escaped spaces.
newer_than_headers() {
  local inputs
  [[ -e $1.d ]] || return 1
  # shellcheck disable=SC2162
  read -a inputs <"$1.d" || true
  newer_than_all "$1" "${inputs[@]:1}"
}
