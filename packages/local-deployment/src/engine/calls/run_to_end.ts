import { FailureError, OUT_OF_MEMORY } from "../../runtime/errors/failure.ts";
import { HeapLimit } from "../../runtime/heap_limit.ts";
import type { Frame } from "./frame.ts";

/** How long a function may wait for something that is neither a system call nor JavaScript, in milliseconds. */
const OUTSIDE_MS = 50;

/** How a function's promise settled. */
type Outcome =
  | { readonly kind: "pending" }
  | { readonly kind: "fulfilled"; readonly value: string }
  | { readonly kind: "rejected"; readonly reason: unknown };

/**
 * Runs a query or a mutation to its end, as production does (`run_inner` in
 * crates/isolate/src/environment/udf/mod.rs): whenever no JavaScript is left to run, an unhandled rejection fails
 * it; then system calls are answered in order, including those that it does not await.
 *
 * @param running - The function's promise of its result.
 * @throws FailureError when the function fails regardless of how its promise settled; else what the promise was rejected with
 */
export async function runToEnd(frame: Frame, running: Promise<string>): Promise<string> {
  // It is written from the promise's callbacks.
  let outcome = { kind: "pending" } as Outcome;
  running.then(
    (value) => {
      outcome = { kind: "fulfilled", value };
    },
    (reason: unknown) => {
      outcome = { kind: "rejected", reason };
    },
  );
  const settled = (): Outcome => outcome;
  const heap = new HeapLimit();
  for (;;) {
    await microtasksDone();
    if (heap.isExceeded()) throw new FailureError(OUT_OF_MEMORY);
    if (frame.failure !== null) throw new FailureError(frame.failure);
    const now = settled();
    if (now.kind === "rejected") throw now.reason;
    if (await frame.syscalls.answerNext()) continue;
    if (now.kind === "fulfilled") return now.value;
    if (await isSettledOutside(frame, settled)) continue;
    throw new FailureError({ message: "Returned promise will never resolve" });
  }
}

/** Resolves when all the JavaScript that could run has run, and its unhandled rejections are known. */
function microtasksDone(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Waits for a while for something outside of JavaScript, such as a digest. @returns whether the function continues */
async function isSettledOutside(frame: Frame, outcome: () => Outcome): Promise<boolean> {
  const until = performance.now() + OUTSIDE_MS;
  while (frame.outside > 0 || performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (frame.closed) return false;
    if (outcome().kind !== "pending" || !frame.syscalls.empty || frame.failure !== null)
      return true;
  }
  return false;
}
