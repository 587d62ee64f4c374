import { constants, createContext, Script, type Context } from "node:vm";
import { createConsole } from "../console.ts";
import { inspectorIn } from "../inspect.ts";
import { OUTER_CLASSES, plainProperty, sharedGlobals } from "./globals.ts";
import type { IsolateHost } from "./host.ts";
import { setUpLanguage, type LanguageNeeds } from "./language.ts";
import { setUpWeb, type WebGlobals } from "./web.ts";

const language = new Script(`(${setUpLanguage.toString()})`, { filename: "convex:language" });
const web = new Script(`(${setUpWeb.toString()})`, { filename: "convex:web" });

const stack = new Script("() => `\\n${new Error().stack}`", { filename: "convex:stack" });

/** What serves each context, by its global object, and the web APIs that it has made. */
interface Served {
  readonly context: Context;
  readonly host: () => IsolateHost;
  web: WebGlobals | null;
  console: object | null;
}
const served = new WeakMap<object, Served>();

function servedBy(global: unknown): Served {
  const found = served.get(global as object); // a primitive is in no map
  if (found === undefined) throw new TypeError("Illegal invocation");
  return found;
}

/** A global that is made when it is first used; code that assigns to it has its own. */
function lazily(name: string, value: (found: Served) => unknown): [string, PropertyDescriptor] {
  return [
    name,
    {
      get(this: unknown) {
        return value(servedBy(this));
      },
      set(this: object, own: unknown) {
        Object.defineProperty(this, name, plainProperty(own));
      },
      configurable: true,
      enumerable: false,
    },
  ];
}

const WEB_NAMES = [
  "Response",
  "Request",
  "URL",
  "fetch",
  "structuredClone",
  "setTimeout",
  "setInterval",
  "clearTimeout",
  "clearInterval",
  "WeakRef",
  "FinalizationRegistry",
] as const satisfies readonly (keyof WebGlobals)[];

const globals: PropertyDescriptorMap = {
  ...sharedGlobals,
  ...Object.fromEntries(WEB_NAMES.map((name) => lazily(name, (found) => webOf(found)[name]))),
  ...Object.fromEntries(
    (["performance", "crypto"] as const).map((name) => lazily(name, ({ host }) => host()[name])),
  ),
  ...Object.fromEntries([lazily("console", consoleOf)]),
  __importMeta: {
    get: () => {
      throw new TypeError("import.meta unsupported");
    },
  },
};

/** What comes from outside is an instance of the class of its name inside: `error instanceof TypeError`. */
const isInstance = Function.prototype[Symbol.hasInstance];
const acceptingOuter = OUTER_CLASSES.map((outer) => {
  const hasInstance = function (this: object, value: unknown): boolean {
    // Its type wants a function: what has it as `Symbol.hasInstance` is one.
    if (isInstance.call(this as never, value)) return true;
    // A subclass inherits this, and has no instances outside.
    return Object.hasOwn(this, Symbol.hasInstance) && value instanceof outer;
  };
  return [outer.name, { value: hasInstance, configurable: true }] as const;
});

/** A context of its own, with the globals of production's isolates and nothing else. */
export interface NewContext {
  readonly context: Context;
  /** Its `Promise.prototype`. */
  readonly promises: object;
  /** Its web APIs, made if they were not. */
  readonly web: () => WebGlobals;
}

/** @param needs - What serves the code in it, once there is some. */
export function newContext(needs: LanguageNeeds): NewContext {
  const context = createContext(
    // An ordinary global object: what is written to a sandbox object would be looked up twice.
    constants.DONT_CONTEXTIFY,
    { codeGeneration: { strings: false, wasm: true } },
  );
  const found: Served = { context, host: needs.host, web: null, console: null };
  served.set(context, found);
  Object.defineProperties(context, globals);
  for (const [name, descriptor] of acceptingOuter) {
    const own: unknown = Reflect.get(context, name);
    if (typeof own === "function") Object.defineProperty(own, Symbol.hasInstance, descriptor);
  }
  const setUp = language.runInContext(context) as typeof setUpLanguage; // the script is its text
  const promises = setUp(needs);
  return { context, promises, web: () => webOf(found) };
}

function consoleOf(found: Served): object {
  const { context, host } = found;
  found.console ??= createConsole(
    (level, messages) => {
      host().log(level, messages);
    },
    {
      inspect: inspectorIn((script) => script.runInContext(context)),
      stack: stack.runInContext(context) as () => string, // the script is that function
    },
  );
  return found.console;
}

function webOf(found: Served): WebGlobals {
  if (found.web === null) {
    const setUp = web.runInContext(found.context) as typeof setUpWeb; // the script is its text
    found.web = setUp({ host: found.host, Request, Response, URL, structuredClone });
  }
  return found.web;
}
