/**
 * `bun run bench fan-out`: how long after a mutation is sent everyone who watches what it changed has heard of it,
 * through the official client's sockets; beside the floor, where a bare handler writes a row and tells bare sockets.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { caller } from "./load.ts";
import { copyProject, push } from "./deployed.ts";
import { startInProcess } from "./processes.ts";

const WATCHERS = [1, 100, 1_000];
const ROUNDS = 15;
const GROUP = 7;

const newest = makeFunctionReference<"query", { group: number }, unknown[]>("items:newest");

/** Somebody who watches. */
interface Watcher {
  close(): Promise<void>;
}

/** Begins to watch; `told` is called at the first result, and at each change. */
type Watch = (url: string, told: () => void) => Watcher;

const asClient: Watch = (url, told) => {
  const client = new ConvexClient(url, { unsavedChangesWarning: false, logger: false });
  client.onUpdate(newest, { group: GROUP }, told);
  return { close: () => client.close() };
};

const asBareSocket: Watch = (url, told) => {
  const socket = new WebSocket(url.replace("http", "ws"));
  socket.onmessage = told;
  return {
    close: () => {
      socket.close();
      return Promise.resolve();
    },
  };
};

/** Measures, and prints a table. */
export async function benchFanOut(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "quaver-bench-"));
  const dataDir = join(folder, "data");
  const deployment = await startInProcess("packages/local-deployment/src/cli.ts", [
    "--data-dir",
    dataDir,
  ]);
  const floor = await startInProcess("scripts/bench/floor.ts", [folder, "0"]);
  try {
    await push(deployment, copyProject(folder));
    const rows = [];
    for (const watchers of WATCHERS) {
      const ours = await medianRound(deployment.url, watchers, asClient);
      const least = await medianRound(floor.url, watchers, asBareSocket);
      rows.push({
        watchers,
        "all told after, ms": ours.toFixed(1),
        "floor, ms": least.toFixed(1),
        "times the floor": (ours / least).toFixed(1),
      });
    }
    console.table(rows);
  } finally {
    await Promise.all([floor.stop(), deployment.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function medianRound(url: string, count: number, watch: Watch): Promise<number> {
  let awaited = count;
  let done = Promise.withResolvers<null>();
  const told = () => {
    if (--awaited === 0) done.resolve(null);
  };
  const watchers = Array.from({ length: count }, () => watch(url, told));
  await done.promise; // everyone's first result
  const mutate = caller(url, "mutation");
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    awaited = count;
    done = Promise.withResolvers<null>();
    const started = performance.now();
    await Promise.all([
      mutate("items:insert", { group: GROUP, text: String(round) }),
      done.promise,
    ]);
    times.push(performance.now() - started);
  }
  await Promise.all(watchers.map((watcher) => watcher.close()));
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}
