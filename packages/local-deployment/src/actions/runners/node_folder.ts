import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** A module as it was pushed. */
export interface NodeModuleSource {
  readonly path: string;
  readonly source: string;
  readonly sourceMap?: string | undefined;
}

const ENTRY = fileURLToPath(new URL("../node/worker.ts", import.meta.url));

/** The files of Node processes: their script, and the modules of each push. Readable by the owner only. */
export class NodeFolder {
  readonly path: string;
  #script: Promise<string> | null = null;
  #packages = 0;

  /** Creates the folder, and removes one that a killed process has left. */
  constructor(dataDir: string) {
    const path = join(realpathSync(dataDir), "node");
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    mkdirSync(path, { mode: 0o700 });
    this.path = path;
  }

  /** The bundled script that the processes run; built at its first use. */
  async script(): Promise<string> {
    this.#script ??= this.#bundle();
    try {
      return await this.#script;
    } catch (error) {
      this.#script = null;
      throw error;
    }
  }

  /** Writes modules as Node imports them. @returns their folder */
  async write(modules: readonly NodeModuleSource[]): Promise<string> {
    const root = join(this.path, String(++this.#packages));
    const folder = join(root, "modules");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // They are ES modules, and end in `.js`.
    await writeFile(join(root, "package.json"), `{"type":"module"}`, { mode: 0o600 });
    for (const { path, source, sourceMap } of modules) {
      const file = join(folder, path);
      if (!file.startsWith(folder + sep)) throw new Error(`${path} is no module's path`);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(file, source, { mode: 0o600 });
      if (sourceMap !== undefined) await writeFile(`${file}.map`, sourceMap, { mode: 0o600 });
    }
    return folder;
  }

  /** Removes what `write` has written. */
  async remove(folder: string): Promise<void> {
    await rm(dirname(folder), { recursive: true, force: true, maxRetries: 3 });
  }

  close(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }

  async #bundle(): Promise<string> {
    const { outputs } = await Bun.build({ entrypoints: [ENTRY], target: "node", format: "cjs" });
    const [script] = outputs;
    if (script === undefined) throw new Error("Bun has bundled no script");
    const file = join(this.path, "worker.cjs");
    await writeFile(file, await script.text());
    return file;
  }
}

/** The source map of a written module; null when it has none. */
export async function readSourceMap(folder: string, path: string): Promise<string | null> {
  try {
    return await readFile(join(folder, `${path}.map`), "utf8");
  } catch {
    return null;
  }
}
