/** What is not for clients: HTTP endpoints without a valid signature, and internal functions. */
import { randomUUID } from "node:crypto";
import type { TestUser } from "../../support/user.ts";
import { call, comparable, type Compared } from "./compare.ts";
import { neverExisted } from "./database.ts";
import type { Fixture } from "./fixture.ts";

/** What every POST endpoint answers to a body without a valid signature. */
const REFUSED = 400;

/** No signature, and forged ones. */
const SIGNATURES: Record<string, string>[] = [
  {},
  {
    "svix-id": "msg_1",
    "svix-timestamp": String(Math.floor(Date.now() / 1000)),
    "svix-signature": `v1,${Buffer.from("forged").toString("base64")}`,
    "stripe-signature": `t=${Math.floor(Date.now() / 1000)},v1=${"0".repeat(64)}`,
  },
];

/** Sends each HTTP endpoint what would end the owner's account, subscription or sandbox. */
export async function callHttpEndpoints(fixture: Fixture): Promise<Compared> {
  const findings: string[] = [];
  let calls = 0;
  for (const { method, path } of fixture.spec.http) {
    const url = fixture.world.deployment.siteUrl + path.replace("*", "any");
    if (method === "POST") {
      for (const body of eventsAbout(fixture)) {
        for (const headers of SIGNATURES) {
          calls++;
          const { status } = await fetch(url, { method, body: JSON.stringify(body), headers });
          if (status !== REFUSED) findings.push(`POST ${path} unsigned: ${status}`);
        }
      }
      continue;
    }
    const plain = await answerAt(url, method);
    for (const { kind, value } of fixture.identifiers) {
      calls++;
      const answer = await answerAt(`${url}?${new URLSearchParams({ id: value })}`, method);
      if (answer !== plain) findings.push(`${method} ${path}?id= ${kind}: ${answer}, not ${plain}`);
    }
    if (path === "/health" && plain !== '200 {"status":"ok"}') findings.push(`/health: ${plain}`);
  }
  return { calls, findings };
}

async function answerAt(url: string, method: string): Promise<string> {
  const response = await fetch(url, { method });
  return `${response.status} ${await response.text()}`;
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
  for (const path of spec.internal) {
    for (const kind of ["query", "mutation", "action"] as const) {
      const texts: string[] = [];
      for (const name of [path, `${path}${neverExisted("missing")}`]) {
        const answer = await call(user, { kind, path: name }, args);
        texts.push(comparable(answer, { named: [name], owned: new Set(), since: Infinity }));
      }
      if (texts[0] !== texts[1]) findings.push(`${kind} ${path} exists: ${texts.join(" / ")}`);
    }
  }
  return { calls: spec.internal.length * 6, findings };
}
