/**
 * What a session does inside its sandbox, as POSIX shell scripts (dash, bash, and BusyBox's ash).
 *
 * Daytona's own session commands are not used. Its daemon sources a command into a shell whose standard
 * input stays open, reads the output through FIFOs, and has the same shell write the exit code once
 * nothing writes to the FIFOs any more (`apps/daemon/pkg/session/execute.go`, v0.190). A command that
 * calls `exit` or `exec`, reads its standard input, or leaves a child behind would never end.
 *
 * A script and its arguments reach the sandbox in the environment of a short command, so that nothing
 * has to be quoted for a shell. A session is a folder, `$HOME/.sessions/<name>`, that only its owner
 * can read:
 *
 * - `pid`: a symbolic link whose target is the process id of the supervisor, which runs the command.
 *   Only one process can create it, so a session starts only once. The target `ended` means that the
 *   session was ended before it started.
 * - `out`: about the first 8 MiB of standard output. `err.old` and `err`: at most the last 8 MiB of
 *   standard error. The rest is read and discarded, so that the command can go on.
 * - `code`: the command's exit code, once it and the processes that it left behind have ended.
 * - `sid`: the id of the process session that the command runs in (`setsid`).
 */

/** Environment variables with this prefix are the scripts' own. */
export const RESERVED_PREFIX = "QUAVER_SESSION";

/** The command that runs the script in `QUAVER_SESSION_SCRIPT`, with the image's `sh`. */
export const RUN_SCRIPT_COMMAND = `exec sh -c "$QUAVER_SESSION_SCRIPT" </dev/null`;

/**
 * - `is_supervisor`: whether process `$pid` is this session's supervisor. After a restart of the sandbox,
 *   the id may be another process's.
 * - `list_processes`: the ids of the session's processes. They are recognized by their environment, by the
 *   process session `$sid` and by the pipes that they write to, because a process may change one or two of
 *   these. `$1` is a further environment variable to look for.
 * - `end_processes`: sends them SIGTERM, and SIGKILL after two seconds. Fails when some don't end.
 */
const PROCESSES = `
is_supervisor() {
  if [ -r /proc/self/environ ]; then
    grep -qsF "QUAVER_SESSION_SUPERVISOR=$dir/" "/proc/$pid/environ"
  else
    kill -0 "$pid"
  fi
}
list_processes() {
  [ -r /proc/self/environ ] || return 0
  grep -lsF -e "QUAVER_SESSION=$dir/" \${1:+-e} \${1:+"$1"} /proc/[0-9]*/environ | sed 's/[^0-9]//g'
  if [ -n "$sid" ]; then
    sed -n "s/^\\([0-9]*\\) (.*) [^ZX] [0-9]* [0-9]* $sid .*/\\1/p" /proc/[0-9]*/stat
  fi
  ls -l /proc/[0-9]*/fd | while read -r mode rest; do
    case "$mode $rest" in
      /proc/*) holder=\${mode#/proc/}; holder=\${holder%%/*} ;;
      l?w*" -> $dir/out.pipe" | l?w*" -> $dir/err.pipe") echo "$holder" ;;
    esac
  done
}
pause() { sleep 0.1 || sleep 1; }
end_processes() {
  round=0
  while found=$(list_processes "$1") && [ -n "$found" ]; do
    case $round in 0) kill -TERM $found ;; 2? | 3?) kill -KILL $found ;; 4?) return 1 ;; esac
    round=$((round + 1))
    pause
  done
}`;

/** Creates the session's folder if it isn't there, and sets `$dir` to its real path. */
const FOLDER = `
exec 2>/dev/null
umask 077
mkdir -p "$HOME/.sessions/$QUAVER_SESSION_NAME"
dir=$(cd "$HOME/.sessions/$QUAVER_SESSION_NAME" && pwd -P) || exit 1
sid=`;

/** How long the supervisor may take to create `pid`, in tenths of a second. */
const START_TENTHS = 100;

/**
 * Starts the supervisor (`QUAVER_SESSION_SUPERVISE`), unless the session has been started or ended.
 * Prints `quaver:started:` and the supervisor's process id, which is the command's id from here on.
 */
export const START_SCRIPT = `${FOLDER}
setsid=$(command -v setsid)
if [ ! -L "$dir/pid" ]; then
  export QUAVER_SESSION_SUPERVISOR="$dir/"
  $setsid sh -c "$QUAVER_SESSION_SUPERVISE" supervisor "$dir" </dev/null >/dev/null &
fi
tenths=0
until [ -L "$dir/pid" ]; do
  [ "$tenths" -lt ${START_TENTHS} ] || exit 75
  tenths=$((tenths + 1))
  sleep 0.1 || sleep 1
done
echo "quaver:started:$(readlink "$dir/pid")"`;

const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;
const READS = 1024; // of up to 4 KiB each, between two checks of the file's size

/**
 * The supervisor: runs the command to its end, and then ends the processes that it left behind.
 *
 * - `dd` with `bs` writes each read at once (POSIX); `head -c` would buffer the output.
 * - A shell has its background commands ignore SIGINT and SIGQUIT; GNU's `env` can undo that.
 * - The exit code's file gets its size at the start, so that the code can be written to a full disk.
 */
