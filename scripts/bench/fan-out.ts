/**
 * `bun run bench fan-out`: how long after a mutation is sent every subscriber has received its change, through the
 * official client's sockets; beside the baseline, a bare handler that writes a row and sends it to bare sockets.
 */
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { caller } from "./load.ts";
import { withServers } from "./servers.ts";

const SUBSCRIBERS = [1, 100, 1_000];
const ROUNDS = 15;
const GROUP = 7;

const newest = makeFunctionReference<"query", { group: number }, unknown[]>("items:newest");

interface Subscription {
  close(): Promise<void>;
}

/** Subscribes; `onUpdate` is called with the first result, and with each change. */
type Subscribe = (url: string, onUpdate: () => void) => Subscription;

const byClient: Subscribe = (url, onUpdate) => {
  const client = new ConvexClient(url, { unsavedChangesWarning: false, logger: false });
  client.onUpdate(newest, { group: GROUP }, onUpdate);
  return { close: () => client.close() };
};

const byBareSocket: Subscribe = (url, onUpdate) => {
  const socket = new WebSocket(url.replace("http", "ws"));
  socket.onmessage = onUpdate;
  return {
    close: () => {
      socket.close();
      return Promise.resolve();
    },
  };
};

/** Measures, and prints a table. */
export async function benchFanOut(): Promise<void> {
  await withServers({}, async ({ deployment, baseline }) => {
    const rows = [];
    for (const subscribers of SUBSCRIBERS) {
      const ours = await medianRound(deployment.url, subscribers, byClient);
      const bare = await medianRound(baseline.url, subscribers, byBareSocket);
      rows.push({
        subscribers,
        "last one updated after, ms": ours.toFixed(1),
        "baseline, ms": bare.toFixed(1),
        "times the baseline": (ours / bare).toFixed(1),
      });
    }
    console.table(rows);
  });
}

async function medianRound(url: string, count: number, subscribe: Subscribe): Promise<number> {
  let awaited = count;
  let done = Promise.withResolvers<null>();
  const onUpdate = () => {
    if (--awaited === 0) done.resolve(null);
  };
  const subscriptions = Array.from({ length: count }, () => subscribe(url, onUpdate));
  await done.promise; // each one's first result
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
  await Promise.all(subscriptions.map((subscription) => subscription.close()));
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}
