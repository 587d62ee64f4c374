import type { NodeFolder, NodeModuleSource } from "./node_folder.ts";

/** The modules of one push, in their files for Node. */
interface Package {
  readonly modules: string;
  users: number;
  superseded: boolean;
}

/** Writes the active Node modules when they are first needed, and removes them when nothing runs them any more. */
export class NodeCode {
  #current: Promise<Package> | null = null;

  /** @param sources asks the engine for the app's Node modules. */
  constructor(
    private readonly folder: NodeFolder,
    private readonly sources: () => Promise<readonly NodeModuleSource[]>,
  ) {}

  /** Runs `work` with the folder of the active modules, which is kept until it ends. @throws when it can't be written */
  async use<T>(run: (modules: string) => Promise<T>): Promise<T> {
    const used = await this.#written();
    used.users++;
    try {
      return await run(used.modules);
    } finally {
      used.users--;
      await this.#removeUnused(used);
    }
  }

  /** Called when new code is active. */
  async renew(): Promise<void> {
    const old = this.#current;
    this.#current = null;
    if (old === null) return;
    try {
      const superseded = await old;
      superseded.superseded = true;
      await this.#removeUnused(superseded);
    } catch {
      // It was never written.
    }
  }

  #written(): Promise<Package> {
    if (this.#current !== null) return this.#current;
    const writing = this.sources()
      .then((sources) => this.folder.write(sources))
      .then((modules) => ({ modules, users: 0, superseded: false }));
    this.#current = writing;
    writing.catch(() => {
      if (this.#current === writing) this.#current = null;
    });
    return writing;
  }

  async #removeUnused({ modules, users, superseded }: Package): Promise<void> {
    if (superseded && users === 0) await this.folder.remove(modules);
  }
}
