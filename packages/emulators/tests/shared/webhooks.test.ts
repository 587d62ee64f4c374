import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  aClerk,
  aDataDir,
  aDaytona,
  aReceiver,
  call,
  eventually,
  str,
} from "../support/emulators.ts";

const secret = "whsec_" + Buffer.from("a secret for signing webhooks").toString("base64");
const ada = { email: "ada@example.com" };
const QUICK = [10, 10, 10];

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

describe("Clerk's webhooks", () => {
  test("report a user's creation, change and deletion, signed, in Clerk's envelope", async () => {
    const { url, received } = await aReceiver(secret);
    const clerk = await aClerk({ webhook: { url, secret } });
    const { json } = await call("POST", `${clerk.url}/sign-ups`, ada);
    const user = `${clerk.url}/v1/users/${str(json.user!.id)}`;
    const bearer = { authorization: `Bearer ${clerk.secretKey}` };
    await call("PATCH", user, { first_name: "Ada" }, bearer);
    await call("DELETE", user, undefined, bearer);

    await eventually(() => expect(received).toHaveLength(3));
    const byType = new Map(received.map(({ event }) => [event.type, event]));
    expect(byType.get("user.created")).toMatchObject({ object: "event", data: json.user });
    expect(byType.get("user.updated")).toMatchObject({ data: { first_name: "Ada" } });
    expect(byType.get("user.deleted")).toMatchObject({
      instance_id: expect.stringMatching(/^ins_/) as string,
      data: { id: json.user!.id, object: "user", deleted: true },
    });
    expect(new Set(received.map(({ id }) => id)).size).toBe(3);
  });

  test("are retried with the same id until a 2xx", async () => {
    const answers = [500, 301, 204];
    const { url, received } = await aReceiver(secret, (n) => answers[n - 1] ?? 204);
    const clerk = await aClerk({ webhook: { url, secret }, retryDelaysMs: QUICK });
    await call("POST", `${clerk.url}/sign-ups`, ada);
    await eventually(() => expect(received).toHaveLength(3));
    expect(new Set(received.map(({ id }) => id)).size).toBe(1);
    expect(received[2]!.event).toEqual(received[0]!.event);
    await eventually(() => expect(clerk.pendingWebhooks()).toBe(0));
  });

  test("are dropped after the last retry", async () => {
    const { url, received } = await aReceiver(secret, () => 500);
    const clerk = await aClerk({ webhook: { url, secret }, retryDelaysMs: QUICK });
    await call("POST", `${clerk.url}/sign-ups`, ada);
    await eventually(() => expect(clerk.pendingWebhooks()).toBe(0));
    expect(received).toHaveLength(4);
  });

  test("are retried when the receiver times out", async () => {
    const { url, received } = await aReceiver(secret, (n) => (n === 1 ? "never" : 204));
    const options = { retryDelaysMs: QUICK, webhookTimeoutMs: 500 };
    const clerk = await aClerk({ webhook: { url, secret }, ...options });
    await call("POST", `${clerk.url}/sign-ups`, ada);
    await eventually(() => expect(received).toHaveLength(1));
    collectGarbage(); // which must not take the time-out with it
    await eventually(() => expect(received).toHaveLength(2));
  });

  test("are delivered after a restart, to the new URL", async () => {
    const dataDir = aDataDir();
    const unreachable = { url: "http://127.0.0.1:9/", secret };
    const first = await aClerk({ dataDir, webhook: unreachable, retryDelaysMs: [60_000] });
    await call("POST", `${first.url}/sign-ups`, ada);
    expect(first.pendingWebhooks()).toBe(1);
    await first.close();

    const second = await aClerk({ dataDir });
    expect(second.pendingWebhooks()).toBe(1);
    const { url, received } = await aReceiver(secret);
    second.setWebhook({ url, secret });
    await eventually(() => expect(received).toMatchObject([{ event: { type: "user.created" } }]));
    await eventually(() => expect(second.pendingWebhooks()).toBe(0));
  });

  test("are signed with the stored secret unless another is given", async () => {
    const clerk = await aClerk();
    const { url, received } = await aReceiver(clerk.webhookSecret);
    clerk.setWebhook({ url });
    await call("POST", `${clerk.url}/sign-ups`, ada);
    await eventually(() => expect(received).toHaveLength(1));
  });

  test("can be duplicated, delayed, or have their response dropped", async () => {
    const { url, received } = await aReceiver(secret);
    const clerk = await aClerk({ webhook: { url, secret }, retryDelaysMs: QUICK });
    const sign = (email: string) => call("POST", `${clerk.url}/sign-ups`, { email });
    clerk.faults.add({ method: "WEBHOOK", path: "user.created", nth: 1, kind: "duplicate" });
    clerk.faults.add({ method: "WEBHOOK", path: "user.created", nth: 2, kind: "after" });
    clerk.faults.add({ method: "WEBHOOK", path: "user.created", nth: 4, kind: "drop" });
    await sign("a@example.com");
    await eventually(() => expect(clerk.pendingWebhooks()).toBe(0));
    expect(received).toHaveLength(2);
    await sign("b@example.com");
    await eventually(() => expect(clerk.pendingWebhooks()).toBe(0));
    expect(received).toHaveLength(4);
    await sign("c@example.com");
    await eventually(() => expect(clerk.pendingWebhooks()).toBe(0));
    expect(received).toHaveLength(5);
    expect(new Set(received.map(({ id }) => id)).size).toBe(3);
  });
});

describe("Daytona's webhooks", () => {
  test("report each change of state, without labels or name", async () => {
    const { url, received } = await aReceiver(secret);
    const daytona = await aDaytona({ webhook: { url, secret } });
    const bearer = { authorization: `Bearer ${daytona.apiKey}` };
    const made = await call(
      "POST",
      `${daytona.url}/sandbox`,
      { name: "p", labels: { a: "b" } },
      bearer,
    );
    const sandbox = `${daytona.url}/sandbox/${str(made.json.id)}`;
    await eventually(() => expect(received).toHaveLength(2));
    await call("DELETE", sandbox, undefined, bearer);
    await eventually(() => expect(received).toHaveLength(4));
    const events = received.map(({ event }) => event);
    expect(events.every(({ id }) => id === made.json.id)).toBe(true);
    expect(events).toContainEqual(
      expect.objectContaining({ event: "sandbox.created", state: "creating" }),
    );
    const moves = events.map(({ oldState, newState }) => `${String(oldState)} ${String(newState)}`);
    expect(moves).toEqual(
      expect.arrayContaining(["creating started", "started destroying", "destroying destroyed"]),
    );
    expect(JSON.stringify(events)).not.toContain("labels");
  });
});
