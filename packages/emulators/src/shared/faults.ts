import { z } from "zod";

const answerSchema = z.object({
  status: z.int().min(200).max(599),
  body: z.unknown().optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

const kindSchema = z.union([
  z.enum(["drop", "after", "malformed", "duplicate"]),
  z.strictObject({ delayMs: z.number().min(0), when: z.enum(["before", "after"]).optional() }),
  z.strictObject({ after: answerSchema }),
  z.strictObject({ error: z.string(), recoverable: z.boolean().optional() }),
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

/** A fault as the control endpoint takes it: `path` is a prefix, `pattern` a RegExp's source. */
export const faultSchema = z.strictObject({
  method: z.string().optional(),
  path: z.string().optional(),
  pattern: z.string().refine(isPattern, "is not a regular expression").optional(),
  nth: z.int().min(1).optional(),
  times: z.int().min(1).optional(),
  kind: kindSchema,
});

/**
 * What goes wrong:
 * - `{status, body?, headers?}`: answers so, without doing the work;
 * - `"drop"`: ends the connection without doing the work;
 * - `"after"`: does the work, then ends the connection; `{after: {status, …}}`: then answers so;
 * - `"malformed"`: does the work, then answers with something that isn't JSON;
 * - `{delayMs, when?}`: waits, before the work (the default) or after it;
 * - `{error, recoverable?}`: Daytona only: the sandbox's change ends in state `error`;
 * - `"duplicate"`: webhooks only: delivers once more than needed.
 */
export type FaultKind = z.infer<typeof kindSchema>;

/**
 * For a test in the emulator's own process: has something done (the caller killed, for one) as soon as the call is
 * there, or once its work is done, and then ends the connection.
 */
export interface Interruption {
  interrupt: () => Promise<void>;
  when: "before" | "after";
}

/** A fault to inject into matching calls, or webhook deliveries (method `WEBHOOK`, path the event). */
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

/** A call that came in, or a webhook delivery that went out; nothing of its body or headers. */
export interface Call {
  method: string;
  path: string;
  /** When, in epoch milliseconds. */
  at: number;
}

/** Faults on demand, and the record of calls by which a test finds where to put them. */
export interface Faults {
  /** Adds a fault; returns the function that takes it away. */
  add(rule: FaultRule): () => void;
  clear(): void;
  calls(): Call[];
}

/** The emulator's own side of `Faults`. */
export interface FaultDesk extends Faults {
  /** Records a call and returns the fault that is to befall it. */
  meet(method: string, path: string): FaultKind | Interruption | undefined;
  /** Waits, at most until the emulator closes. */
  wait(delayMs: number): Promise<void>;
  close(): void;
}

const CALLS_KEPT = 10_000; // an emulator may run for weeks; a test looks at its own few

/** Makes the faults of one emulator. */
export function makeFaults(now: () => number): FaultDesk {
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
    meet: (method, path) => {
      calls.push({ method, path, at: now() });
      if (calls.length > CALLS_KEPT) calls = calls.slice(CALLS_KEPT / 2);
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
