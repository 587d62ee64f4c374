import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { z } from "zod";
import type { Target } from "../../lib/convex-cli.ts";
import { ActivityLines, TABLES } from "../screen/activity-lines.ts";
import type { Screen } from "../screen/checklist.ts";

/** What `npx convex data` reads a table with. Its first page grows with the table while it is watched. */
const tableData = makeFunctionReference<"query", Record<string, unknown>, unknown>(
  "_system/cli/tableData",
);

/** So many of a table's newest rows are read at first. */
const ROWS = 50;

/** A watch on the rows. */
interface Following {
  /** Resolves once it knows the rows of now: what comes after them is told. */
  ready: Promise<void>;
  close(): Promise<void>;
}

const pageSchema = z.object({ page: z.array(z.unknown()) });

/**
 * Writes a line when somebody signs up, sends a prompt, or a turn ends. It watches the rows, as a front end would: by
 * live queries, with the administrator's key.
 */
export function followActivity({ url, adminKey }: Target, screen: Screen): Following {
  const client = new ConvexClient(url, { logger: false, unsavedChangesWarning: false });
  // The method is there, but kept out of the published types; the CLI uses it for its own live queries.
  (client.client as unknown as { setAdminAuth(key: string): void }).setAdminAuth(adminKey);
  const lines = new ActivityLines();
  const watched = TABLES.map((table) => {
    const args = { table, order: "desc", paginationOpts: { numItems: ROWS, cursor: null } };
    const show = (result: unknown) => {
      const page = pageSchema.safeParse(result);
      if (!page.success) return;
      for (const line of lines.read(table, page.data.page)) {
        screen.write(`${new Date().toTimeString().slice(0, 8)} ${line}\n`);
      }
    };
    return new Promise<void>((resolve) => {
      const onResult = (result: unknown) => {
        show(result);
        resolve();
      };
      // While the deployment ends or its tables change, there is nothing to say.
      client.onUpdate(tableData, args, onResult, () => resolve());
    });
  });
  const ready = Promise.all(watched).then(() => undefined);
  return { ready, close: () => client.close() };
}
