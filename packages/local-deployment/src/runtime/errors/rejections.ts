/** Who is to be told of a promise's rejection that nobody handles, by the `Promise.prototype` of its context. */
const owners = new WeakMap<object, (reason: unknown) => void>();

/** Has `fail` told of the rejections in the context whose `Promise.prototype` this is. */
export function ownRejections(promises: object, fail: (reason: unknown) => void): void {
  owners.set(promises, fail);
}

/**
 * Tells each rejection that nobody handles to the function whose it is: Bun knows of them once no microtask is left.
 * @param others - Is told of those of no context.
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
