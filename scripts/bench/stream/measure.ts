/** One turn, whose agent answers at an even pace, and what it cost. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { anyApi, type ApiFromModules } from "convex/server";
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { FunctionLog, type Completion } from "../../../tests/support/function-log.ts";
import { within } from "../../../tests/support/dev.ts";
import { runMutation, runQuery, untilIdle } from "../../../tests/support/operator.ts";
import { createProject, TestUser, untilAtRest } from "../../../tests/support/user.ts";
import { startWorld, type World } from "../../../tests/support/world.ts";
import { shellQuoted } from "../../dev/example/demo-agent.ts";
import { ROOT } from "../../lib/convex-cli.ts";
import { countedClient, MessageList, Watcher } from "./clients.ts";
import type * as seedingModule from "./seeding.ts";

// Typed as `_generated/api` would type it, beside the app's own.
const { seeding } = anyApi as unknown as ApiFromModules<{ seeding: typeof seedingModule }>;

const TURNS_PER_BATCH = 250;
const AGENT = join(ROOT, "scripts/bench/stream/agent.js");
/** Something to mask, as any agent has. */
const AGENT_ENV = JSON.stringify({ MODEL_API_KEY: "sk-0123456789abcdef0123456789abcdef" });

/** The workpool looks for more work for a while after the last. */
const IDLE = { dueWithinMs: 10_000, timeoutMs: 60_000 };

/** After the agent has ended; on a quiet machine it takes a few seconds. */
const OVER_WITHIN_SECONDS = 60;

/** What is measured. */
export interface Case {
  /** What the agent writes. */
  bytes: number;
  seconds: number;
  /** Those that the conversation has before. */
  messages: number;
  watchers: number;
}

/** A turn that was measured. */
export interface Measured {
  /** From the call that started it until the last watcher had its message. */
  seconds: number;
  /** Bytes of the message as it is stored. */
  stored: number;
  /** Bytes that the watcher was sent who was sent the most. */
  sent: number;
  /** Bytes that a subscriber of `listByProject` alone was sent. */
  sentByList: number;
  /** Of all pieces and watchers, in ms. */
  latencies: readonly number[];
  /** All executions, until nothing was left to do. */
  log: readonly Completion[];
}

/** Starts a world in which turns can be measured, one at a time. */
export async function startStreamWorld(): Promise<World> {
  const source = readFileSync(new URL("./seeding.ts", import.meta.url), "utf8");
  return await startWorld({
    // It is typed where it stands, and runs in `convex/`.
    modules: { "seeding.ts": source.replaceAll("../../../convex", ".") },
    environment: { AGENT_COMMAND: `node ${shellQuoted(AGENT)}`, AGENT_ENV },
    daytona: { delaysMs: { create: 5, start: 5, stop: 5, archive: 5, destroy: 5 } },
  });
}

/** Measures a turn in a new project of a new user. */
export async function measureTurn(world: World, what: Case): Promise<Measured> {
  const user = await TestUser.signUp(world);
  const { projectId } = await createProject(user);
  await untilAtRest(user, projectId);
  await addMessages(world, projectId, what.messages);
  const watchers = Array.from({ length: what.watchers }, () => new Watcher(user, projectId));
  const list = new MessageList(user, projectId);
  const projects = countedClient(user).client;
  projects.onUpdate(api.projects.queries.listForCurrentUser, {}, () => undefined);
  try {
    await Promise.all([...watchers, list].map(({ opened }) => opened));
    await untilIdle(world.deployment, IDLE);
    const log = await FunctionLog.from(world.deployment);
    const isMark = ({ identifier }: Completion) => identifier === "seeding:mark";
    const [measured, completions] = await Promise.all([
      runTurn({ user, world, projectId, what, watchers, list }),
      log.until(isMark),
    ]);
    return {
      ...measured,
      latencies: watchers.flatMap(({ latencies }) => latencies),
      // The sweep runs every few minutes, whether or not there is a turn.
      log: completions.filter((one) => !/^(projects\/reconcile\/|seeding:)/.test(one.identifier)),
    };
  } finally {
    const clients = [...watchers, list].map(({ client }) => client);
    await Promise.all([...clients, projects].map((client) => client.close()));
  }
}

interface Run {
  user: TestUser;
  world: World;
  projectId: Id<"projects">;
  what: Case;
  watchers: readonly Watcher[];
  list: MessageList;
}

/** Runs a turn until nothing of it is left to do, and marks that in the log. */
async function runTurn({ user, world, projectId, what, watchers, list }: Run) {
  const before = watchers.map(({ received }) => received());
  const listBefore = list.received();
  const started = performance.now();
  const prompt = `Say ${what.bytes} bytes in ${what.seconds} seconds.`;
  await user.mutation(api.turns.mutations.start, { projectId, prompt });
  const finished = Promise.all(watchers.map((watcher) => watcher.finished));
  const limit = (what.seconds + OVER_WITHIN_SECONDS) * 1000;
  const [content = ""] = await within(limit, "the turn to be over", finished);
  const seconds = (performance.now() - started) / 1000;
  const sent = watchers.map(({ received }, index) => received() - (before[index] ?? 0));
  if (content !== "") await within(limit, "the list to have the answer", list.finished);
  const sentByList = list.received() - listBefore;
  await untilIdle(world.deployment, IDLE);
  await runQuery(world.deployment, seeding.mark, {});
  return { seconds, stored: Buffer.byteLength(content), sent: Math.max(...sent), sentByList };
}

async function addMessages(
  { deployment }: World,
  projectId: Id<"projects">,
  messages: number,
): Promise<void> {
  const turns = messages / 2;
  for (let added = 0; added < turns; added += TURNS_PER_BATCH) {
    const count = Math.min(TURNS_PER_BATCH, turns - added);
    const first = 2 + added; // the project's own prompt was the first turn
    await runMutation(deployment, seeding.addTurns, { projectId, first, count });
  }
}
