import { describe, expect, test } from "vitest";
import { codeOfMessage } from "../src/daytona-errors.ts";
import { anInput, callsTo, failureOf, setUp } from "./support.ts";

const CREATE = { method: "POST", path: /^\/sandbox$/ };

describe("Daytona's 400", () => {
  test("for an exhausted quota fails at once, until a sandbox is stopped", async () => {
    const { daytona, client } = await setUp({ quota: { cpu: 1 } });
    const first = await client.create(anInput());
    const failure = await failureOf(client.create(anInput({ name: "another" })));
    expect(failure).toMatchObject({ code: "QUOTA_EXCEEDED", retryable: true });
    expect(callsTo(daytona, "POST", CREATE.path)).toBe(2);
    await client.stop(first.id);
    const second = await client.create(anInput({ name: "another" }));
    expect((await failureOf(client.start(first.id))).code).toBe("QUOTA_EXCEEDED");
    await client.delete(second.id);
  });

  test("for the disk quota counts stopped sandboxes", async () => {
    const { client } = await setUp({ quota: { disk: 5 } });
    const { id } = await client.create(anInput());
    await client.stop(id);
    const create = () => client.create(anInput({ name: "another" }));
    expect((await failureOf(create())).code).toBe("QUOTA_EXCEEDED");
  });

  test("for a missing snapshot can't be retried", async () => {
    const { client } = await setUp();
    const failure = await failureOf(client.create(anInput({ snapshot: "missing" })));
    expect(failure).toMatchObject({ code: "SNAPSHOT_UNAVAILABLE", retryable: false });
  });

  test("for a sandbox that failed to start has its id, as the sandbox exists", async () => {
    const { daytona, client } = await setUp();
    daytona.faults.add({ ...CREATE, nth: 1, kind: { error: "no such image" } });
    const failure = await failureOf(client.create(anInput()));
    expect(failure.code).toBe("SANDBOX_FAILED");
    expect((await client.get(failure.sandboxId!))?.state).toBe("error");
    expect((await failureOf(client.create(anInput()))).sandboxId).toBe(failure.sandboxId);
  });

  test.each([
    [400, "Total disk limit exceeded. Maximum allowed: 30GiB.\nConsider …", "QUOTA_EXCEEDED"],
    [400, "CPU request 4 exceeds maximum allowed per sandbox (2).\nNeed …", "SNAPSHOT_UNAVAILABLE"],
    [400, "Snapshot a is not available in region eu", "SNAPSHOT_UNAVAILABLE"],
    [400, "Snapshot a is build_failed", "SNAPSHOT_UNAVAILABLE"],
    [400, "Sandbox is in an errored state", "SANDBOX_FAILED"],
    [400, "No available runners", "UNAVAILABLE"],
    [403, "Organization is suspended: Payment failed", "SUSPENDED"],
    [403, "Forbidden resource", undefined],
    [400, "Sandbox is not started", undefined],
    [400, "name must say: Total CPU limit exceeded. ", undefined],
    [500, "Sandbox failed to start: x", undefined],
  ])("%s %j means %s", (status, message, code) => {
    expect(codeOfMessage(status, message)).toBe(code);
  });
});
