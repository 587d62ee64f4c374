import type { Database } from "bun:sqlite";

const PREFIX = "function://";

/** Function handles: strings that name a function across components and pushes. */
export class Handles {
  constructor(private readonly db: Database) {}

  /** The handle of a function, the same each time. The caller may hold a write transaction. */
  create(component: string, path: string): string {
    const find = this.db.query<{ id: string }, [string, string]>(
      "SELECT id FROM handles WHERE component = ? AND path = ?",
    );
    const found = find.get(component, path);
    const id = found?.id ?? crypto.randomUUID().replaceAll("-", "");
    if (found === null) {
      this.db
        .query("INSERT INTO handles (id, component, path) VALUES (?, ?, ?)")
        .run(id, component, path);
    }
    return `${PREFIX}${id}#${path}`;
  }

  /** The function of a handle, which is found by the handle's id only. */
  resolve(handle: string): { component: string; path: string } | null {
    if (!handle.startsWith(PREFIX)) return null;
    const id = handle.slice(PREFIX.length).split("#")[0] ?? "";
    return this.db
      .query<{ component: string; path: string }, [string]>(
        "SELECT component, path FROM handles WHERE id = ?",
      )
      .get(id);
  }
}
