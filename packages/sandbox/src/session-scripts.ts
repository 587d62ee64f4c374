/**
 * What a session does inside its sandbox, as POSIX shell scripts (dash, bash, and BusyBox's ash).
 *
 * Daytona's own session commands are not used. Its daemon sources them into a shell whose standard
 * input stays open, reads their output through FIFOs, and writes the exit code with that same shell
 * once every writer is gone (`apps/daemon/pkg/session/execute.go`, v0.190): `exit`, `exec`, a reader
 * of standard input or a child that is left behind would keep a command running for ever.
 *
 * Each script reaches the sandbox as an environment value of a short command, as do its arguments:
 * nothing is ever spliced into a shell line. A session is a folder, `$HOME/.sessions/<name>`, that
 * the owner alone can read:
 *
 * - `pid`, a link to the id of the process that watches over the command. It can be made only once,
 *   which is why a session starts only once; `ended` in its place means that none will start.
 * - `out`, the first 8 MiB or so of standard output; `err.old` and `err`, at most the last 8 MiB of
 *   standard error. What goes beyond that is read and dropped, so that the command goes on.
 * - `code`, the command's exit code, once it and all that it left behind have ended.
 * - `sid`, the process session that the command was given.
 */

/** Names of variables that begin so belong to the scripts. */
export const RESERVED_PREFIX = "QUAVER_SESSION";

/** The command that runs the script in `QUAVER_SESSION_SCRIPT`, with whatever is called `sh`. */
export const RUN_SCRIPT = `exec sh -c "$QUAVER_SESSION_SCRIPT" </dev/null`;

/**
 * - `ours`: whether process `$pid` watches over this session. Ids are used again after a restart.
 * - `left`: the session's processes, by their environment, by the process session `$sid` and by the
 *   pipes that they write to: whoever leaves one of these is still in another.
 * - `end_left`: ends those: asks, and after two seconds no longer asks. Fails when some can't be ended.
 */
const PROCESSES = `
ours() {
  if [ -r /proc/self/environ ]; then
    grep -qsF "QUAVER_SESSION_SUPERVISOR=$dir/" "/proc/$pid/environ"
  else
    kill -0 "$pid"
  fi
}
left() {
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
end_left() {
  round=0
  while found=$(left "$1") && [ -n "$found" ]; do
    case $round in 0) kill -TERM $found ;; 2? | 3?) kill -KILL $found ;; 4?) return 1 ;; esac
    round=$((round + 1))
    pause
  done
}`;

/** Makes or finds the session's folder: its real path is in `$dir`. */
const FOLDER = `
exec 2>/dev/null
umask 077
mkdir -p "$HOME/.sessions/$QUAVER_SESSION_NAME"
dir=$(cd "$HOME/.sessions/$QUAVER_SESSION_NAME" && pwd -P) || exit 1
sid=`;

/** How long a supervisor may take to begin, in tenths of a second. */
const BEGIN_TENTHS = 100;

/**
 * Starts what is in `QUAVER_SESSION_SUPERVISE`, unless the session has begun or ended.
 * Prints `quaver:started:` and the id of whoever watches over the command.
 */
export const START = `${FOLDER}
setsid=$(command -v setsid)
if [ ! -L "$dir/pid" ]; then
  export QUAVER_SESSION_SUPERVISOR="$dir/"
  $setsid sh -c "$QUAVER_SESSION_SUPERVISE" supervisor "$dir" </dev/null >/dev/null &
fi
tenths=0
until [ -L "$dir/pid" ]; do
  [ "$tenths" -lt ${BEGIN_TENTHS} ] || exit 75
  tenths=$((tenths + 1))
  sleep 0.1 || sleep 1
done
echo "quaver:started:$(readlink "$dir/pid")"`;

const MOST_OUTPUT_BYTES = 8 * 1024 * 1024;
const READS = 1024; // of up to 4 KiB each, between two looks at how much there is

/**
 * Runs the command to its end, and ends what it leaves behind.
 *
 * - \`dd\` copies what it reads as it comes, as POSIX has it for \`bs\`; \`head -c\` would keep it back.
 * - A command begun in the background ignores SIGINT and SIGQUIT, which \`env\` of GNU can undo.
 * - The exit code's file has its size before it is needed, so that a full disk can't keep it away.
 */
export const SUPERVISE = `
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
  while copy "$dir/out" && [ "$(wc -c <"$dir/out")" -lt ${MOST_OUTPUT_BYTES} ]; do :; done
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
end_left
round=0
while [ -e "$dir/out.pipe" ] || [ -e "$dir/err.pipe" ]; do
  [ "$round" -lt 50 ] || break
  round=$((round + 1))
  pause
  end_left
done
printf '%-8s\\n' "$code" 1<>"$dir/code.part" && mv "$dir/code.part" "$dir/code"`;

/** How much of standard error is shown once the command has ended, in bytes. */
export const ERROR_TAIL_BYTES = 2048;

/**
 * Looks at the command `QUAVER_SESSION_ID`, and at its output from byte `QUAVER_SESSION_OFFSET` on,
 * at most `QUAVER_SESSION_LIMIT` bytes of it. Prints `quaver:none` when there is none, or it was cut
 * off; otherwise its exit code (`running` without one), how much output there is, that part of it in
 * base64, and once it has ended the end of its standard error. In this order: the output of a command
 * that has ended is whole.
 */
export const READ = `
exec 2>/dev/null
dir=$(cd "$HOME/.sessions/$QUAVER_SESSION_NAME" && pwd -P) || { echo quaver:none; exit; }
pid=$(readlink "$dir/pid")
${PROCESSES}
code=
ended() { [ -f "$dir/code" ] && read -r code <"$dir/code"; }
if [ "$pid" != "$QUAVER_SESSION_ID" ]; then echo quaver:none; exit; fi
if ended; then :; elif ours; then code=running; elif ended; then :; else echo quaver:none; exit; fi
echo "quaver:code:$code"
echo "quaver:size:$(($(wc -c <"$dir/out")))"
if [ "$QUAVER_SESSION_LIMIT" -gt 0 ]; then
  echo quaver:output:
  tail -c "+$((QUAVER_SESSION_OFFSET + 1))" "$dir/out" | head -c "$QUAVER_SESSION_LIMIT" | base64
fi
if [ "$code" != running ]; then
  echo quaver:errors:
  cat "$dir/err.old" "$dir/err" | tail -c ${ERROR_TAIL_BYTES} | base64
fi
echo quaver:end:`;

/**
 * Ends the session: what runs in it, and what will ask to. Prints `quaver:ended`. Its folder stays,
 * with nothing in it but that it has ended.
 */
export const END = `${FOLDER}
ln -s ended "$dir/pid"
pid=$(readlink "$dir/pid")
${PROCESSES}
if ours; then read -r sid <"$dir/sid"; fi
end_left "QUAVER_SESSION_SUPERVISOR=$dir/" || exit 75
rm -f "$dir/out" "$dir/err" "$dir/err.old" "$dir/code" "$dir/code.part" "$dir/sid" "$dir"/*.pipe
echo quaver:ended`;
