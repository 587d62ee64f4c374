import { FunctionError } from "../../lib/errors.ts";
import type { LogLevel } from "../../runtime/console.ts";
import type { IsolateHost } from "../../runtime/context/host.ts";
import { EVALUATIONS, evaluationHost } from "../../runtime/evaluation.ts";
import { FailureError } from "../../runtime/errors/failure.ts";
import { Isolate } from "../../runtime/isolate.ts";
import type { ModuleExports, ModuleScript } from "../../runtime/modules/script.ts";

/** How many isolates are kept ready, in all and for one module. */
const MAX_READY = 12;
const MAX_READY_OF_ONE = 3;

/** The modules, and what they see while they are evaluated. */
export interface ModuleSource {
  readonly find: (path: string) => ModuleScript | undefined;
  readonly variable: (name: string) => string | undefined;
  /** The time of the push, in milliseconds since 1970: time stands still for modules. */
  readonly now: number;
}

/** An isolate in which a module was evaluated, for one call. */
export interface Prepared {
  readonly isolate: Isolate;
  readonly exports: ModuleExports;
  /** The log lines of the modules, which are part of each call's log, as in production. */
  readonly logs: readonly { readonly level: LogLevel; readonly messages: readonly string[] }[];
  /** A failure of code that the modules left running; it fails the call. */
  readonly failure: unknown;
}

/** Modules that are kept prepared, and their isolates that are ready. */
interface Wanted {
  readonly source: ModuleSource;
  readonly module: string;
  readonly ready: Prepared[];
}

/** Evaluates the modules of calls, for the next call of the same module ahead of time. */
export class PreparedModules {
  /** By component and module; the one that was used last is at the end. */
  readonly #wanted = new Map<string, Wanted>();

  /** @throws FunctionError when there is no such module @throws FailureError when it can't be evaluated */
  take(component: string, module: string, source: ModuleSource): Prepared {
    const key = JSON.stringify([component, module]);
    const wanted = this.#wanted.get(key) ?? { source, module, ready: [] };
    const prepared = wanted.ready.pop() ?? evaluateModule(source, module, null);
    this.#wanted.delete(key);
    this.#wanted.set(key, wanted);
    for (const [old] of this.#wanted) {
      if (this.#wanted.size <= MAX_READY) break;
      this.#wanted.delete(old);
    }
    return prepared;
  }

  /** Evaluates one module that is likely to be called. @returns whether there was one */
  prepareOne(): boolean {
    const all = [...this.#wanted.values()];
    if (all.reduce((count, { ready }) => count + ready.length, 0) >= MAX_READY) return false;
    const next = all.findLast(({ ready }) => ready.length < MAX_READY_OF_ONE);
    if (next === undefined) return false;
    try {
      next.ready.push(evaluateModule(next.source, next.module, null));
      return true;
    } catch {
      // The call that needs it fails with the same error.
      return false;
    }
  }
}

/**
 * Evaluates a module.
 * @param kept the isolate of an earlier call, which evaluates only what it has not yet; null for a new one
 * @throws FunctionError when there is no such module @throws FailureError when it can't be evaluated
 */
export function evaluateModule(
  { find, variable, now }: ModuleSource,
  module: string,
  kept: Isolate | null,
): Prepared {
  const logs: { level: LogLevel; messages: readonly string[] }[] = [];
  let failure: unknown = null;
  const host: IsolateHost = {
    ...evaluationHost(EVALUATIONS.functionCall, { now, seed: now }),
    log: (level, messages) => {
      logs.push({ level, messages });
    },
    variable,
    fail: (error) => {
      failure ??= error;
    },
  };
  const isolate = kept ?? new Isolate();
  if (kept === null) isolate.open(host, { find });
  else isolate.serve(host);
  try {
    const exports = isolate.run(() => isolate.load(module));
    return {
      isolate,
      exports,
      logs,
      get failure() {
        return failure;
      },
    };
  } catch (error) {
    if (error instanceof FunctionError) throw error;
    throw new FailureError(isolate.failureOf(error));
  }
}
