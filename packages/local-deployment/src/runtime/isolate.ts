import { newContext, type NewContext } from "./context/context.ts";
import { failureOf, type Failure } from "./errors/failure.ts";
import { stackText, type StackFrame } from "./errors/frames.ts";
import type { IsolateHost } from "./context/host.ts";
import { v8JsonError } from "./errors/v8_json_errors.ts";
import { ModuleLoader } from "./modules/loader.ts";
import { ownRejections } from "./errors/rejections.ts";
import { dynamicImport, type ModuleExports, type ModuleScript } from "./modules/script.ts";
import { keepFrames } from "./errors/thrown.ts";

/** The modules of an isolate. */
export interface IsolateModules {
  readonly find: (path: string) => ModuleScript | undefined;
  /** Imports that lead elsewhere. */
  readonly external?: (path: string) => ModuleExports | undefined;
}

/** What runs the code of one function call, or evaluates the files of a push: a context with modules in it. */
export class Isolate {
  readonly #context: NewContext;
  #loader: ModuleLoader | null = null;
  #modules: IsolateModules = { find: () => undefined };
  #host: IsolateHost | null = null;

  constructor() {
    this.#context = newContext({
      host: () => {
        if (this.#host === null) throw new Error("Nothing runs here yet");
        return this.#host;
      },
      stackOf: (error, sites) => this.#stackText(keepFrames(error, sites)).trimEnd(),
      v8JsonError,
    });
    ownRejections(this.#context.promises, (reason) => {
      this.#host?.fail(reason);
    });
  }

  /** Sets the modules and their first host. Called once. */
  open(host: IsolateHost, modules: IsolateModules): this {
    this.#host = host;
    this.#modules = modules;
    this.#loader = new ModuleLoader(this.#context.context, modules.find, modules.external);
    return this;
  }

  /** Sets the host of the code from now on. */
  serve(host: IsolateHost): void {
    this.#host = host;
  }

  /** The exports of a module. @throws FunctionError, or whatever the module throws when it is evaluated */
  load(path: string): ModuleExports {
    if (this.#loader === null) throw new Error("The isolate has no modules yet");
    return this.#loader.load(path);
  }

  /** A request of the isolate's own class. */
  newRequest(url: string, init: RequestInit): Request {
    return new (this.#context.web().Request)(url, init);
  }

  /** Runs code of the isolate, whose `import()` finds the isolate's modules if it may. */
  run<T>(work: () => T): T {
    const loader = this.#loader;
    if (loader === null || this.#host?.canImport !== true) return dynamicImport.exit(work);
    const load = async (from: string, request: string) => {
      await Promise.resolve();
      return loader.import(from, request);
    };
    return dynamicImport.run(load, work);
  }

  /** What this isolate's code threw, with production's text. */
  failureOf(thrown: unknown): Failure {
    return failureOf(thrown, (frames) => this.#stackText(frames));
  }

  #stackText(frames: readonly StackFrame[]): string {
    const { find } = this.#modules;
    const named = frames.map((frame) =>
      frame.call === "" || frame.call.endsWith(" ")
        ? { ...frame, call: frame.call + (find(frame.path)?.names.at(frame) ?? "") }
        : frame,
    );
    return stackText(named, (path) => find(path)?.map ?? null);
  }
}
