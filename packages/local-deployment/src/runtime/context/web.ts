import type { IsolateHost } from "./host.ts";

/** The outside functions that a context's web APIs use. */
export interface WebNeeds {
  /** The host of the running code. */
  readonly host: () => IsolateHost;
  readonly Request: typeof Request;
  readonly Response: typeof Response;
  readonly URL: typeof URL;
  readonly structuredClone: (value: unknown) => unknown;
}

/** The globals that are made of a context's own classes and functions. */
export interface WebGlobals {
  readonly Response: typeof Response;
  readonly Request: typeof Request;
  readonly URL: typeof URL;
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  readonly structuredClone: (value: unknown, options?: unknown) => unknown;
  readonly setTimeout: object;
  readonly setInterval: object;
  readonly clearTimeout: (id?: unknown) => void;
  readonly clearInterval: (id?: unknown) => void;
  readonly WeakRef: object;
  readonly FinalizationRegistry: object;
}

/**
 * Makes the web APIs of production's isolates (npm-packages/udf-runtime of get-convex/convex-backend) that a context
 * does not share with the others. It runs inside the context, from its text, when one of them is first used: it sees
 * nothing but its argument.
 */
export function setUpWeb({ host, ...needs }: WebNeeds): WebGlobals {
  /** Fails the whole function, even if its code catches the error. */
  const failUncaught = (message: string): never => {
    const error = new Error(message);
    host().fail(error);
    throw error;
  };

  const notImplemented = (what: string, of: string): never =>
    failUncaught(
      `Not implemented: ${what} for ${of}. Consider calling an action defined in Node.js instead (https://docs.convex.dev/functions/actions).`,
    );
  const UNKNOWN_OF_REQUESTS = [
    ...["destination", "referrer", "referrerPolicy", "mode", "credentials", "cache", "redirect"],
    ...["integrity", "keepalive", "isReloadNavigation", "isHistoryNavigation", "duplex"],
  ];

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
    readonly [Symbol.toStringTag] = "WeakRef";
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
    readonly [Symbol.toStringTag] = "FinalizationRegistry";
  }
  function canBeHeld(value: unknown): boolean {
    return (typeof value === "object" && value !== null) || typeof value === "function";
  }

  /** Checked as production does, and with a `json()` of this context. */
  class OwnResponse extends needs.Response {
    constructor(body?: BodyInit | null, init?: ResponseInit | null) {
      // The function may pass a status of any type.
      const given: unknown = init?.status ?? 200;
      const status = Number(given);
      if (!Number.isInteger(status) || status < 200 || status > 599) {
        throw new RangeError(
          "Failed to construct 'Response': The status provided is outside the range [200, 599].",
        );
      }
      // Another response may serve as these: its properties are its class's.
      const { statusText = "", headers = [] } = init ?? {};
      super(body, { status, statusText, headers });
      // Bun gives a text its type only when it is read.
      if (typeof body === "string" && !this.headers.has("content-type")) {
        this.headers.set("content-type", "text/plain;charset=UTF-8");
      }
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
      const parsed: unknown = JSON.parse(await this.text());
      return parsed;
    }
    override clone(): Response {
      return own(super.clone(), OwnResponse);
    }
  }
  class OwnRequest extends needs.Request {
    constructor(input: string | URL | Request, init?: RequestInit | Request) {
      // The machine's own code would ask a request for what functions may not.
      const given = init instanceof needs.Request ? partsOf(init) : init;
      if (input instanceof needs.Request) super(input.url, { ...partsOf(input), ...given });
      else super(input, given);
    }
    override async json(): Promise<unknown> {
      const parsed: unknown = JSON.parse(await this.text());
      return parsed;
    }
    override clone(): Request {
      return own(super.clone(), OwnRequest);
    }
  }
  for (const name of UNKNOWN_OF_REQUESTS) {
    Object.defineProperty(OwnRequest.prototype, name, {
      get: () => notImplemented(`get ${name}`, "Request"),
      configurable: true,
    });
  }
  class OwnURL extends needs.URL {
    static override parse(url: string, base?: string): URL | null {
      return OwnURL.canParse(url, base) ? new OwnURL(url, base) : null;
    }
  }
  for (const name of ["host", "username", "password"] as const) {
    const property = Object.getOwnPropertyDescriptor(needs.URL.prototype, name);
    const set = () => notImplemented(`set ${name}`, "URL");
    Object.defineProperty(OwnURL.prototype, name, { ...property, set });
  }
  function partsOf({ method, headers, body, signal }: Request): RequestInit {
    return { method, headers, body, signal };
  }
  function own<T extends object>(value: T, as: { prototype: T }): T {
    Object.setPrototypeOf(value, as.prototype);
    return value;
  }
  function tryStringify(data: unknown): string | undefined {
    try {
      return JSON.stringify(data);
    } catch {
      return undefined;
    }
  }

  let lastTimer = 0;
  const timers = new Map<unknown, () => void>();
  const setTimer =
    (name: "setTimeout" | "setInterval") =>
    (handler: (...args: unknown[]) => void, ms?: unknown, ...args: unknown[]): number => {
      if (typeof handler === "string") {
        notImplemented("code string argument", name);
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
              // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever the handler has thrown
              reject(error);
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

  return {
    Response: OwnResponse,
    Request: OwnRequest,
    URL: OwnURL,
    fetch: async (input, init) =>
      own(await host().fetch(own(new OwnRequest(input, init), needs.Request)), OwnResponse),
    structuredClone: (value, options) =>
      options === undefined
        ? needs.structuredClone(value)
        : failUncaught("structuredClone with transfer not supported"),
    setTimeout: setTimer("setTimeout"),
    setInterval: setTimer("setInterval"),
    clearTimeout: clearTimer,
    clearInterval: clearTimer,
    WeakRef: StrongRef,
    FinalizationRegistry: IdleRegistry,
  };
}
