import type { DaytonaError } from "@daytonaio/sdk";
import { Daytona, DaytonaTimeoutError } from "@daytonaio/sdk";
import { describe, expect, test } from "vitest";
import { aDaytona } from "./support.ts";

/** A sandbox of the official SDK. This file shows that the emulator, which the other tests use, serves the real SDK. */
async function aSandbox() {
  const { url: apiUrl, apiKey } = await aDaytona();
  const daytona = new Daytona({ apiUrl, apiKey, target: "local", useDeprecatedPolling: true });
  return { daytona, sandbox: await daytona.create({ labels: { a: "b" } }) };
}

describe("the official SDK on the Daytona emulator", () => {
  test("creates, stops, starts, lists and deletes", async () => {
    const { daytona, sandbox } = await aSandbox();
    expect(sandbox.state).toBe("started");
    await sandbox.refreshActivity();
    await sandbox.stop();
    expect((await daytona.get(sandbox.id)).state).toBe("stopped");
    await sandbox.start();
    const listed = [];
    for await (const each of daytona.list({ labels: { a: "b" }, limit: 1 })) listed.push(each.id);
    expect(listed).toEqual([sandbox.id]);
    await sandbox.delete(10, true);
    await expect(daytona.get(sandbox.id)).rejects.toMatchObject({ statusCode: 404 });
  });

  test("runs commands", async () => {
    const { sandbox } = await aSandbox();
    expect(await sandbox.process.executeCommand("echo hi")).toMatchObject({ result: "hi\n" });
  });

  test("throws its own errors for the emulator's answers", async () => {
    const { sandbox } = await aSandbox();
    const failure: unknown = await sandbox.process
      .executeCommand("sleep 60", undefined, undefined, 1)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DaytonaTimeoutError);
    expect((failure as DaytonaError).code).toBe("PROCESS_EXECUTION_TIMEOUT");
  });
});
