/** Node's `process` with the functions' variables in place of the machine's. */
export function nodeProcess(env: Record<string, string>): Record<string, unknown> {
  const own = {
    env: { ...env },
    exit: refuse("process.exit"),
    kill: refuse("process.kill"),
    chdir: refuse("process.chdir"),
  };
  return new Proxy(process as unknown as Record<string, unknown>, {
    get: (target, name) => {
      if (typeof name === "string" && name in own) return own[name as keyof typeof own];
      const value = Reflect.get(target, name) as unknown;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
    has: (target, name) => Reflect.has(target, name),
  });
}

function refuse(what: string): () => never {
  return () => {
    throw new Error(`${what}() can't be used in a function`);
  };
}
