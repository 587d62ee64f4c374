import type { DaytonaEmulator } from "@quaver/emulators";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { LASTING_FAILURES, PASSING_FAILURES, timeFor } from "./failures.ts";
import { aClient, anInput, failureOf, sharedDaytona } from "./support.ts";

// Making an emulator takes longer than a test; faults are gone after each.
let daytona: DaytonaEmulator;
beforeAll(async () => {
  daytona = await sharedDaytona();
});
afterEach(() => daytona.faults.clear());

describe.each(["start", "stop", "archive", "delete"] as const)("%s", (operation) => {
  const method = operation === "delete" ? "DELETE" : "POST";
  const done = { start: "started", stop: "stopped", archive: "archiv", delete: "destroying" };
  let made = 0;
  /** A sandbox in the state that the operation is for. */
  const prepare = async () => {
    const client = aClient(daytona);
    const { id } = await client.create(anInput({ name: `${operation}-${(made += 1)}` }));
    if (operation === "start" || operation === "archive") await client.stop(id);
    daytona.faults.clear();
    return { client, id };
  };

  test.each(PASSING_FAILURES)("under one %s gets there all the same", async (_, kind) => {
    const { client, id } = await prepare();
    const hurried = aClient(daytona, { timeoutMs: timeFor(kind) });
    daytona.faults.add({ method, nth: 1, kind });
    await hurried[operation](id);
    expect((await client.get(id))?.state).toContain(done[operation]);
  });

  test("whose answer is lost is asked for once", async () => {
    const { client, id } = await prepare();
    daytona.faults.add({ method, nth: 1, kind: { after: { status: 502 } } });
    await client[operation](id);
    expect((await client.get(id))?.state).toContain(done[operation]);
    expect(daytona.faults.calls().filter((call) => call.method === method)).toHaveLength(1);
  });

  test.each(LASTING_FAILURES)("under %s fails as it should", async (_, kind, code) => {
    const { client, id } = await prepare();
    daytona.faults.add({ method, kind });
    expect((await failureOf(client[operation](id))).code).toBe(code);
  });
});
