/** The ways in that are not for clients: HTTP endpoints without a signature, and internal functions. */
import { randomUUID } from "node:crypto";
import type { Caller } from "./caller.ts";
import { comparable } from "./answers.ts";
import { neverExisted } from "./identifiers.ts";
import type { Stage } from "./stage.ts";

/** What every POST endpoint answers to a body that nobody has signed. */
const REFUSED = 400;

/** Headers of a delivery: none, and made-up ones. */
const SIGNATURES: Record<string, string>[] = [
  {},
  {
    "svix-id": "msg_1",
    "svix-timestamp": String(Math.floor(Date.now() / 1000)),
    "svix-signature": `v1,${Buffer.from("made up").toString("base64")}`,
    "stripe-signature": `t=${Math.floor(Date.now() / 1000)},v1=${"0".repeat(64)}`,
  },
];

/** Sends each HTTP endpoint what would end the victim's account, subscription or sandbox. */
export async function knockAtHttp(stage: Stage): Promise<{ calls: number; findings: string[] }> {
  const findings: string[] = [];
  let calls = 0;
  for (const { method, path } of stage.spec.http) {
    const url = stage.world.deployment.siteUrl + path.replace("*", "any");
    if (method === "POST") {
      for (const body of deliveriesAbout(stage)) {
        for (const headers of SIGNATURES) {
          calls++;
          const { status } = await fetch(url, { method, body: JSON.stringify(body), headers });
          if (status !== REFUSED) findings.push(`POST ${path} unsigned: ${status}`);
        }
      }
      continue;
    }
    const plain = await answerAt(url, method);
    for (const { kind, value } of stage.hers) {
      calls++;
      const query = new URLSearchParams({ id: value });
      const answer = await answerAt(`${url}?${query}`, method);
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

function deliveriesAbout({ hers, ada }: Stage): unknown[] {
  const first = (end: string) => hers.find(({ kind }) => kind.endsWith(end))?.value;
  const customer = first("stripeCustomerId");
  const subscription = { id: first("stripeSubscriptionId"), object: "subscription", customer };
  const id = randomUUID();
  return [
    { type: "user.deleted", object: "event", data: { id: ada.caller.person.id, deleted: true } },
    { id, object: "event", type: "customer.subscription.deleted", data: { object: subscription } },
    { id, object: "event", type: "customer.deleted", data: { object: { id: customer } } },
    { event: "sandbox.state.updated", id: ada.busySandbox, newState: "destroyed" },
  ];
}

/** Calls each internal function as a client would: none of them may be told from one that isn't there. */
export async function knockAtInternal(
  { spec, ada }: Stage,
  caller: Caller,
): Promise<{ calls: number; findings: string[] }> {
  const findings: string[] = [];
  const args = { projectId: ada.projects.ready };
  for (const path of spec.internal) {
    for (const kind of ["query", "mutation", "action"] as const) {
      const missing = `${path}${neverExisted("missing")}`;
      const texts = [];
      for (const name of [path, missing]) {
        const answer = await caller.ask({ kind, path: name }, args);
        texts.push(comparable(answer, { tried: [name], hers: new Set(), since: Infinity }));
      }
      if (texts[0] !== texts[1]) findings.push(`${kind} ${path} is there: ${texts.join(" / ")}`);
    }
  }
  return { calls: spec.internal.length * 6, findings };
}
