/** The agent's turns, as somebody with an open page follows them: over `bun run dev` and the official clients. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ConvexClient } from "convex/browser";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { api } from "../../convex/_generated/api.js";
import type { Id } from "../../convex/_generated/dataModel.js";
import { httpClient, liveClient, Subscription } from "../support/clients.ts";
import type { Ready } from "../support/dev.ts";
import { onDev } from "../support/dev-suite.ts";
import { freshToken, type Person } from "../support/emulators.ts";
import { setEnvironment } from "../support/world.ts";

const { start, cancel, retry } = api.turns.mutations;
const { listByProject, output } = api.turns.queries;

/** As the prompt says: it fails the first time, never ends, or waits until what it has said was read. */
const AGENT = `
wait_for() { until [ -e "$1" ]; do sleep 0.05; done; }
case "$QUAVER_PROMPT" in
  *fails*) if [ ! -e failed ]; then touch failed; echo 'Out of paper' >&2; exit 3; fi; echo 'Made it' ;;
  *forever*) printf 'Still at'; exec sleep 600 ;;
  *sundial*) printf 'A sun'; wait_for half; printf 'dial\\n::reasoning:: Where is north?\\n'; wait_for all; printf 'Done' ;;
  *) echo "$QUAVER_TURN: $QUAVER_PROMPT" ;;
esac`;

let dev: Ready;
let ada: Person;
let dataDir: string;
onDev((suite) => ({ dev, ada, dataDir } = suite));

let projectId: Id<"projects">;
let sandboxId: string;

const adasHttpClient = async () => httpClient(dev.url, await freshToken(dev, ada));

beforeAll(async () => {
  await setEnvironment(dev, { AGENT_COMMAND: AGENT });
  const client = await adasHttpClient();
  await client.action(api.auth.users.syncCurrentUser, {});
  const project = { name: "A sundial", prompt: "Draw a sundial." };
  ({ projectId, sandboxId } = await client.action(api.projects.actions.create, project));
});

/** What Ada's open page follows: the project, its turns, and the messages that people and the agent have written. */
async function openPage() {
  const client = liveClient(dev.url, () => freshToken(dev, ada));
  onTestFinished(() => client.close());
  const status = new Subscription(client, "status", api.auth.users.userLoginStatus, {});
  await status.until("Logged In", (value) => value.status === "Logged In");
  const turns = new Subscription(client, "turns", listByProject, { projectId });
  const project = new Subscription(client, "project", api.projects.queries.getById, { projectId });
  return { client, turns, project };
}

/** What of the conversation there is, one message a line. */
async function conversation(): Promise<string[]> {
  const client = await adasHttpClient();
  const messages = await client.query(api.messages.queries.listByProject, { projectId });
  return messages.map(({ role, content }) => `${role}: ${content.trim()}`);
}

/** Follows a turn until it is over. @returns each piece that was answered, in order */
async function follow(
  client: ConvexClient,
  turnId: Id<"turns">,
  onPiece: (piece: string) => unknown,
): Promise<string[]> {
  const pieces: string[] = [];
  for (let after = 0; ;) {
    const answers = new Subscription(client, "output", output, { turnId, after });
    const isNews = (answer: (typeof answers.seen)[number]) =>
      answer === null || answer.isOver || answer.next > after;
    const answer = await answers.until("more output", isNews);
    answers.close();
    if (answer === null || answer.isOver) return pieces;
    pieces.push(...answer.parts.map(({ type, text }) => `${type}: ${text}`));
    await onPiece(pieces.at(-1)!);
    after = answer.next;
  }
}

/** Lets the agent go on that waits for this file in its sandbox. */
function release(name: string): void {
  writeFileSync(join(dataDir, "daytona", "sandboxes", sandboxId, "home", name), "");
}

test("an answer arrives in pieces, each once and before its line has ended, and is then a message", async () => {
  const { client, turns, project } = await openPage();
  const [first] = await turns.until("the first turn", ([turn]) => turn?.status === "running");
  const pieces = await follow(client, first!._id, (piece) => {
    if (piece === "text: A sun") release("half");
    if (piece.startsWith("reasoning: ")) release("all");
  });
  expect(pieces).toEqual(["text: A sun", "text: dial\n", "reasoning: Where is north?\n"]);
  const [done] = await turns.until("its end", ([turn]) => turn?.status === "done");
  await project.until("ready again", (value) => value?.status === "ready");
  const messages = await client.query(api.messages.queries.listByProject, { projectId });
  expect(messages).toMatchObject([
    {
      _id: done!.answerMessageId,
      role: "assistant",
      content: "A sundial\nDone",
      parts: [
        { type: "text", text: "A sundial\n" },
        { type: "reasoning", text: "Where is north?" },
        { type: "text", text: "Done" },
      ],
    },
  ]);
  // Who comes when it is over has the message, and nothing twice.
  expect(await follow(client, first!._id, () => undefined)).toEqual([]);
});

test("prompts wait for the turn that runs; cancelling ends it, and the next begins; one that waits is withdrawn", async () => {
  const { client, turns } = await openPage();
  const before = await conversation();
  const [running, withdrawn, next] = [
    await client.mutation(start, { projectId, prompt: "Work forever." }),
    await client.mutation(start, { projectId, prompt: "Forget this." }),
    await client.mutation(start, { projectId, prompt: "Then this." }),
  ];
  await turns.until("two to wait", (list) => {
    return list.filter(({ status }) => status === "queued").length === 2;
  });
  await client.mutation(cancel, { turnId: withdrawn.turnId });
  const { turnId } = running;
  await follow(client, turnId, () => client.mutation(cancel, { turnId }));
  const list = await turns.until("the next to be done", (seen) =>
    seen.some(({ _id, status }) => _id === next.turnId && status === "done"),
  );
  expect(list.map(({ _id, status }) => [_id, status]).slice(-2)).toEqual([
    [turnId, "cancelled"],
    [next.turnId, "done"],
  ]);
  expect((await conversation()).slice(before.length)).toEqual([
    "user: Work forever.",
    "assistant: Still at",
    "user: Then this.",
    "assistant: 4: Then this.",
  ]);
});

test("a turn that fails says why, and leaves the project ready; its prompt is tried again", async () => {
  const { client, turns, project } = await openPage();
  const before = await conversation();
  const { turnId } = await client.mutation(start, { projectId, prompt: "This fails." });
  const failed = await turns.until("the failure", (list) => list.at(-1)?.status === "failed");
  expect(failed.at(-1)).toMatchObject({
    _id: turnId,
    failure: {
      reason: "The agent ended with an error (exit code 3).",
      retryable: true,
      stderr: "Out of paper\n",
    },
  });
  expect(await client.query(api.projects.queries.getById, { projectId })).toMatchObject({
    status: "ready",
  });
  expect(project.seen.map((value) => value?.status)).not.toContain("failed");
  const again = await client.mutation(retry, { turnId });
  const list = await turns.until("the second try", (seen) =>
    seen.some(({ _id, status }) => _id === again.turnId && status === "done"),
  );
  expect(list.find(({ _id }) => _id === again.turnId)).toMatchObject({ retryOf: turnId });
  expect((await conversation()).slice(before.length)).toEqual([
    "user: This fails.",
    "assistant: Made it",
  ]);
});
