/** What is not for clients: HTTP endpoints without a valid signature, and internal functions. */
import { randomUUID } from "node:crypto";
import type { TestUser } from "../../support/user.ts";
import { FULL_SIZE } from "../report.ts";
import { call, comparable, type Compared } from "./compare.ts";
import { neverExisted } from "./database.ts";
import type { Fixture } from "./fixture.ts";

/** In the ordinary run one in so many internal functions is called. */
const ONE_IN = 3;

/** What every POST endpoint answers to a body without a valid signature. */
const REFUSED = 400;

/** Sends each HTTP endpoint what would end the owner's account, subscription or sandbox. */
export async function callHttpEndpoints(fixture: Fixture): Promise<Compared> {
  const findings: string[] = [];
  let calls = 0;
  for (const { method, path } of fixture.spec.http) {
    const url = fixture.world.deployment.siteUrl + path.replace("*", "any");
    const answerAt = async (query: string, init: RequestInit = {}) => {
      calls++;
      const response = await fetch(url + query, { method, ...init });
      return { status: response.status, text: await response.text() };
    };
    if (method === "POST") {
      for (const body of eventsAbout(fixture).map((event) => JSON.stringify(event))) {
        for (const headers of [{}, forgedSignatures()]) {
          const { status } = await answerAt("", { body, headers });
          if (status !== REFUSED) findings.push(`POST ${path} unsigned: ${status}`);
        }
      }
      continue;
    }
    const plain = JSON.stringify(await answerAt(""));
    for (const { kind, value } of fixture.identifiers) {
      const answer = JSON.stringify(await answerAt(`?${new URLSearchParams({ id: value })}`));
      if (answer !== plain) findings.push(`${method} ${path}?id= ${kind}: ${answer}, not ${plain}`);
    }
    const healthy = JSON.stringify({ status: 200, text: '{"status":"ok"}' });
    if (path === "/health" && plain !== healthy) findings.push(`/health: ${plain}`);
  }
  return { calls, findings };
}

function forgedSignatures(): Record<string, string> {
  const now = String(Math.floor(Date.now() / 1000));
  return {
    "svix-id": "msg_1",
    "svix-timestamp": now,
    "svix-signature": `v1,${Buffer.from("forged").toString("base64")}`,
    "stripe-signature": `t=${now},v1=${"0".repeat(64)}`,
  };
}

function eventsAbout({ identifiers, owner }: Fixture): unknown[] {
  const first = (end: string) => identifiers.find(({ kind }) => kind.endsWith(end))?.value;
  const customer = first("stripeCustomerId");
  const subscription = { id: first("stripeSubscriptionId"), object: "subscription", customer };
  const id = randomUUID();
  return [
    { type: "user.deleted", object: "event", data: { id: owner.user.clerkId, deleted: true } },
    { id, object: "event", type: "customer.subscription.deleted", data: { object: subscription } },
    { id, object: "event", type: "customer.deleted", data: { object: { id: customer } } },
    { event: "sandbox.state.updated", id: owner.generatingSandbox, newState: "destroyed" },
  ];
}

/** Calls each internal function as a client would: it must be answered as one that does not exist. */
export async function callInternalFunctions(
  { spec, owner }: Fixture,
  user: TestUser,
): Promise<Compared> {
  const findings: string[] = [];
  const args = { projectId: owner.projects.ready };
  const paths = spec.internal.filter((_, index) => FULL_SIZE || index % ONE_IN === 0);
  for (const kind of ["query", "mutation", "action"] as const) {
    const textOf = async (path: string) => {
      const answer = await call(user, { kind, path }, args);
      return comparable(answer, { named: [path], owned: new Set(), since: Infinity });
    };
    for (const path of paths) {
      const [found, missing] = [await textOf(path), await textOf(path + neverExisted("missing"))];
      if (found !== missing) findings.push(`${kind} ${path} exists: ${found} / ${missing}`);
    }
  }
  return { calls: paths.length * 6, findings };
}
