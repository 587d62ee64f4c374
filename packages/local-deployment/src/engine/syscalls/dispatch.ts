import { z } from "zod";
import { FunctionError } from "../../errors.ts";
import { refusedOperation } from "../../runtime/refused_operations.ts";
import { asStorageError } from "../../storage/storage_error.ts";
import { parseSyscallJson } from "../../values/json_text.ts";
import type { Frame } from "../frame.ts";
import type { EngineState } from "../state.ts";
import { callSyscalls } from "./calls.ts";
import { metaSyscalls } from "./meta.ts";
import { queryStream, readSyscalls } from "./reads.ts";
import { scheduleSyscalls } from "./schedule.ts";
import { normalizeId } from "./tables.ts";
import { writeSyscalls } from "./writes.ts";

/** One system call: arguments as parsed JSON in, JSON text out. */
export type Syscall = (state: EngineState, frame: Frame, args: unknown) => string | Promise<string>;

const handlers: Readonly<Record<string, Syscall>> = {
  ...readSyscalls,
  ...writeSyscalls,
  ...callSyscalls,
  ...metaSyscalls,
  ...scheduleSyscalls,
};

/** Calls that may only be made by a mutation, not by a query. */
const WRITES = new Set([...Object.keys(writeSyscalls), ...Object.keys(scheduleSyscalls)]);

/** Answers `Convex.asyncSyscall`. @throws an Error whose message user code gets. */
export async function asyncSyscall(
  state: EngineState,
  frame: Frame,
  op: string,
  args: string,
): Promise<string> {
  const name = op.replace(/^1\.0\//, "");
  const handler = handlers[name];
  if (handler === undefined) {
    throw refusedOperation(op);
  }
  if (frame.type === "query" && WRITES.has(name)) {
    throw new FunctionError(`Unknown async operation ${op}: queries can't write`);
  }
  if (frame.closed) throw new FunctionError("The function has ended.");
  // Whatever it does from here on, it has not computed without end.
  state.goesOn();
  const started = performance.now();
  try {
    const answer = handler(state, frame, parseSyscallJson(args));
    // A nested call's code is the function's own time; nothing else waits for anything.
    if (name !== "runUdf") frame.execution.waitedMs += performance.now() - started;
    return await answer;
  } catch (error) {
    throw asStorageError(error);
  }
}

const queryCleanupArgs = z.object({ queryId: z.number() });

/** Answers `Convex.syscall`. @throws an Error whose message user code gets. */
export function syncSyscall(state: EngineState, frame: Frame, op: string, args: string): string {
  if (frame.closed) throw new FunctionError("The function has ended.");
  const parsed = parseSyscallJson(args);
  switch (op) {
    case "1.0/queryStream":
      return queryStream(state, frame, parsed);
    case "1.0/queryCleanup":
      frame.closeStream(parseArgs("queryCleanup", queryCleanupArgs, parsed).queryId);
      return "{}";
    case "1.0/db/normalizeId":
      return normalizeId(state, frame, parsed);
    case "1.0/getSnapshotTs":
      return int64Json(frame.tx.snapshotTs);
    case "1.0/componentArgument":
      // Arguments of components came before their environment variables; none are declared now.
      return "{}";
    default:
      throw refusedOperation(op, "operation");
  }
}

/** Parses a system call's arguments. @throws FunctionError that names the call and the field. */
export function parseArgs<T>(call: string, schema: z.ZodType<T>, args: unknown): T {
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join(".") ?? "";
  throw new FunctionError(`Invalid argument \`${field}\` for \`${call}\`: ${issue?.message ?? ""}`);
}

/** An int64 as Convex JSON text. */
function int64Json(value: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return JSON.stringify({ $integer: bytes.toString("base64") });
}
