import { FunctionError } from "../errors.ts";
import { createConsole } from "../runtime/console.ts";
import {
  createScope,
  dateReading,
  mathWith,
  type ConvexGlobal,
  type Scope,
} from "../runtime/globals.ts";
import { ModuleLoader, type ModuleExports } from "../runtime/loader.ts";
import { refusedOperation } from "../runtime/refused_operations.ts";
import { registerSourceMap } from "../runtime/stack.ts";
import type { Component } from "./components.ts";
import { currentFrame } from "./frame.ts";
import { asyncSyscall, syncSyscall } from "./syscalls/dispatch.ts";
import type { DeploymentUrls, EngineState } from "./state.ts";
import { urlVariables } from "./variables.ts";

/** What functions see of the deployment itself. */
export function functionEnv(component: Component, urls: DeploymentUrls): Record<string, string> {
  return { ...component.env, ...urlVariables(urls) };
}

/** Refuses, in production's words, what only actions may do. */
function actionsOnly(what: string): () => never {
  return () => {
    throw new FunctionError(
      `Can't use ${what} in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.`,
    );
  };
}

/** The loaded modules of the active code, one scope per component. Thrown away by the next push. */
export class Runtime {
  readonly #loaders = new Map<string, ModuleLoader>();

  constructor(private readonly state: EngineState) {}

  /** The exports of a module. @throws FunctionError, or whatever the module throws when it is evaluated. */
  load(component: Component, module: string): ModuleExports {
    let loader = this.#loaders.get(component.id);
    if (loader === undefined) {
      loader = this.#createLoader(component);
      this.#loaders.set(component.id, loader);
    }
    return loader.load(module);
  }

  #createLoader(component: Component): ModuleLoader {
    const scope = this.#createScope(component);
    return new ModuleLoader((path) => {
      const module = this.state.codeStore.module(component.definition, path);
      if (module?.environment === "node") {
        throw new FunctionError(`${path} runs in Node.js: only actions can be defined there.`);
      }
      if (module !== undefined) registerSourceMap(path, module.compiled);
      return module;
    }, scope);
  }

  #createScope(component: Component): Scope {
    const state = this.state;
    const now = () => currentFrame.getStore()?.tx.now ?? 0;
    const random = () => currentFrame.getStore()?.execution.random() ?? 0.5;
    const timers = Object.fromEntries(
      ["setTimeout", "setInterval"].map((name) => [name, actionsOnly(name)]),
    );
    return createScope({
      ...timers,
      Convex: {
        syscall: (op, args) => syncSyscall(state, op, args),
        asyncSyscall: (op, args) => asyncSyscall(state, op, args),
        jsSyscall: (op) => {
          throw refusedOperation(op, "operation");
        },
      } satisfies ConvexGlobal,
      process: { env: functionEnv(component, state.urls) },
      console: createConsole((level, args) => currentFrame.getStore()?.execution.log(level, args)),
      Date: dateReading(now),
      Math: mathWith(random),
      fetch: actionsOnly("fetch()"),
    });
  }
}
