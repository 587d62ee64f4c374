/** What to call with the reason of an unhandled rejection, by the `Promise.prototype` of its context. */
const owners = new WeakMap<object, (reason: unknown) => void>();

/** Calls `fail` with each unhandled rejection in the context whose `Promise.prototype` this is. */
export function ownRejections(promises: object, fail: (reason: unknown) => void): void {
  owners.set(promises, fail);
}

/**
 * Passes each unhandled rejection to the function it belongs to: Bun reports them once no microtask is left.
 * @param others - Takes those of no context.
 */
export function watchRejections(others: (reason: unknown) => void): void {
  process.on("unhandledRejection", (reason, promise) => {
    for (let at: object | null = promise; at !== null; at = prototypeOf(at)) {
      const fail = owners.get(at);
      if (fail === undefined) continue;
      fail(reason);
      return;
    }
    others(reason);
  });
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null; // so it is by the language
}
