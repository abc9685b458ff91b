# debian.sh: packages of a newer Debian suite in a private folder, run in
# place on any Debian or Ubuntu, without root and without touching the system.
#
# apt gets lists, a cache and a status file of its own. The status file names
# exactly the packages that are unpacked under root/, so apt itself works out
# what a further component still lacks. The package lists are read once and
# kept: what was set up stays as it was until the folder is removed.
#
# Each executable is pointed at the suite's own C library (its interpreter and
# rpath) before it appears under root/, so an interrupted set-up leaves either
# a whole file or none.

readonly debian_suite=forky
readonly debian=$home/debian
readonly root=$debian/root

# debian_packages NAME…: unpacks the packages and what they depend on.
debian_packages() {
  debian_prepare
  local attempt
  for attempt in kept new; do
    if [[ $attempt == new || ! -s $debian/lists/read ]]; then debian_read_lists; fi
    if debian_fetch "$@"; then
      debian_unpack
      return
    fi
    # A suite moves on: packages that old lists name are no longer there.
  done
  tail -n 5 "$debian/log" | sed 's/^/      /' >&2
  die "could not fetch the packages from the Debian mirror $(debian_mirror)" \
    'Check the network and give the same command again: it goes on where it stopped.'
}

# Own folders for apt, made once.
debian_prepare() {
  local tool keyring mirror
  for tool in apt-get dpkg-deb dpkg; do
    command -v "$tool" >/dev/null || die "no $tool: private tools are made from Debian packages" "$by_hand"
  done
  keyring=$(debian_keyring)
  mirror=$(debian_mirror)
  mkdir -p "$debian"/{lists,cache/archives}/partial "$root"
  echo "deb [signed-by=$keyring] $mirror $debian_suite main" >"$debian/sources.list"
  # Node.js is a component of its own, Debian's does not run out of its place.
  if [[ ! -e $debian/status ]]; then
    printf '%s\n' 'Package: nodejs' 'Status: install ok installed' \
      'Multi-Arch: allowed' 'Maintainer: none' "Architecture: $(dpkg --print-architecture)" \
      'Version: 99' 'Description: provided by weft' '' >"$debian/status"
  fi
}

debian_keyring() {
  local file
  for file in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
    if [[ -r $file ]]; then
      echo "$file"
      return
    fi
  done
  die 'the key ring that signs Debian packages is not installed' \
    'Install it (apt-get install debian-archive-keyring) and give the same command again.'
}

# The mirror that the system itself uses, or $WEFT_DEBIAN_MIRROR.
debian_mirror() {
  local mirror=${WEFT_DEBIAN_MIRROR-}
  if [[ -z $mirror ]]; then
    mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null |
      grep -v '^#' | grep -oE '[a-z+]+:/+[^ ]+/debian(\.list)?/?( |$)' | head -n 1) || true
  fi
  [[ -n $mirror ]] || die 'this system names no Debian mirror (on Ubuntu it cannot)' \
    "Set WEFT_DEBIAN_MIRROR to the address of one (…/debian) and give the same command again. Or else: $by_hand"
  echo "${mirror% }"
}

# Lists past their date are taken too: they are to stay as they were anyway.
private_apt() {
  apt-get -y -q=2 \
    -o Dir::Etc::sourcelist="$debian/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
    -o Dir::State="$debian" -o Dir::State::lists="$debian/lists" \
    -o Dir::State::status="$debian/status" -o Dir::Cache="$debian/cache" \
    -o APT::Architectures="$(dpkg --print-architecture)" -o APT::Sandbox::User=root \
    -o APT::Install-Recommends=false -o Acquire::Languages=none -o Acquire::Retries=3 \
    -o Acquire::Check-Valid-Until=false \
    -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
    -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false \
    -o Debug::NoLocking=true -o Dpkg::Use-Pty=false "$@"
}

debian_read_lists() {
  need_room 200000000
  say "reading the package lists of Debian $debian_suite, 10 MB"
  if ! quietly "$debian/log" private_apt update -o APT::Update::Error-Mode=any; then
    die "could not read the package lists from $(debian_mirror)" \
      'Check the network and give the same command again.'
  fi
  date >"$debian/lists/read"
}

