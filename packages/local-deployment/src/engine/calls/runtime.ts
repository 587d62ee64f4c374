import { FunctionError } from "../../lib/errors.ts";
import { failureOf, type Failure } from "../../runtime/errors/failure.ts";
import { ModuleScript } from "../../runtime/modules/script.ts";
import type { Component } from "../code/components.ts";
import type { Frame } from "./frame.ts";
import { functionHost } from "./function_host.ts";
import type { Isolate } from "../../runtime/isolate.ts";
import { evaluateModule, PreparedModules } from "./prepared_modules.ts";
import type { DeploymentUrls, EngineState } from "../state.ts";
import { urlVariables } from "../code/variables.ts";

/** What functions see of the deployment itself. */
export function functionEnv(component: Component, urls: DeploymentUrls): Record<string, string> {
  return { ...component.env, ...urlVariables(urls) };
}

/** Where queries and mutations run: each call in an isolate of its own. */
export class Runtime {
  /** The active code's modules, by definition and path, and what functions see of variables, by component. */
  #scripts = new Map<string, ModuleScript>();
  #env = new Map<string, Readonly<Record<string, string>>>();
  #prepared = new PreparedModules();
  /** By component: isolates of calls that have ended, which are kept for the next ones. */
  #kept = new Map<string, Isolate[]>();
  /** Those that a call's isolate belongs to once it has ended. */
  readonly #keptAfter = new WeakMap<Frame, Isolate[]>();

  constructor(
    private readonly state: EngineState,
    private readonly keepContexts: boolean,
  ) {}

  /**
   * Gives a call its isolate, with the modules of its function evaluated.
   * @returns the exports of the function's module
   * @throws FunctionError when there is no such module @throws FailureError when it can't be evaluated
   */
  open(frame: Frame): Readonly<Record<string, unknown>> {
    const { component, path, execution } = frame;
    const env = this.#envOf(component);
    const began = performance.now();
    const source = {
      variable: (name: string) => (Object.hasOwn(env, name) ? env[name] : undefined),
      find: (wanted: string) => this.#script(component.definition, wanted),
      now: this.state.code.pushedAt,
    };
    const kept = this.keepContexts ? this.#keptOf(component) : null;
    const prepared =
      kept === null
        ? this.#prepared.take(component.id, path.module, source)
        : evaluateModule(source, path.module, kept.pop() ?? null);
    // The evaluation of modules for each call does not count as the function's own time.
    execution.waitedMs += performance.now() - began;
    frame.isolate = prepared.isolate;
    if (kept !== null) this.#keptAfter.set(frame, kept);
    for (const { level, messages } of prepared.logs) execution.log(level, messages);
    if (prepared.failure !== null) frame.fail(prepared.failure);
    prepared.isolate.serve(functionHost(this.state, frame, env));
    return prepared.exports;
  }

  /** Called when a call has ended and no code of it runs: its isolate can be kept. */
  ended(frame: Frame): void {
    if (frame.isolate !== null) this.#keptAfter.get(frame)?.push(frame.isolate);
  }

  /** Evaluates modules for calls to come, unless those of the last call are kept. @returns whether there were any */
  prepare(): boolean {
    return !this.keepContexts && this.#prepared.prepareOne();
  }

  /** There is new code, or there are new variables. */
  forget(): void {
    this.#scripts = new Map();
    this.#env = new Map();
    this.#prepared = new PreparedModules();
    this.#kept = new Map();
  }

  /** What a call threw, in production's words. */
  failureOf(frame: Frame, thrown: unknown): Failure {
    return frame.isolate?.failureOf(thrown) ?? failureOf(thrown);
  }

  #envOf(component: Component): Readonly<Record<string, string>> {
    const known = this.#env.get(component.id);
    if (known !== undefined) return known;
    const env = functionEnv(component, this.state.urls);
    this.#env.set(component.id, env);
    return env;
  }

  #keptOf(component: Component): Isolate[] {
    const known = this.#kept.get(component.id) ?? [];
    this.#kept.set(component.id, known);
    return known;
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
