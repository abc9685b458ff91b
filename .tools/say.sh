# say.sh: what build.sh tells its reader. Everything goes to stderr, so that
# a program's own output stays clean.

say() { printf 'weft: %s\n' "$*" >&2; }

# die MESSAGE [CURE]: ends the command. The cure says what to do about it.
die() {
  say "$1"
  if [[ -n ${2-} ]]; then printf '      %s\n' "$2" >&2; fi
  exit "${DIE_CODE:-1}"
}

# usage_error MESSAGE CURE: the command line itself is wrong.
usage_error() { DIE_CODE=2 die "$@"; }

# megabytes BYTES
megabytes() { printf '%d MB' $((($1 + 999999) / 1000000)); }

# size_of FOLDER: bytes in it, 0 when it is not there yet.
size_of() {
  local size
  size=$(du -sb "$1" 2>/dev/null | cut -f1) || true
  echo "${size:-0}"
}

# with_progress LABEL TOTAL_BYTES FOLDER COMMAND…: runs the command and says
# meanwhile how full the folder is: on one line that counts up on a terminal,
# once every ten seconds elsewhere.
with_progress() {
  local label=$1 total=$2 folder=$3 start watcher status=0
  shift 3
  start=$(size_of "$folder")
  label+=", $(megabytes "$total")"
  say "$label …"
  watch_folder "$label" "$total" "$folder" "$start" $$ >&2 &
  watcher=$!
  "$@" || status=$?
  kill "$watcher" 2>/dev/null && wait "$watcher" 2>/dev/null || true
  if [[ -t 2 ]]; then printf '\r\e[K' >&2; fi
  return "$status"
}

# watch_folder LABEL TOTAL FOLDER START OWNER: the background half of
# with_progress; ends with its owner, whatever becomes of that.
watch_folder() {
  local label=$1 total=$2 folder=$3 start=$4 owner=$5 pause=10 line percent
  if [[ -t 2 ]]; then pause=0.5 line='\rweft: %s … %d%%'; else line='weft: %s … %d%%\n'; fi
  # A pause without a process of its own, which would outlive this one.
  while ! read -rt "$pause" && kill -0 "$owner" 2>/dev/null; do
    percent=$((($(size_of "$folder") - start) * 100 / (total + 1)))
    # shellcheck disable=SC2059 # the format is one of the two above
    printf "$line" "$label" $((percent > 99 ? 99 : percent))
  done <> <(:)
}

# quietly LOG COMMAND…: runs it with its output in LOG, shown only on failure.
quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  if "$@" >"$log" 2>&1; then return 0; fi
  tail -n 20 "$log" | sed 's/^/      /' >&2
  return 1
}

# under_lock FILE COMMAND…: one process at a time; says so when it must wait.
# A command that fails ends the shell, and so frees the lock too.
under_lock() {
  local file=$1 lock
  shift
  mkdir -p "$(dirname "$file")"
  exec {lock}>"$file"
  if ! flock -w 2 "$lock"; then
    say "waiting for another build.sh (it holds $file)"
    flock "$lock"
  fi
  "$@"
  exec {lock}>&-
}
