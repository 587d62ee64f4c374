/**
 * The baseline: the same work by a bare `Bun.serve` handler on bare `bun:sqlite`
 * statements, with the deployment's own durability (WAL, `synchronous = NORMAL`).
 */
import { Database } from "bun:sqlite";
import { join } from "node:path";

interface Insert {
  group: number;
  text: string;
}

function openTable(dataDir: string): Database {
  const db = new Database(join(dataDir, "baseline.sqlite"));
  db.run("PRAGMA journal_mode = WAL");
  db.run("PRAGMA synchronous = NORMAL");
  db.run("CREATE TABLE items (id INTEGER PRIMARY KEY, grp INTEGER NOT NULL, json TEXT NOT NULL)");
  db.run("CREATE INDEX items_by_group ON items (grp)");
  return db;
}

function serve(dataDir: string, documents: number): number {
  const db = openTable(dataDir);
  const insert = db.query<null, [number, string]>("INSERT INTO items (grp, json) VALUES (?, ?)");
  const byGroup = db.query<{ json: string }, [number]>(
    "SELECT json FROM items WHERE grp = ? ORDER BY id LIMIT 10",
  );
  db.transaction(() => {
    for (let i = 0; i < documents; i++) {
      const group = Math.floor(i / 10);
      insert.run(group, JSON.stringify({ group, text: "x".repeat(100) }));
    }
  })();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request, server) => {
      if (server.upgrade(request)) return undefined;
      // The benchmark's own request bodies.
      const body = (await request.json()) as { path: string; args: [Insert] };
      const [args] = body.args;
      if (body.path === "items:insert") {
        const row = JSON.stringify(args);
        insert.run(args.group, row);
        server.publish("items", row);
        return Response.json({ status: "success", value: null });
      }
      const rows = byGroup.all(args.group).map(({ json }) => json);
      return new Response(`{"status":"success","value":[${rows.join(",")}]}`);
    },
    websocket: {
      open: (socket) => {
        socket.subscribe("items");
        socket.send("{}"); // as the first result of a live query
      },
      message: () => undefined,
    },
  });
  return server.port ?? 0;
}

const [dataDir = ".", documents = "0"] = process.argv.slice(2);
const url = `http://127.0.0.1:${String(serve(dataDir, Number(documents)))}`;
process.stdout.write(`${JSON.stringify({ event: "ready", url, adminKey: "" })}\n`);
