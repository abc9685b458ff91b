# docs.sh: pages of the headers, by Doxygen, into build/docs.

command_docs() {
  local page=$top/build/docs/index.html
  need doxygen
  mkdir -p "$top/build/docs"
  (cd "$top" && "$WEFT_DOXYGEN" docs/Doxyfile) || die 'the pages could not be made'
  echo "$page"
}

need_doxygen() {
  if [[ -n ${WEFT_DOXYGEN-} ]]; then return 0; fi
  if recent Doxygen 1.9 doxygen; then
    WEFT_DOXYGEN=$found
  else
    private doxygen
    WEFT_DOXYGEN=$root/usr/bin/doxygen
  fi
  export WEFT_DOXYGEN
}
install_doxygen() { debian_packages patchelf doxygen; }
