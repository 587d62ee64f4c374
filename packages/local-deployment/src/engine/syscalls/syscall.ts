import type { z } from "zod";
import { FunctionError } from "../../lib/errors.ts";
import type { Frame } from "../calls/frame.ts";
import type { EngineState } from "../state.ts";

/** Answers a system call (`Convex.asyncSyscall`): arguments as parsed JSON in, JSON text out. */
export type Syscall = (state: EngineState, frame: Frame, args: unknown) => string | Promise<string>;

/** Answers a system call that the function does not wait for (`Convex.syscall`). */
export type SyncSyscall = (state: EngineState, frame: Frame, args: unknown) => string;

/** Parses a system call's arguments. @throws FunctionError that names the call and the field. */
export function parseArgs<T>(call: string, schema: z.ZodType<T>, args: unknown): T {
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join(".") ?? "";
  throw new FunctionError(`Invalid argument \`${field}\` for \`${call}\`: ${issue?.message ?? ""}`);
}
