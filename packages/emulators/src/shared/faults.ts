import { z } from "zod";

const answerSchema = z.object({
  status: z.int().min(200).max(599),
  body: z.unknown().optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

const modelFaultSchema = z.enum([
  "invalidKey",
  "rateLimit",
  "quota",
  "brokenStream",
  "failingTool",
  "endlessAnswer",
]);

/**
 * What goes wrong with a model:
 * - `invalidKey`: 401, as if the key were wrong;
 * - `rateLimit`, `quota`: 429, which passes after a second, or doesn't;
 * - `brokenStream`: the connection is lost in the middle of the answer;
 * - `failingTool`: the model calls a command that fails, once in a turn, and then goes on;
 * - `endlessAnswer`: the answer has no end.
 */
export type ModelFault = z.infer<typeof modelFaultSchema>;

const kindSchema = z.union([
  z.enum(["drop", "after", "malformed", "duplicate"]),
  z.strictObject({ delayMs: z.number().min(0), when: z.enum(["before", "after"]).optional() }),
  z.strictObject({ after: answerSchema }),
  z.strictObject({ error: z.string(), recoverable: z.boolean().optional() }),
  z.strictObject({ model: modelFaultSchema }),
  answerSchema.strict(),
]);

function isPattern(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}

/** A fault as `POST /_faults` accepts it: `path` is a prefix, `pattern` a regular expression. */
export const faultSchema = z.strictObject({
  method: z.string().optional(),
  path: z.string().optional(),
  pattern: z.string().refine(isPattern, "is not a regular expression").optional(),
  nth: z.int().min(1).optional(),
  times: z.int().min(1).optional(),
  kind: kindSchema,
});

/**
 * What a fault does:
 * - `{status, body?, headers?}`: sends this answer, and doesn't handle the call;
 * - `"drop"`: closes the connection, and doesn't handle the call;
 * - `"after"`: handles the call, then closes the connection; `{after: {status, …}}`: then sends this answer;
 * - `"malformed"`: handles the call, then sends an answer that isn't JSON;
 * - `{delayMs, when?}`: waits before the call is handled (the default), or after;
 * - `{error, recoverable?}`: Daytona only: the transition ends in state `error`;
 * - `{model}`: the model only, see `ModelFault`;
 * - `"duplicate"`: webhooks only: delivers twice.
 */
export type FaultKind = z.infer<typeof kindSchema>;

/**
 * For tests in the emulator's own process: calls a function (which kills the caller, for instance) before or after the
 * call is handled, and then closes the connection.
 */
export interface Interruption {
  interrupt: () => Promise<void>;
  when: "before" | "after";
}

/** A fault to inject into matching calls, or into webhook deliveries: these have method `WEBHOOK` and the event as path. */
export interface FaultRule {
  /** Any method, unless given. */
  method?: string | undefined;
  /** A prefix of the path, or a RegExp for it; any path, unless given. */
  path?: string | RegExp | undefined;
  /** The first matching call it applies to, counted from 1. */
  nth?: number | undefined;
  /** How many calls it applies to: all from the first one on, or one if `nth` is given. */
  times?: number | undefined;
  kind: FaultKind | Interruption;
}

/** A call that was received, or a webhook delivery that was sent; without body and headers. */
export interface Call {
  method: string;
  path: string;
  /** When, in epoch milliseconds. */
  at: number;
}

/** Injects faults, and lists the calls so far. */
export interface Faults {
  /** Adds a fault; returns a function that removes it. */
  add(rule: FaultRule): () => void;
  /** Removes all faults, and empties the list of calls. */
  clear(): void;
  calls(): Call[];
}

/** What the emulator itself uses `Faults` by. */
export interface FaultInjector extends Faults {
  /** Records a call; returns the fault to inject into it, if any. */
  onCall(method: string, path: string): FaultKind | Interruption | undefined;
  /** Waits, but not longer than until the emulator is closed. */
  wait(delayMs: number): Promise<void>;
  /** Whether the emulator is closed. */
  isClosed(): boolean;
  close(): void;
}

const MAX_CALLS = 10_000; // an emulator may run for weeks; tests only need the last few

/** Creates the fault injector of one emulator. */
export function createFaultInjector(now: () => number): FaultInjector {
  let rules: { rule: FaultRule; seen: number }[] = [];
  let calls: Call[] = [];
  const waiting = new Set<() => void>();
  let closed = false;
  return {
    add: (rule) => {
      const entry = { rule, seen: 0 };
      rules.push(entry);
      return () => {
        rules = rules.filter((other) => other !== entry);
      };
    },
    clear: () => {
      rules = [];
      calls = [];
    },
    calls: () => [...calls],
    onCall: (method, path) => {
      calls.push({ method, path, at: now() });
      if (calls.length > MAX_CALLS) calls = calls.slice(MAX_CALLS / 2);
      const matching = rules.filter(({ rule }) => matches(rule, method, path));
      for (const entry of matching) entry.seen += 1;
      return matching.find(isDue)?.rule.kind;
    },
    wait: (delayMs) =>
      new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          waiting.delete(end);
          resolve();
        };
        const timer = setTimeout(end, closed ? 0 : delayMs);
        waiting.add(end);
      }),
    isClosed: () => closed,
    close: () => {
      closed = true;
      for (const end of waiting) end();
    },
  };
}

function matches(rule: FaultRule, method: string, path: string): boolean {
  if (rule.method !== undefined && rule.method.toUpperCase() !== method) return false;
  if (rule.path === undefined) return true;
  return typeof rule.path === "string" ? path.startsWith(rule.path) : rule.path.test(path);
}

function isDue({ rule, seen }: { rule: FaultRule; seen: number }): boolean {
  const first = rule.nth ?? 1;
  const times = rule.times ?? (rule.nth === undefined ? Infinity : 1);
  return seen >= first && seen < first + times;
}
