/** Leaves out a push of what has been pushed already: it takes most of the time of a start. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { z } from "zod";
import { ROOT } from "../../lib/convex-cli.ts";

/** What a push depends on: the functions, the packages that they import, how they are bundled, and the deployment. */
const SOURCES = [
  ...["convex", "packages/sandbox", "packages/local-deployment/src"],
  ...["package.json", "bun.lock", "tsconfig.json", "convex.json"], // the last, if there is one
];

/** The last push by `bun run dev`. */
const lastPushSchema = z.object({
  /** SHA-256 of what was pushed. */
  sources: z.string(),
  /** When, as the deployment says. */
  at: z.number(),
});

/**
 * Pushes, unless the deployment has what would be pushed: the sources are those of the last push, and nobody has pushed
 * since.
 *
 * @param dataDir - where the last push is remembered
 * @param pushedAt - when the deployment was pushed to, by anybody
 * @param push - pushes; false when it was stopped
 * @returns when they were pushed, unless that was stopped
 */
export async function pushUnlessThere(
  dataDir: string,
  pushedAt: () => Promise<number>,
  push: () => Promise<boolean>,
  root = ROOT,
): Promise<"now" | "before" | "stopped"> {
  const file = join(dataDir, "pushed.json");
  const sources = digestOf(root);
  const last = readLastPush(file);
  if (last?.sources === sources && last.at === (await pushedAt())) return "before";
  if (!(await push())) return "stopped";
  // An edit while it was pushed may or may not be in it.
  if (digestOf(root) === sources) {
    writeFileSync(file, JSON.stringify({ sources, at: await pushedAt() }), { mode: 0o600 });
  }
  return "now";
}

/** Null when there was none, or the file is damaged: then it is pushed. */
function readLastPush(file: string): z.infer<typeof lastPushSchema> | null {
  try {
    return lastPushSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}

function digestOf(root: string): string {
  const hash = createHash("sha256");
  for (const path of SOURCES.flatMap((source) => filesIn(join(root, source)))) {
    hash
      .update(`${relative(root, path)}\n`)
      .update(readFileSync(path))
      .update("\n");
  }
  return hash.digest("hex");
}

/** The files of a folder, in the order of their names; of a file, itself. */
function filesIn(path: string): string[] {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status?.isDirectory()) return status ? [path] : [];
  const names = readdirSync(path).filter((name) => name !== "node_modules");
  return names.toSorted().flatMap((name) => filesIn(join(path, name)));
}
