import type { Store } from "../tx/store.ts";
import { CodeStore, type ActiveCode } from "./code/code_store.ts";
import { Crons } from "./schedule/crons.ts";
import { Handles } from "./calls/handles.ts";
import { DocumentTypes } from "./code/schemas.ts";
import { Jobs } from "./schedule/jobs.ts";
import { Runtime } from "./calls/runtime.ts";

/** Where the deployment is reached; functions see it as CONVEX_CLOUD_URL and CONVEX_SITE_URL. */
export interface DeploymentUrls {
  readonly cloud: string;
  readonly site: string;
}

/** The settings of an engine. */
interface EngineOptions {
  readonly urls: DeploymentUrls;
  /** Whether contexts are kept from one call to the next. */
  readonly keepContexts: boolean;
  /** Called when a function begins or makes a system call, so that the server can detect one that does not end. */
  readonly progressed: () => void;
}

/** The store, the active code, and what is derived from it. */
export class EngineState {
  readonly codeStore: CodeStore;
  readonly handles: Handles;
  readonly jobs: Jobs;
  readonly crons: Crons;
  readonly runtime: Runtime;
  #code: ActiveCode;
  #documentTypes = new Map<string, DocumentTypes>();

  readonly urls: DeploymentUrls;
  readonly progressed: () => void;

  constructor(
    readonly store: Store,
    { urls, keepContexts, progressed }: EngineOptions,
  ) {
    this.urls = urls;
    this.progressed = progressed;
    this.codeStore = new CodeStore(store.db);
    this.handles = new Handles(store.db);
    this.jobs = new Jobs(store.db);
    this.crons = new Crons(store.db);
    this.#code = this.codeStore.load();
    this.runtime = new Runtime(this, keepContexts);
  }

  get code(): ActiveCode {
    return this.#code;
  }

  /** Loads the code and variables that a push or a change has stored. */
  reload(): void {
    this.#code = this.codeStore.load();
    this.runtime.forget();
    this.#documentTypes = new Map();
  }

  /** The document types of a component's tables. */
  documentTypes(component: string): DocumentTypes {
    const known = this.#documentTypes.get(component);
    if (known !== undefined) return known;
    const definition = this.#code.components.get(component)?.definition ?? "";
    const types = new DocumentTypes(this.#code.definitions.get(definition)?.schema ?? null);
    this.#documentTypes.set(component, types);
    return types;
  }
}
