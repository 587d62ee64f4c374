import { FunctionError } from "../errors.ts";
import { failureOf, type Failure } from "../runtime/failure.ts";
import { Isolate } from "../runtime/isolate.ts";
import { ModuleScript } from "../runtime/script.ts";
import type { Component } from "./components.ts";
import type { Frame } from "./frame.ts";
import { functionHost } from "./function_host.ts";
import type { DeploymentUrls, EngineState } from "./state.ts";
import { urlVariables } from "./variables.ts";

/** How many isolates are kept ready. */
const SPARE = 8;

/** What functions see of the deployment itself. */
export function functionEnv(component: Component, urls: DeploymentUrls): Record<string, string> {
  return { ...component.env, ...urlVariables(urls) };
}

/** Where queries and mutations run: each call in an isolate of its own. */
export class Runtime {
  /** The active code's modules, by definition and path, and what functions see of variables, by component. */
  #scripts = new Map<string, ModuleScript>();
  #env = new Map<string, Readonly<Record<string, string>>>();
  readonly #spare: Isolate[] = [];

  constructor(private readonly state: EngineState) {}

  /** The isolate of one call. */
  isolate(frame: Frame): Isolate {
    const isolate = this.#spare.pop() ?? new Isolate();
    const env = this.#envOf(frame.component);
    return isolate.open(functionHost(this.state, frame, env), {
      find: (path) => this.#script(frame.component.definition, path),
    });
  }

  /** Makes an isolate for a call to come, if there are not enough. @returns whether there were not */
  prepare(): boolean {
    if (this.#spare.length >= SPARE) return false;
    this.#spare.push(new Isolate());
    return true;
  }

  /** There is new code, or there are new variables. */
  forget(): void {
    this.#scripts = new Map();
    this.#env = new Map();
  }

  /** What a call threw, in production's words. */
  failureOf(frame: Frame, thrown: unknown): Failure {
    return frame.hasIsolate ? frame.isolate.failureOf(thrown) : failureOf(thrown);
  }

  #envOf(component: Component): Readonly<Record<string, string>> {
    const known = this.#env.get(component.id);
    if (known !== undefined) return known;
    const env = functionEnv(component, this.state.urls);
    this.#env.set(component.id, env);
    return env;
  }

  #script(definition: string, path: string): ModuleScript | undefined {
    const key = JSON.stringify([definition, path]);
    const known = this.#scripts.get(key);
    if (known !== undefined) return known;
    const module = this.state.codeStore.module(definition, path);
    if (module === undefined) return undefined;
    if (module.environment === "node") {
      throw new FunctionError(`${path} runs in Node.js: only actions can be defined there.`);
    }
    const script = new ModuleScript(module);
    this.#scripts.set(key, script);
    return script;
  }
}
