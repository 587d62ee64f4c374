/** What must hold after at most one sweep, in the database and at the other services. */
import { z } from "zod";
import type { Doc } from "../../../convex/_generated/dataModel";
import { askService } from "../../support/services.ts";
import { wrongProjects } from "../project-invariants.ts";
import type { Run } from "./operations.ts";
import { readTables, type Tables } from "./watcher.ts";
import { answerTo, STEPS } from "./worker.ts";

/** Every invariant that does not hold. */
export async function violations(run: Run): Promise<string[]> {
  const tables = await readTables(run.worker);
  const sandboxes = await run.worker.sandboxes();
  return [
    ...wrongProjects({ ...tables, sandboxes }),
    ...wrongConversations(run, tables),
    ...wrongVersions(run, tables),
    ...(await wrongPayments(run, tables)),
    ...(await partialDeletion(run, tables)),
  ];
}

/** Each prompt is there once; each answer is what the agent said, once, and what was heard of it before. */
function wrongConversations(run: Run, { projects, turns, messages }: Tables): string[] {
  const wrong: string[] = [];
  const prompts = messages.filter(({ role }) => role === "user").map(({ content }) => content);
  if (new Set(prompts).size < prompts.length) wrong.push("a prompt is there twice");
  const answers = messages.filter(({ role }) => role === "assistant");
  if (answers.length > turns.filter(({ answerMessageId }) => answerMessageId).length) {
    wrong.push("an answer belongs to no turn");
  }
  for (const turn of turns) {
    const { _id, number, status, promptMessageId, answerMessageId } = turn;
    const project = projects.find(({ _id: id }) => id === turn.projectId);
    const prompt = messages.find(({ _id: id }) => id === promptMessageId)?.content;
    const said = turn.restores ? "" : answerTo(prompt ?? project?.prompt ?? "");
    const answer = answers.find(({ _id: id }) => id === answerMessageId)?.content ?? "";
    const title = `turn ${number}, which is ${status},`;
    const isRight = status === "done" ? answer === said : said.startsWith(answer);
    if (!isRight) wrong.push(`${title} is answered by "${answer}" instead of "${said}"`);
    const heard = run.watcher.heard(_id);
    if (!answer.startsWith(heard)) wrong.push(`${title} has "${answer}", but "${heard}" was heard`);
    // The agent goes on when the deployment dies: only what it ended itself may have failed.
    const isExpected = prompt?.startsWith("Fail") && turns.some(({ retryOf }) => retryOf === _id);
    if (status === "failed" && run.worker.wasKilled && !isExpected) {
      wrong.push(`${title} was lost with the deployment: ${turn.failure?.reason}`);
    }
  }
  return wrong;
}

/** A turn's version has what its agent wrote, or what the turn had that it restores; and so have the files of now. */
function wrongVersions(
  { worker }: Run,
  { projects, turns, turnSteps, messages }: Tables,
): string[] {
  const wrong: string[] = [];
  const promptOf = (turn: Doc<"turns"> | undefined): string => {
    if (turn?.restores) return promptOf(turns.find(({ _id }) => _id === turn.restores));
    const message = messages.find(({ _id }) => _id === turn?.promptMessageId);
    return message?.content ?? projects.find(({ _id }) => _id === turn?.projectId)?.prompt ?? "";
  };
  for (const { _id: projectId, sandboxId } of projects) {
    const ended = turns.filter((turn) => turn.projectId === projectId && turn.status === "done");
    for (const turn of ended) {
      const title = `turn ${turn.number}, which is done,`;
      const steps = turnSteps.filter(({ turnId }) => turnId === turn._id).length;
      if (steps !== (turn.restores ? 0 : STEPS)) wrong.push(`${title} has ${steps} steps`);
      if (turn.version === undefined || sandboxId === undefined) continue;
      const written = worker.writtenPrompt(sandboxId, turn.version);
      if (written !== promptOf(turn)) wrong.push(`${title} has a version of "${written}"`);
    }
    const last = turns.findLast((turn) => turn.projectId === projectId);
    if (last?.status !== "done" || sandboxId === undefined) continue;
    const written = worker.writtenPrompt(sandboxId);
    if (written !== promptOf(last)) wrong.push(`the files of now are those of "${written}"`);
  }
  return wrong;
}

const listSchema = z.object({
  data: z.array(z.looseObject({ id: z.string(), metadata: z.record(z.string(), z.string()) })),
});

async function wrongPayments(
  { worker: { world }, userId }: Run,
  { users, stripeCustomers, subscriptions }: Tables,
): Promise<string[]> {
  const listed = async (what: string) =>
    listSchema.parse(await askService(world, "stripe", `/v1/${what}limit=100`)).data;
  const customers = await listed("customers?");
  const own = customers.filter(({ metadata }) => metadata.userId === userId).map(({ id }) => id);
  const ofOwn = async (what: string) =>
    (await listed(what)).filter(({ customer }) => own.includes(String(customer)));
  const live = await ofOwn("subscriptions?status=active&");
  if (!hasId(users, userId)) return live.map(() => "a deleted user has a subscription");
  const wrong: string[] = [];
  if (own.length > 1) wrong.push("a user has two customers");
  if (live.length > 1) wrong.push("a user has two active subscriptions");
  const open = await ofOwn("checkout/sessions?status=open&");
  if (open.length > 1) wrong.push("a user has two open checkouts");
  if (live.length > subscriptions.filter(({ ended }) => !ended).length) {
    wrong.push("a paid subscription is not stored");
  }
  if (stripeCustomers.length > 1) wrong.push("a user has two rows in stripeCustomers");
  return wrong;
}

async function partialDeletion(
  { worker: { world }, userId, user: { clerkId } }: Run,
  { users, projects, deletedClerkUsers, ...tables }: Tables,
): Promise<string[]> {
  const isAtClerk = (await askService(world, "clerk", `/v1/users/${clerkId}`)) !== null;
  const isHere = hasId(users, userId);
  if (isAtClerk && isHere) return [];
  const wrong: string[] = [];
  if (isAtClerk !== isHere) wrong.push(`a user is only ${isHere ? "in the database" : "at Clerk"}`);
  if (projects.length > 0) wrong.push("a deleted user has projects");
  if (deletedClerkUsers.some(({ state }) => state !== "removed")) {
    wrong.push("a removal is unfinished");
  }
  for (const table of ["stripeCustomers", "subscriptions", "invoices", "payments"] as const) {
    if (tables[table].length > 0) wrong.push(`a deleted user has ${table}`);
  }
  return wrong;
}

function hasId(rows: readonly { _id: string }[], id: string): boolean {
  return rows.some(({ _id }) => _id === id);
}
