import type { IsolateHost } from "./isolate_host.ts";

/** What a context is given from outside. */
export interface ContextHost {
  /** Whom the code is served by; known once there is some. */
  readonly host: () => IsolateHost;
  /** Classes of the outer context, by name: web APIs make and throw instances of these. */
  readonly outer: Readonly<Record<string, new (...args: never[]) => object>>;
  /** Globals that are the outer context's own. */
  readonly shared: Readonly<Record<string, unknown>>;
  readonly Request: typeof Request;
  readonly Response: typeof Response;
  readonly structuredClone: (value: unknown) => unknown;
  /** The text of an error's stack, from its calls. */
  readonly stackOf: (error: object, sites: readonly NodeJS.CallSite[]) => string;
  /** What V8 says of a text that `JSON.parse` refuses. */
  readonly jsonProblem: (text: string) => string;
}

/** Parts of a context that are used from outside. */
export interface ContextParts {
  /** `Promise.prototype` */
  readonly promises: object;
  readonly Request: typeof Request;
}

/**
 * Gives a new context the globals of production's isolates (npm-packages/udf-runtime of
 * get-convex/convex-backend). It runs inside the context, from its text: it sees nothing but its argument.
 *
 * @returns what is used of it from outside
 */
export function setUpContext({ host, ...given }: ContextHost): ContextParts {
  const global = globalThis as unknown as Record<string, unknown>;
  const define = (name: string, value: unknown) => {
    Object.defineProperty(global, name, { value, writable: true, configurable: true });
  };
  /** One that reads what is served when it is asked for. */
  const defineServed = (name: "console" | "performance" | "crypto") => {
    Object.defineProperty(global, name, {
      get: () => host()[name],
      set: (value: unknown) => {
        define(name, value);
      },
      configurable: true,
    });
  };
  /** Fails the whole function, whatever catches what this throws. */
  const failUncaught = (message: string): never => {
    const error = new Error(message);
    host().fail(error);
    throw error;
  };

  /** What comes from outside is an instance of the class of its name here: `error instanceof TypeError`. */
  const isInstance = Function.prototype[Symbol.hasInstance];
  const acceptOuter = (own: unknown, outer: new (...args: never[]) => object) => {
    Object.defineProperty(own, Symbol.hasInstance, {
      configurable: true,
      value(this: unknown, value: unknown) {
        // A subclass inherits this, and has no instances outside.
        return isInstance.call(this as never, value) || (this === own && value instanceof outer);
      },
    });
  };

  const OwnDate = Date;
  const FrozenDate = function (...args: number[]): unknown {
    // Undefined for `Date()`, which gives text; a subclass for `super()`.
    if (!new.target) return new OwnDate(host().now()).toString();
    return Reflect.construct(OwnDate, args.length === 0 ? [host().now()] : args, new.target);
  };
  Object.defineProperties(FrozenDate, Object.getOwnPropertyDescriptors(OwnDate));
  const now = { value: () => host().now(), writable: true, configurable: true };
  Object.defineProperty(FrozenDate, "now", now);
  Object.defineProperty(OwnDate.prototype, "constructor", { value: FrozenDate });

  const { parse, stringify } = JSON;
  JSON.parse = (text, reviver) => {
    try {
      return parse(text, reviver) as unknown;
    } catch (error) {
      // A reviver's own error is none of the text's.
      if (!(error instanceof SyntaxError) || !error.message.startsWith("JSON Parse error")) {
        throw error;
      }
      throw new SyntaxError(given.jsonProblem(String(text)));
    }
  };

  /** Holds on to what it refers to: when garbage is collected must not show. */
  class StrongRef {
    readonly #target: unknown;
    constructor(target: unknown) {
      if (!canBeHeld(target)) throw new TypeError("target must be an object");
      this.#target = target;
    }
    deref(): unknown {
      return this.#target;
    }
    get [Symbol.toStringTag]() {
      return "WeakRef";
    }
  }
  class IdleRegistry {
    constructor(cleanUp: unknown) {
      if (typeof cleanUp !== "function") throw new TypeError("cleanup must be callable");
    }
    register(target: unknown): void {
      if (!canBeHeld(target)) throw new TypeError("target must be an object");
    }
    unregister(): void {
      // Nothing is ever cleaned up.
    }
    get [Symbol.toStringTag]() {
      return "FinalizationRegistry";
    }
  }
  function canBeHeld(value: unknown): boolean {
    return (typeof value === "object" && value !== null) || typeof value === "function";
  }

  /** Checked as production does, and with a `json()` of this context. */
  class OwnResponse extends given.Response {
    constructor(body?: BodyInit | null, init: ResponseInit = {}) {
      const status = init.status === undefined ? 200 : Number(init.status);
      if (!Number.isInteger(status) || status < 200 || status > 599) {
        throw new RangeError(
          "Failed to construct 'Response': The status provided is outside the range [200, 599].",
        );
      }
      super(body, { ...init, status });
    }
    static override json(data: unknown, init?: ResponseInit): Response {
      const text = data === undefined ? undefined : tryStringify(data);
      if (text === undefined) {
        throw new TypeError(
          "Failed to execute 'json' on 'Response': The data is not JSON serializable",
        );
      }
      const response = new OwnResponse(text, init);
      response.headers.set("content-type", "application/json");
      return response;
    }
    static override redirect(url: string | URL, status = 302): Response {
      return new OwnResponse(null, { status, headers: { location: String(url) } });
    }
    static override error(): Response {
      return new OwnResponse(null, { status: 500 });
    }
    override async json(): Promise<unknown> {
      return JSON.parse(await this.text()) as unknown;
    }
    override clone(): Response {
      return own(super.clone(), OwnResponse);
    }
  }
  class OwnRequest extends given.Request {
    override async json(): Promise<unknown> {
      return JSON.parse(await this.text()) as unknown;
    }
    override clone(): Request {
      return own(super.clone(), OwnRequest);
    }
  }
  function own<T extends object>(value: T, as: { prototype: T }): T {
    return Object.setPrototypeOf(value, as.prototype) as T;
  }
  function tryStringify(data: unknown): string | undefined {
    try {
      return stringify(data);
    } catch {
      return undefined;
    }
  }

  const environment = new Proxy(
    {},
    {
      get: (target, name, receiver) => {
        if (typeof name !== "string") return Reflect.get(target, name, receiver) as unknown;
        const value = host().variable(name);
        // Printed, it must not show what is in it.
        return value === undefined && name === "inspect" ? () => "[process.env]" : value;
      },
    },
  );

  let lastTimer = 0;
  const timers = new Map<unknown, () => void>();
  const setTimer =
    (name: "setTimeout" | "setInterval") =>
    (handler: (...args: unknown[]) => void, ms?: unknown, ...args: unknown[]): number => {
      if (typeof handler === "string") {
        failUncaught(
          `Not implemented: code string argument for ${name}. Consider calling an action defined in Node.js instead (https://docs.convex.dev/functions/actions).`,
        );
      }
      const id = ++lastTimer;
      const wait = Math.max(Number(ms) || 0, 0);
      const begin = () => {
        // Made here, so that what the handler throws is this context's unhandled rejection.
        void new Promise<void>((resolve, reject) => {
          timers.set(id, () => undefined);
          const call = () => {
            try {
              fire();
              resolve();
            } catch (error) {
              reject(error as Error);
            }
          };
          timers.set(id, host().after(name, wait, call));
        });
      };
      const fire = () => {
        if (!timers.has(id)) return;
        handler(...args);
        if (!timers.has(id)) return;
        if (name === "setInterval") begin();
        else timers.delete(id);
      };
      begin();
      return id;
    };
  const clearTimer = (id?: unknown): void => {
    timers.get(id)?.();
    timers.delete(id);
  };

  for (const [name, value] of Object.entries(given.shared)) define(name, value);
  for (const [name, outer] of Object.entries(given.outer)) acceptOuter(global[name], outer);
  define("Date", FrozenDate);
  define("Response", OwnResponse);
  define("Request", OwnRequest);
  define("fetch", async (...args: Parameters<IsolateHost["fetch"]>) =>
    own(await host().fetch(...args), OwnResponse),
  );
  define("structuredClone", (value: unknown, options?: unknown) =>
    options === undefined
      ? given.structuredClone(value)
      : failUncaught("structuredClone with transfer not supported"),
  );
  define("setTimeout", setTimer("setTimeout"));
  define("setInterval", setTimer("setInterval"));
  define("clearTimeout", clearTimer);
  define("clearInterval", clearTimer);
  define("WeakRef", StrongRef);
  define("FinalizationRegistry", IdleRegistry);
  define("process", { env: environment });
  defineServed("console");
  defineServed("performance");
  defineServed("crypto");
  define("self", global);
  // Asynchronous calls give promises of this context: one that fails unseen is told by whose it is.
  define("Convex", {
    syscall: (op: string, args: string) => host().convex.syscall(op, args),
    asyncSyscall: async (op: string, args: string) => await host().convex.asyncSyscall(op, args),
    jsSyscall: (op: string, args: Record<string, unknown>) => host().convex.jsSyscall(op, args),
  });
  Object.defineProperty(global, "__importMeta", {
    get: () => {
      throw new TypeError("import.meta unsupported");
    },
  });
  Reflect.deleteProperty(global, "ShadowRealm");
  Math.random = () => host().random();
  Atomics.wait = () => {
    throw new TypeError("Atomics.wait cannot be called in this context");
  };
  Error.prepareStackTrace = (error, sites) => given.stackOf(error, sites);
  return { promises: Promise.prototype, Request: OwnRequest };
}
