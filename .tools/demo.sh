# demo.sh: the demo page, a folder of files for any static server.
#
#   build/demo/            what is served: web/demo, and
#     highlight/             the highlighter of the sources
#     programs.json          the list: names, and what their sources say first
#     programs/NAME.c .mjs .wasm

# Programs that need what a page has not: to listen, TCP, files.
readonly not_in_a_page='.*_server|echo_client|port_scanner|sha256sum'

command_demo() {
  local port=8000 only=
  while (($#)); do
    case $1 in
      --port)
        port=${2-}
        shift
        ;;
      --build) only=1 ;;
      *) usage_error "demo does not know '$1'" 'Give ./build.sh demo [--port N] or ./build.sh demo --build.' ;;
    esac
    shift
  done
  need node packages
  build_demo
  if [[ $only ]]; then
    echo "$top/build/demo"
  else
    exec "$WEFT_NODE" "$top/web/demo/tools/serve.mjs" "$top/build/demo" "$port"
  fi
}

build_demo() {
  local out=$top/build/demo modules=$top/node_modules/@highlightjs/cdn-assets/es file name broken='' sources=$top/build/demo-sources
  mkdir -p "$out/programs" "$out/highlight"
  cp "$top"/web/demo/*.{html,css,svg,mjs} "$out/"
  cp "$modules/core.min.js" "$modules/languages/c.min.js" "$out/highlight/"
  # The programs are built of copies, with what lets the page watch them.
  mkdir -p "$sources"
  cp -p "$top"/examples/*.[ch] "$sources/"
  cp -p "$top"/web/demo/programs/*.c "$sources/" # in place of examples so named
  # This one makes the library, before the others go on at once.
  build_for_page helloworld
  for file in "$sources"/*.c; do
    name=$(basename "$file" .c)
    if [[ $name =~ ^($not_in_a_page)$ ]]; then continue; fi
    while (($(jobs -rp | wc -l) >= processors)); do wait -n || broken=1; done
    build_for_page "$name" &
  done
  while (($(jobs -rp | wc -l))); do wait -n || broken=1; done
  [[ ! $broken ]] || die 'a program of the page could not be built'
  "$WEFT_NODE" "$top/web/demo/tools/list.mjs" "$out"
}

# build_for_page NAME: one program, into the page's folder.
build_for_page() {
  local file=$top/build/demo-sources/$1.c watch=("$top/web/demo/watch.c") program defines=()
  # Too much goes on in this one to be watched.
  if [[ $1 == stress ]]; then watch=(); fi
  build_program web release "$file" "${watch[@]}"
  cp "$file" "$program.mjs" "$program.wasm" "$top/build/demo/programs/"
}
