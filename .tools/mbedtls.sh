# mbedtls.sh: Mbed TLS for WASI, where programs that speak TLS bring their own.
#
# `need mbedtls` builds it once, into $home/mbedtls/RECIPE: include/,
# libmbedtls.a, and `functions`, the names of its functions: none of them ever
# suspends, so Asyncify leaves them as they are. `need mbedtls_native` builds
# the same for the fuzz targets of the tests, with the sanitizers.

readonly mbedtls_version=3.6.7
readonly mbedtls_sum=a7e8bcbec0e6f761b4af24f25677626b35f762f68eef79c08677a363212d11f6

need_mbedtls() {
  need wasi
  provide_mbedtls WASI "$WEFT_WASI_CC" --target=wasm32-wasip2 -O2
  export WEFT_MBEDTLS=$provided
}

need_mbedtls_native() {
  need native
  # What is fuzzed is weft's use of it: it gets no coverage of its own.
  provide_mbedtls 'the tests' "$WEFT_CC" -O2 -g -fno-omit-frame-pointer -fsanitize=address \
    -include "$top/tests/native/allocator.h"
  export WEFT_MBEDTLS_NATIVE=$provided
}

# provide_mbedtls WHOM CC FLAG…: sets `provided` to where what they make is.
provide_mbedtls() {
  local config=$top/wasi/tls/mbedtls_config.h recipe
  recipe=$(cksum <<<"$mbedtls_sum ${WEFT_MBEDTLS_SOURCE-} $(tool_id "$2") ${*:3} $(declare -f install_mbedtls) $(<"$config")" | cut -d ' ' -f 1)
  provided=$home/mbedtls/$recipe
  if [[ -e $provided/functions ]]; then return 0; fi
  mkdir -p "$home" || die "cannot make the folder $home for private tools" 'Set WEFT_HOME to a folder that you can write to.'
  under_lock "$home/lock" install_mbedtls "$@"
}

install_mbedtls() {
  if [[ -e $provided/functions ]]; then return 0; fi # the lock's last holder did it
  local new=$home/mbedtls/new source=${WEFT_MBEDTLS_SOURCE-} nm
  rm -rf "$new"
  mkdir -p "$new/objects"
  if [[ -z $source ]]; then
    fetch_mbedtls "$new"
    source=$new/mbedtls-$mbedtls_version
  fi
  say "building Mbed TLS for $1, once, some seconds"
  # shellcheck disable=SC2016 # for that shell to expand
  printf '%s\n' "$source"/library/*.c | xargs -P "$processors" -I{} sh -c \
    'source=$0 objects=$1 && shift && "$@" -I"$source/include" -I"$source/library" -c {} -o "$objects/$(basename {} .c).o"' \
    "$source" "$new/objects" "${@:2}" "-DMBEDTLS_CONFIG_FILE=\"$top/wasi/tls/mbedtls_config.h\"" ||
    die 'could not compile Mbed TLS' "Its sources are those of $source."
  "$("$2" -print-prog-name=llvm-ar)" rcs "$new/libmbedtls.a" "$new"/objects/*.o
  cp -r "$source/include" "$new/include"
  nm=$("$2" -print-prog-name=llvm-nm)
  "$nm" --defined-only --format=posix --quiet "$new/libmbedtls.a" |
    awk '$2 == "T" || $2 == "t" { print $1 }' | sort -u >"$new/functions"
  rm -rf "$new/objects" "$new/mbedtls-$mbedtls_version" "$new"/*.tar.bz2 "$provided"
  mv "$new" "$provided"
}

# fetch_mbedtls FOLDER: the sources of the Debian package, unpacked there.
fetch_mbedtls() {
  local file=mbedtls_$mbedtls_version.orig.tar.bz2
  need python
  say "fetching the sources of mbedtls $mbedtls_version, 6 MB"
  quietly "$home/mbedtls/log" /usr/lib/apt/apt-helper download-file \
    "$(debian_mirror)/pool/main/m/mbedtls/$file" "$1/$file" "SHA256:$mbedtls_sum" ||
    die "could not fetch the Debian source package mbedtls $mbedtls_version" \
      'Check the network and give the same command again. Or set WEFT_MBEDTLS_SOURCE to a folder with the sources of Mbed TLS 3.6.'
  "$WEFT_PYTHON" -m tarfile -e "$1/$file" "$1"
}