export const SUPERVISOR_SCRIPT = `
exec 2>/dev/null
umask 077
dir=$1
ln -s "$$" "$dir/pid" || exit 0
mkfifo "$dir/out.pipe" "$dir/err.pipe" && printf '%-8s\\n' '' >"$dir/code.part" || exit 1
: >"$dir/out"
: >"$dir/err"
sid=
setsid=$(command -v setsid)
shell=$(command -v bash || command -v sh)
signals="$(command -v env) --default-signal=INT,QUIT"
$signals true || signals=
${PROCESSES}
copy() {
  reads=$(LC_ALL=C dd bs=4096 count=${READS} 2>&1 >>"$1" | sed -n 's/^\\([0-9]*+[0-9]*\\) records in$/\\1/p')
  [ "$((\${reads:-0}))" -eq ${READS} ]
}
(
  exec <"$dir/out.pipe"
  while copy "$dir/out" && [ "$(wc -c <"$dir/out")" -lt ${MAX_OUTPUT_BYTES} ]; do :; done
  cat >/dev/null
  rm -f "$dir/out.pipe"
) &
(
  exec <"$dir/err.pipe"
  while copy "$dir/err"; do mv "$dir/err" "$dir/err.old"; done
  cat >/dev/null
  rm -f "$dir/err.pipe"
) &
(
  set -- $signals $setsid "$shell" -c "$QUAVER_SESSION_COMMAND"
  export QUAVER_SESSION="$dir/"
  for QUAVER_SESSION_VARIABLE in $QUAVER_SESSION_ENV; do
    eval "$QUAVER_SESSION_VARIABLE=\\$QUAVER_SESSION_ENV_$QUAVER_SESSION_VARIABLE"
    export "$QUAVER_SESSION_VARIABLE"
    unset "QUAVER_SESSION_ENV_$QUAVER_SESSION_VARIABLE"
  done
  unset QUAVER_SESSION_NAME QUAVER_SESSION_SCRIPT QUAVER_SESSION_SUPERVISE
  unset QUAVER_SESSION_SUPERVISOR QUAVER_SESSION_COMMAND QUAVER_SESSION_ENV
  exec "$@"
) </dev/null >"$dir/out.pipe" 2>"$dir/err.pipe" &
if [ -n "$setsid" ]; then
  sid=$!
  echo "$sid" >"$dir/sid"
fi
wait "$!"
code=$?
end_processes
round=0
while [ -e "$dir/out.pipe" ] || [ -e "$dir/err.pipe" ]; do
  [ "$round" -lt 50 ] || break
  round=$((round + 1))
  pause
  end_processes
done
printf '%-8s\\n' "$code" 1<>"$dir/code.part" && mv "$dir/code.part" "$dir/code"`;

/** How much of the end of standard error is read once the command has ended, in bytes. */
export const ERROR_TAIL_BYTES = 2048;

/**
 * Reads the command `QUAVER_SESSION_ID`, and at most `QUAVER_SESSION_LIMIT` bytes of its output from byte
 * `QUAVER_SESSION_OFFSET` on. Prints `quaver:none` if there is no such command, or if it was interrupted.
 * Otherwise prints its exit code (`running` until it has one), the size of its output, the requested part
 * of it in base64, and once the command has ended (or with `QUAVER_SESSION_WITH_ERRORS`), the end of its
 * standard error. The exit code is read before the output, so that with an exit code, the output is complete.
 */
export const READ_SCRIPT = `
exec 2>/dev/null
dir=$(cd "$HOME/.sessions/$QUAVER_SESSION_NAME" && pwd -P) || { echo quaver:none; exit; }
pid=$(readlink "$dir/pid")
${PROCESSES}
code=
ended() { [ -f "$dir/code" ] && read -r code <"$dir/code"; }
if [ "$pid" != "$QUAVER_SESSION_ID" ]; then echo quaver:none; exit; fi
if ended; then :; elif is_supervisor; then code=running; elif ended; then :; else echo quaver:none; exit; fi
echo "quaver:code:$code"
echo "quaver:size:$(($(wc -c <"$dir/out")))"
if [ "$QUAVER_SESSION_LIMIT" -gt 0 ]; then
  echo quaver:output:
  tail -c "+$((QUAVER_SESSION_OFFSET + 1))" "$dir/out" | head -c "$QUAVER_SESSION_LIMIT" | base64
fi
if [ "$code" != running ] || [ -n "$QUAVER_SESSION_WITH_ERRORS" ]; then
  echo quaver:errors:
  cat "$dir/err.old" "$dir/err" | tail -c ${ERROR_TAIL_BYTES} | base64
fi
echo quaver:end:`;

/**
 * Ends the session: ends what runs in it, and lets nothing start in it later. Prints `quaver:ended`.
 * The folder stays, with only `pid` in it.
 */
export const END_SCRIPT = `${FOLDER}
ln -s ended "$dir/pid"
pid=$(readlink "$dir/pid")
${PROCESSES}
if is_supervisor; then read -r sid <"$dir/sid"; fi
end_processes "QUAVER_SESSION_SUPERVISOR=$dir/" || exit 75
rm -f "$dir/out" "$dir/err" "$dir/err.old" "$dir/code" "$dir/code.part" "$dir/sid" "$dir"/*.pipe
echo quaver:ended`;
