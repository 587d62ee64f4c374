import type { Database } from "bun:sqlite";

/** Named values of the deployment itself, such as its clock. */
export class Meta {
  readonly #get;
  readonly #set;

  constructor(db: Database) {
    this.#get = db.query<{ value: string }, [string]>("SELECT value FROM meta WHERE key = ?");
    this.#set = db.query<null, [string, string]>(
      "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
  }

  get(key: string): string | null {
    return this.#get.get(key)?.value ?? null;
  }

  set(key: string, value: string): void {
    this.#set.run(key, value);
  }
}
