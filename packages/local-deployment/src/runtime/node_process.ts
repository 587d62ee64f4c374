/** Node's `process` with the functions' variables in place of the machine's. */
export function nodeProcess(env: Record<string, string>): object {
  const own: Readonly<Record<string, unknown>> = {
    env: { ...env },
    exit: refuse("process.exit"),
    kill: refuse("process.kill"),
    chdir: refuse("process.chdir"),
  };
  return new Proxy<object>(process, {
    get: (target, name) => {
      if (typeof name === "string" && name in own) return own[name];
      const value: unknown = Reflect.get(target, name);
      const bound: unknown = typeof value === "function" ? value.bind(target) : value;
      return bound;
    },
    has: (target, name) => Reflect.has(target, name),
  });
}

function refuse(what: string): () => never {
  return () => {
    throw new Error(`${what}() can't be used in a function`);
  };
}
