/**
 * How Daytona's daemon runs a session's command (`apps/daemon/pkg/session/execute.go`, v0.190): it has the session's
 * shell source the command, with a standard input that stays open (for an asynchronous one) and both outputs read
 * through FIFOs, line by line, into one log with a mark before each line. The same shell writes the exit code once
 * the command is over and both readers have seen the end.
 *
 * So a command that says `exit` or `exec`s ends the shell, and has no exit code, ever; one that reads its standard
 * input to the end waits for ever; and a child left behind that holds an output keeps the command running. A line's
 * end is added where there is none, and NULs are lost.
 */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import type { SessionCommandLogsResponse } from "@daytona/toolbox-api-client";

/** What marks a line of each output in the log. */
const STDOUT_MARK = Buffer.from([1, 1, 1]);
const STDERR_MARK = Buffer.from([2, 2, 2]);

/** How much of a command's log is shown: its last part. */
const MAX_LOG_BYTES = 16 * 1024 * 1024;

/** The lines that have a session's shell run the command in `folder`. */
export function wrapped(folder: string, isAsync: boolean): string {
  const keepOpen = isAsync ? "while :; do sleep 3600; done" : ":";
  const reader = (mark: string, pipe: string) =>
    `( while IFS= read -r line || [ -n "$line" ]; do printf '${mark}%s\\n' "$line"; done <"$command_folder/${pipe}" ) \\
    >>"$command_folder/output.log" &`;
  return `
{
  command_folder=${shellQuoted(folder)}
  (cd "$command_folder" && mkfifo input.pipe stdout.pipe stderr.pipe) || exit 1
  remove_pipes() { rm -f "$command_folder"/*.pipe; }
  trap remove_pipes EXIT HUP INT TERM
  ${reader("\\001\\001\\001", "stdout.pipe")}
  stdout_reader=$!
  ${reader("\\002\\002\\002", "stderr.pipe")}
  stderr_reader=$!
  ${keepOpen} >"$command_folder/input.pipe" &
  input_holder=$!
  { . "$command_folder/cmd.sh"; } <"$command_folder/input.pipe" >"$command_folder/stdout.pipe" 2>"$command_folder/stderr.pipe"
  command_code=$?
  kill "$input_holder" 2>/dev/null; wait "$input_holder" 2>/dev/null
  wait "$stdout_reader" "$stderr_reader"
  echo "$command_code" >>"$command_folder/exit_code"
  remove_pipes
}
`;
}

/** The exit code of the command in `folder`; undefined while there is none. */
export function readExitCode(folder: string): number | undefined {
  const file = join(folder, "exit_code");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return text.endsWith("\n") ? Number(text) : undefined;
}

/** The log of the command in `folder`, marks included. */
export function readLog(folder: string): Buffer {
  const file = join(folder, "output.log");
  if (!existsSync(file)) return Buffer.alloc(0);
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const length = Math.min(size, MAX_LOG_BYTES);
    const buffer = Buffer.alloc(length);
    const read = readSync(descriptor, buffer, 0, length, size - length);
    return buffer.subarray(0, read);
  } finally {
    closeSync(descriptor);
  }
}

/** Takes a log apart, by its marks. */
export function demultiplexed(log: Buffer): Omit<SessionCommandLogsResponse, "output"> {
  const parts: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
  for (let at = nextMark(log, 0); at < log.length;) {
    const begin = at + STDOUT_MARK.length;
    const end = nextMark(log, begin);
    parts[log[at] === STDOUT_MARK[0] ? "stdout" : "stderr"].push(log.subarray(begin, end));
    at = end;
  }
  return {
    stdout: Buffer.concat(parts.stdout).toString(),
    stderr: Buffer.concat(parts.stderr).toString(),
  };
}

function nextMark(log: Buffer, from: number): number {
  const found = [STDOUT_MARK, STDERR_MARK].map((mark) => log.indexOf(mark, from));
  return Math.min(...found.map((at) => (at === -1 ? log.length : at)));
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
