import { FunctionError } from "../../lib/errors.ts";
import { unsupportedSyscall } from "../../runtime/unsupported_syscalls.ts";
import { asStorageError } from "../../storage/storage_error.ts";
import { parseSyscallJson } from "../../values/encoding/json_text.ts";
import type { Frame } from "../calls/frame.ts";
import type { EngineState } from "../state.ts";
import { callSyscalls } from "./calls.ts";
import { metaSyscalls, syncMetaSyscalls } from "./meta.ts";
import { readSyscalls, syncReadSyscalls } from "./reads.ts";
import { scheduleSyscalls } from "./schedule.ts";
import type { SyncSyscall, Syscall } from "./syscall.ts";
import { writeSyscalls } from "./writes.ts";

/** The prefix of the names of system calls. */
const PREFIX = "1.0/";

/**
 * A new system call is added to the record of one of these files; one that writes to that of `writes.ts` or
 * `schedule.ts`, so that queries can't make it.
 */
const handlers = new Map<string, Syscall>(
  Object.entries({
    ...readSyscalls,
    ...writeSyscalls,
    ...callSyscalls,
    ...metaSyscalls,
    ...scheduleSyscalls,
  }),
);
const syncHandlers = new Map<string, SyncSyscall>(
  Object.entries({ ...syncReadSyscalls, ...syncMetaSyscalls }),
);

/** Calls that may only be made by a mutation, not by a query. */
const WRITES = new Set([...Object.keys(writeSyscalls), ...Object.keys(scheduleSyscalls)]);

/** Answers `Convex.asyncSyscall`. @throws an Error whose message user code gets. */
export async function asyncSyscall(
  state: EngineState,
  frame: Frame,
  op: string,
  args: string,
): Promise<string> {
  const name = op.startsWith(PREFIX) ? op.slice(PREFIX.length) : "";
  const handler = handlers.get(name);
  if (handler === undefined) throw unsupportedSyscall(op);
  if (frame.type === "query" && WRITES.has(name)) {
    throw new FunctionError(`Unknown async operation ${op}: queries can't write`);
  }
  if (frame.closed) throw new FunctionError("The function has ended.");
  // A system call shows that the function does not compute without end.
  state.progressed();
  const started = performance.now();
  try {
    const answer = handler(state, frame, parseSyscallJson(args));
    // The time of a nested call counts as the function's own; the other calls do not wait.
    if (name !== "runUdf") frame.execution.waitedMs += performance.now() - started;
    return await answer;
  } catch (error) {
    throw asStorageError(error);
  }
}

/** Answers `Convex.syscall`. @throws an Error whose message user code gets. */
export function syncSyscall(state: EngineState, frame: Frame, op: string, args: string): string {
  if (frame.closed) throw new FunctionError("The function has ended.");
  const parsed = parseSyscallJson(args);
  const handler = op.startsWith(PREFIX) ? syncHandlers.get(op.slice(PREFIX.length)) : undefined;
  if (handler === undefined) throw unsupportedSyscall(op, "operation");
  return handler(state, frame, parsed);
}
