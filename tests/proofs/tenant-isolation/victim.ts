/** Someone who has one of everything: the person whose things a stranger tries to get at. */
import { expect, vi } from "vitest";
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel.js";
import type { ProjectStatus } from "../../../convex/projects/tables.ts";
import type { World } from "../../support/world.ts";
import { Caller } from "./caller.ts";

const { create, stop, archive, previewUrl } = api.projects.actions;
const { createCheckoutSession, createPortalSession } = api.payments.actions;

/** What the agent that never ends says when it is at work. */
const AT_WORK = "at work";

/** The agent: it ends well, ends badly, or never ends, as the prompt says. */
export const AGENT_COMMAND = `case "$QUAVER_PROMPT" in *forever*) echo ${AT_WORK}; exec sleep 3600;; *badly*) exit 3;; *) echo done;; esac`;

/** With several deployments at work on the machine, a turn's two looks may take a while. */
const SETTLED_WITHIN_MS = 60_000;

/** How one gets to a project in each status; `creating` is over before anyone could look. */
const PROMPTS = {
  ready: "Work",
  stopped: "Work, then rest",
  archived: "Work, then rest for long",
  failed: "End badly",
  generating: "Work forever",
} as const satisfies Partial<Record<ProjectStatus, string>>;

/** What a victim is known by, beside what the database says of her. */
export interface Victim {
  caller: Caller;
  projects: Record<keyof typeof PROMPTS, Id<"projects">>;
  /** The sandbox in which her agent is at work. */
  busySandbox: string;
  /** What she was given that is not stored, by a name for its kind. */
  handles: { kind: string; value: string }[];
}

/** Signs someone up and gives her everything: projects in every status, messages, and a paid plan. */
export async function aVictim(world: World, firstName: string): Promise<Victim> {
  const caller = await Caller.signUp(world, firstName);
  await caller.action(api.auth.users.syncCurrentUser, {});
  const paid = await subscribe(caller);
  const [ready, stopped, archived, failed, generating] = await Promise.all([
    aProject(caller, "ready"),
    aProject(caller, "stopped"),
    aProject(caller, "archived"),
    aProject(caller, "failed"),
    aProject(caller, "generating"),
  ]);
  const projects = { ready, stopped, archived, failed, generating };
  for (const content of ["Make it blue", "Make it bluer"]) {
    const message = { projectId: ready, role: "user" as const, content };
    const clientMessageId = crypto.randomUUID();
    await caller.mutation(api.messages.mutations.insert, { ...message, clientMessageId });
  }
  const preview = await caller.action(previewUrl, { projectId: ready });
  const cursors = await cursorsOf(caller, ready);
  const busy = await caller.query(api.projects.queries.getById, { projectId: generating });
  const busySandbox = busy?.sandboxId ?? "";
  return {
    caller,
    projects,
    busySandbox,
    handles: [...paid, ...cursors, { kind: "preview", value: preview.url }],
  };
}

async function aProject(caller: Caller, status: keyof typeof PROMPTS): Promise<Id<"projects">> {
  const prompt = PROMPTS[status];
  const { projectId } = await caller.action(create, { name: `A ${status} one`, prompt });
  const rests = status === "stopped" || status === "archived";
  await untilStatus(caller, projectId, rests ? "ready" : status);
  if (rests) await caller.action(stop, { projectId });
  if (status === "archived") await caller.action(archive, { projectId });
  if (status === "generating") await untilAtWork(caller, projectId);
  return projectId;
}

/** The status comes before the agent's command has been started. */
async function untilAtWork(caller: Caller, projectId: Id<"projects">): Promise<void> {
  const look = async () => {
    const messages = await caller.query(api.messages.queries.listByProject, { projectId });
    expect(messages.at(-1)?.content).toContain(AT_WORK);
  };
  await vi.waitFor(look, { timeout: SETTLED_WITHIN_MS, interval: 100 });
}

async function untilStatus(
  caller: Caller,
  projectId: Id<"projects">,
  status: ProjectStatus,
): Promise<void> {
  const look = async () => {
    const project = await caller.query(api.projects.queries.getById, { projectId });
    expect(project?.status).toBe(status);
  };
  await vi.waitFor(look, { timeout: SETTLED_WITHIN_MS, interval: 100 });
}

/** Buys the paid plan, as a person does on Stripe's page. */
async function subscribe(caller: Caller): Promise<Victim["handles"]> {
  const { sessionId, url } = await caller.action(createCheckoutSession, { plan: "pro" });
  const body = new URLSearchParams({ card: "works" });
  await fetch(url, { method: "POST", body, redirect: "manual" });
  const { currentPlan, listInvoices, listPayments } = api.payments.queries;
  const paid = async () => {
    expect((await caller.query(currentPlan, {})).plan).toBe("pro");
    expect(await caller.query(listInvoices, {})).toHaveLength(1);
    expect(await caller.query(listPayments, {})).toHaveLength(1);
  };
  await vi.waitFor(paid, { timeout: SETTLED_WITHIN_MS, interval: 100 });
  const portal = await caller.action(createPortalSession, {});
  return [
    { kind: "checkout session", value: sessionId },
    { kind: "checkout page", value: url },
    { kind: "portal page", value: portal.url },
  ];
}

/** A cursor of each of her paginations. */
async function cursorsOf(caller: Caller, projectId: string): Promise<Victim["handles"]> {
  const paginationOpts = { numItems: 1, cursor: null };
  const { pageInvoices, pagePayments } = api.payments.queries;
  const pages = {
    projects: await caller.query(api.projects.queries.pageForCurrentUser, { paginationOpts }),
    messages: await caller.query(api.messages.queries.pageByProject, { projectId, paginationOpts }),
    invoices: await caller.query(pageInvoices, { paginationOpts }),
    payments: await caller.query(pagePayments, { paginationOpts }),
  };
  return Object.entries(pages).map(([of, page]) => ({
    kind: `cursor of ${of}`,
    value: page.continueCursor,
  }));
}
