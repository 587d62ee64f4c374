/** Idempotency keys behave as Stripe's: a saved failure is repeated for a day. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Stripe } from "stripe";
import { describe, expect, test } from "vitest";
import type { FaultKind, StripeEmulator } from "../../src/index.ts";
import { aDataDir, call } from "../support/emulators.ts";
import { aSession, aStripe, sdk } from "../support/stripe.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const oops = { status: 500, body: { error: { type: "api_error", message: "Oops" } } };

/** A POST as the SDK makes it, with the response's headers, which the SDK does not return. */
async function post(emulator: StripeEmulator, key: string, body = "name=Ada", path = "customers") {
  return await call("POST", `${emulator.url}/v1/${path}`, body, {
    authorization: `Bearer ${emulator.secretKey}`,
    "content-type": "application/x-www-form-urlencoded",
    "idempotency-key": key,
  });
}

async function customersOf(emulator: StripeEmulator) {
  return (await sdk(emulator).customers.list()).data;
}

async function failWith(emulator: StripeEmulator, kind: FaultKind) {
  const remove = emulator.faults.add({ method: "POST", kind });
  const answer = await post(emulator, "k").catch(() => "connection lost" as const);
  remove();
  return answer;
}

describe("an idempotency key", () => {
  test("repeats the first request's response, and creates one object", async () => {
    const emulator = await aStripe();
    const first = await post(emulator, "k");
    const again = await post(emulator, "k");
    expect(again.json).toEqual(first.json);
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    const id = first.headers.get("request-id");
    expect(id).toMatch(/^req_/);
    expect(again.headers.get("request-id")).not.toBe(id);
    expect(first.headers.get("original-request")).toBe(id);
    expect(again.headers.get("original-request")).toBe(id);
    expect(again.headers.get("idempotency-key")).toBe("k");
    expect(await customersOf(emulator)).toHaveLength(1);
  });

  test("with other parameters is refused, with the SDK's error class", async () => {
    const stripe = sdk(await aStripe());
    const options = { idempotencyKey: "k" };
    await stripe.customers.create({ name: "Ada" }, options);
    await expect(stripe.customers.create({ name: "Eve" }, options)).rejects.toBeInstanceOf(
      Stripe.errors.StripeIdempotencyError,
    );
  });

  test.each<[string, FaultKind, number]>([
    ["before it took effect", oops, 0],
    ["after it took effect", { after: oops }, 1],
  ])("repeats a 500 from %s, for a day, over a restart", async (_, kind, made) => {
    let now = Date.UTC(2026, 10, 22);
    const options = { dataDir: aDataDir(), now: () => now };
    const first = await aStripe(options);
    expect(await failWith(first, kind)).toMatchObject({ status: 500 });
    expect(await customersOf(first)).toHaveLength(made);
    expect(await post(first, "k")).toMatchObject({ status: 500, json: oops.body });
    await first.close();
    const second = await aStripe(options);
    now += DAY_MS;
    const replay = await post(second, "k");
    expect(replay).toMatchObject({ status: 500, json: oops.body });
    expect(replay.headers.get("idempotent-replayed")).toBe("true");
    expect(replay.headers.get("stripe-should-retry")).toBe("false");
    now += 1_000;
    expect(await post(second, "k")).toMatchObject({ status: 200 });
    expect(await customersOf(second)).toHaveLength(made + 1);
  });

  test("marks a replayed error by its headers", async () => {
    const emulator = await aStripe();
    await failWith(emulator, oops);
    const create = sdk(emulator).customers.create({ name: "Ada" }, { idempotencyKey: "k" });
    await expect(create).rejects.toMatchObject({
      type: "StripeAPIError",
      headers: { "idempotent-replayed": "true" },
    });
  });

  test("repeats a failure without a body, too", async () => {
    const emulator = await aStripe();
    await failWith(emulator, { status: 500, body: {} });
    expect(await post(emulator, "k")).toMatchObject({ status: 500, json: {} });
  });

  test("repeats an execution error, even if the request would succeed now", async () => {
    const emulator = await aStripe();
    const customer = await sdk(emulator).customers.create();
    const { id } = await aSession(emulator, customer.id);
    const path = `checkout/sessions/${id}/expire`;
    expect(await post(emulator, "a", "", path)).toMatchObject({ status: 200 });
    const refused = await post(emulator, "b", "", path);
    expect(refused).toMatchObject({ status: 400 });
    const replay = await post(emulator, "b", "", path);
    expect(replay.headers.get("idempotent-replayed")).toBe("true");
    expect(replay.json).toEqual(refused.json);
  });

  test.each<[string, FaultKind]>([
    ["an answer that was lost", "after"],
    ["an answer that was garbled", "malformed"],
  ])("repeats the success behind %s", async (_, kind) => {
    const emulator = await aStripe();
    await failWith(emulator, kind);
    expect(await post(emulator, "k")).toMatchObject({ status: 200, json: { name: "Ada" } });
    expect(await customersOf(emulator)).toHaveLength(1);
  });

  test.each<[string, FaultKind]>([
    ["a connection that was refused", "drop"],
    ["too many requests", { status: 429, body: { error: { message: "Slow down" } } }],
  ])("is not used up by %s", async (_, kind) => {
    const emulator = await aStripe();
    await failWith(emulator, kind);
    expect(await post(emulator, "k")).toMatchObject({ status: 200 });
  });

  test("is not used up by invalid parameters, nor by another API key", async () => {
    const emulator = await aStripe();
    expect(await post(emulator, "k", "colour=red")).toMatchObject({ status: 400 });
    expect(await post({ ...emulator, secretKey: "sk_test_wrong" }, "k")).toMatchObject({
      status: 401,
    });
    expect(await post(emulator, "k")).toMatchObject({ status: 200 });
    expect(await post({ ...emulator, secretKey: "sk_test_wrong" }, "k")).toMatchObject({
      status: 401,
    });
  });

  test("is refused while its first request is in progress", async () => {
    const emulator = await aStripe();
    emulator.faults.add({ method: "POST", nth: 1, kind: { delayMs: 600_000 } });
    const first = post(emulator, "k").catch(() => "connection lost");
    while (emulator.faults.calls().length === 0) await new Promise(setImmediate);
    const second = await post(emulator, "k");
    expect(second).toMatchObject({
      status: 409,
      json: { error: { code: "idempotency_key_in_use" } },
    });
    expect(await post(emulator, "k", "name=Eve")).toMatchObject({
      status: 400,
      json: { error: { type: "idempotency_error" } },
    });
    expect(await post(emulator, "other")).toMatchObject({ status: 200 });
    await emulator.close();
    expect(await first).toBe("connection lost");
  });

  test("can be used again once its first request has ended, even without a response", async () => {
    const emulator = await aStripe();
    emulator.faults.add({ method: "POST", nth: 1, kind: { delayMs: 600_000, when: "after" } });
    const first = post(emulator, "k").catch(() => "connection lost");
    while ((await customersOf(emulator)).length === 0) await new Promise(setImmediate);
    expect(await post(emulator, "k")).toMatchObject({ status: 200, json: { name: "Ada" } });
    await emulator.close();
    await first;
  });

  test("is removed from the data folder after it has expired", async () => {
    let now = Date.UTC(2026, 10, 22);
    const dataDir = aDataDir();
    const options = { dataDir, now: () => now };
    const first = await aStripe(options);
    await post(first, "an old key");
    now += DAY_MS + 1_000;
    await post(first, "a new key");
    await first.close();
    await (await aStripe(options)).close();
    const kept = readFileSync(join(dataDir, "stripe.jsonl"), "utf8");
    expect(kept).not.toContain("an old key");
    expect(kept).toContain("a new key");
  });

  test("can be made to fail both ways by the faults endpoint", async () => {
    const emulator = await aStripe();
    for (const kind of [oops, { after: oops }]) {
      await call("POST", `${emulator.url}/_faults`, { method: "POST", nth: 1, kind });
      const key = JSON.stringify(kind);
      expect(await post(emulator, key)).toMatchObject({ status: 500 });
      await call("DELETE", `${emulator.url}/_faults`);
      expect(await post(emulator, key)).toMatchObject({ status: 500 });
    }
    expect(await customersOf(emulator)).toHaveLength(1);
  });
});