# debian_fetch NAME…: downloads what is not unpacked yet; goes on with a file
# that an interruption left half done.
debian_fetch() {
  local wanted uri size count=0 bytes=0
  wanted=$(private_apt install --print-uris "$@" 2>"$debian/log") || return 1
  while read -r uri _ size _; do
    if [[ $uri == \'* ]]; then ((count += 1, bytes += size)); fi
  done <<<"$wanted"
  ((count > 0)) || return 0
  need_room $((bytes * 6)) # unpacked, and once more on the way into place
  with_progress "fetching $count Debian packages" "$bytes" "$debian/cache/archives" \
    quietly "$debian/log" private_apt install --download-only "$@"
}

# need_room BYTES
need_room() {
  local free
  free=$(($(df -Pk "$debian" | awk 'NR == 2 { print $4 }') * 1024))
  ((free > $1)) || die "not enough room in $home: $(megabytes "$1") needed, $(megabytes "$free") free" \
    'Free some, or set WEFT_HOME to a folder on a larger disk.'
}

# Unpacks the fetched packages into root/ and writes them down in the status.
debian_unpack() {
  local stage=$debian/stage debs deb
  debs=("$debian"/cache/archives/*.deb)
  [[ ${#debs[@]} -gt 0 ]] || return 0
  say "unpacking ${#debs[@]} packages"
  rm -rf "$stage"
  mkdir -p "$stage"
  for deb in "${debs[@]}"; do dpkg-deb -x "$deb" "$stage"; done
  debian_patch "$stage"
  cp -al --remove-destination "$stage/." "$root/"
  ln -sfn usr/lib "$root/lib"
  ln -sfn usr/lib64 "$root/lib64"
  debian_record "${debs[@]}"
  rm -rf "$stage" "${debs[@]}"
}

# debian_patch STAGE: lets the executables in STAGE run from root/. The suite's
# own patchelf does it, started by the suite's own loader.
debian_patch() {
  local stage=$1 loader libs patchelf file rpath
  loader=$(staged_or_placed 'usr/lib/*/ld-linux*.so.*')
  libs=$root/usr/lib/$(basename "$(dirname "$loader")")
  # A copy, because patchelf is itself among the files to patch.
  cp "$(staged_or_placed usr/bin/patchelf)" "$debian/patchelf"
  patchelf=("$loader" --library-path "$(dirname "$loader"):$libs" "$debian/patchelf")

  while IFS= read -r -d '' file; do
    is_elf "$file" || continue
    rpath=$("${patchelf[@]}" --print-rpath "$file" 2>/dev/null) || continue
    rpath=$(sed -E "s#(^|:)/#\\1$root/#g" <<<"$rpath")
    if [[ $file == *.so* ]]; then
      [[ -z $rpath ]] || "${patchelf[@]}" --force-rpath --set-rpath "$libs:$rpath" "$file"
    elif "${patchelf[@]}" --print-interpreter "$file" >/dev/null 2>&1; then
      # In this order, and apart: patchelf 0.18 breaks CPython otherwise.
      "${patchelf[@]}" --force-rpath --set-rpath "$libs${rpath:+:$rpath}" "$file"
      "${patchelf[@]}" --set-interpreter "$libs/$(basename "$loader")" "$file"
    fi
  done < <(find "$stage/usr" -type f \( -perm -u+x -o -name '*.so*' \) -print0)
}

# staged_or_placed PATTERN: the first match in the stage, else under root/.
staged_or_placed() {
  local place found
  for place in "$debian/stage" "$root"; do
    for found in "$place"/$1; do
      if [[ -e $found ]]; then
        echo "$found"
        return
      fi
    done
  done
}

is_elf() {
  local magic
  IFS= LC_ALL=C read -r -N 4 magic <"$1" 2>/dev/null || return 1
  [[ $magic == $'\x7fELF' ]]
}

# debian_record DEB…: the packages are under root/ now.
debian_record() {
  local deb names
  names=$(for deb in "$@"; do dpkg-deb -f "$deb" Package; done)
  {
    awk -v names="$names" 'BEGIN { RS = ""; ORS = "\n\n"; split(names, list, "\n"); for (i in list) new["Package: " list[i]] }
      { split($0, line, "\n") } !(line[1] in new)' "$debian/status"
    for deb in "$@"; do
      dpkg-deb -f "$deb"
      printf 'Status: install ok installed\n\n'
    done
  } >"$debian/status.new"
  mv "$debian/status.new" "$debian/status"
}
