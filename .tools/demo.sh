# demo.sh: the demo page, a folder of files for any static server.
#
#   build/demo/            what is served: web/demo, and
#     highlight/             the highlighter of the sources
#     programs.json          the list: names, and what their sources say first
#     programs/NAME.c .mjs .wasm

# Programs that serve others, which a page cannot.
readonly not_in_a_page='echo_server|chat_server|.*_server'

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
  local out=$top/build/demo modules=$top/node_modules/@highlightjs/cdn-assets/es file name program watched sources=$top/build/demo-sources
  mkdir -p "$out/programs" "$out/highlight"
  cp "$top"/web/demo/*.{html,css,svg,mjs} "$out/"
  cp "$modules/core.min.js" "$modules/languages/c.min.js" "$out/highlight/"
  # The programs are built of copies, with what lets the page watch them.
  mkdir -p "$sources"
  cp -p "$top"/examples/*.[ch] "$top"/web/demo/programs/*.c "$sources/"
  for file in "$sources"/*.c; do
    name=$(basename "$file" .c)
    if [[ $name =~ ^($not_in_a_page)$ ]]; then continue; fi
    watched=("$top/web/demo/watch.c")
    if [[ $name == stress ]]; then watched=(); fi
    build_program web release "$file" "${watched[@]}"
    cp "$file" "$program.mjs" "$program.wasm" "$out/programs/"
  done
  "$WEFT_NODE" "$top/web/demo/tools/list.mjs" "$out"
}
