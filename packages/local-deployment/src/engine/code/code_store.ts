import type { Database } from "bun:sqlite";
import { Meta } from "../../storage/meta.ts";
import type { CompiledModule } from "../../runtime/modules/compile.ts";
import type { LoadableModule } from "../../runtime/modules/script.ts";
import type { AnalyzedFunction, AnalyzedModule, AuthProvider, Definition } from "./analysis.ts";
import { buildComponents, flattenComponents, type Component } from "./components.ts";
import type { FunctionPath } from "../calls/paths.ts";

/** The pushed code that is active: definitions, modules and the tree of components. */
export interface ActiveCode {
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly root: Component;
  readonly components: ReadonlyMap<string, Component>;
  readonly auth: readonly AuthProvider[];
  readonly environment: Readonly<Record<string, string>>;
  /** When it was pushed, in milliseconds since 1970: the time that modules see while they are evaluated. */
  readonly pushedAt: number;
}

/** The app before the first push: no functions, no tables. */
const EMPTY_APP: Definition = {
  metadata: { path: "", definitionType: { type: "app" }, childComponents: [], httpMounts: {} },
  schema: null,
  modules: {},
};

/** Reads and writes the code in the data file. All writes are inside the caller's transaction. */
export class CodeStore {
  private readonly meta: Meta;

  constructor(private readonly db: Database) {
    this.meta = new Meta(db);
  }

  environment(): Record<string, string> {
    const rows = this.db
      .query<{ name: string; value: string }, []>(
        "SELECT name, value FROM environment ORDER BY name",
      )
      .all();
    return Object.fromEntries(rows.map((row) => [row.name, row.value]));
  }

  setEnvironment(name: string, value: string | null): void {
    if (value === null) this.db.query("DELETE FROM environment WHERE name = ?").run(name);
    else
      this.db
        .query("INSERT OR REPLACE INTO environment (name, value) VALUES (?, ?)")
        .run(name, value);
  }

  /** The active code, with the current environment. */
  load(): ActiveCode {
    const definitions = new Map<string, Definition>([["", EMPTY_APP]]);
    const rows = this.db.query<{ path: string; analysis: string }, []>(
      "SELECT path, analysis FROM definitions",
    );
    // Written by `store` below.
    for (const row of rows.all()) definitions.set(row.path, JSON.parse(row.analysis) as Definition);
    const ids = this.componentIds();
    const environment = this.environment();
    const root = buildComponents(definitions, environment, (path) => ids.get(path) ?? "");
    const auth = this.meta.get("auth");
    return {
      definitions,
      root,
      components: new Map(flattenComponents(root).map((component) => [component.id, component])),
      // Written by `store` below, too.
      auth: auth === null ? [] : (JSON.parse(auth) as AuthProvider[]),
      environment,
      pushedAt: Number(this.meta.get("pushed_at") ?? 0),
    };
  }

  /** Component ids by path; they stay when the component is unmounted and mounted again. */
  componentIds(): Map<string, string> {
    const rows = this.db
      .query<{ id: string; path: string }, []>("SELECT id, path FROM components")
      .all();
    return new Map([["", ""], ...rows.map((row): [string, string] => [row.path, row.id])]);
  }

  module(definition: string, path: string): LoadableModule | undefined {
    const row = this.db
      .query<LoadableModule, [string, string]>(
        "SELECT path, environment, compiled FROM modules WHERE definition = ? AND path = ?",
      )
      .get(definition, path);
    return row ?? undefined;
  }

  /** The app's modules, which the CLI may leave out of the next push when they are unchanged. */
  pushedModules(definition: string): CompiledModule[] {
    const rows = this.db
      .query<Omit<CompiledModule, "sourceMap"> & { source_map: string | null }, [string]>(
        "SELECT path, environment, source, source_map, hash, compiled FROM modules WHERE definition = ? ORDER BY path",
      )
      .all(definition);
    return rows.map(({ source_map, ...row }) => ({ ...row, sourceMap: source_map ?? undefined }));
  }

  /** Replaces the active code by a push. */
  store(push: {
    definitions: ReadonlyMap<string, Definition>;
    modules: ReadonlyMap<string, readonly CompiledModule[]>;
    components: readonly { id: string; path: string; definition: string }[];
    auth: readonly AuthProvider[];
  }): void {
    for (const table of ["definitions", "modules"]) this.db.run(`DELETE FROM ${table}`);
    for (const [path, definition] of push.definitions) {
      this.db
        .query("INSERT INTO definitions (path, analysis) VALUES (?, ?)")
        .run(path, JSON.stringify(definition));
    }
    const insert = this.db.query(
      `INSERT INTO modules (definition, path, environment, source, source_map, hash, compiled)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const [definition, modules] of push.modules) {
      for (const m of modules) {
        insert.run(
          definition,
          m.path,
          m.environment,
          m.source,
          m.sourceMap ?? null,
          m.hash,
          m.compiled,
        );
      }
    }
    this.db.run("UPDATE components SET mounted = 0");
    const upsert = this.db.query(
      `INSERT INTO components (id, path, definition, mounted, env) VALUES (?, ?, ?, 1, '{}')
       ON CONFLICT (id) DO UPDATE SET definition = excluded.definition, mounted = 1`,
    );
    for (const component of push.components) {
      if (component.path !== "") upsert.run(component.id, component.path, component.definition);
    }
    this.setAuth(push.auth);
    this.meta.set("pushed_at", String(Date.now()));
  }

  /** Replaces the identity providers. */
  setAuth(providers: readonly AuthProvider[]): void {
    this.meta.set("auth", JSON.stringify(providers));
  }
}

/** A module's analysis, or undefined. */
export function findModule(
  code: ActiveCode,
  component: Component,
  module: string,
): AnalyzedModule | undefined {
  return code.definitions.get(component.definition)?.modules[module];
}

/** A function's analysis, or undefined. */
export function findFunction(
  code: ActiveCode,
  component: Component,
  path: FunctionPath,
): AnalyzedFunction | undefined {
  return findModule(code, component, path.module)?.functions.find(
    (analyzed) => analyzed.name === path.name,
  );
}
