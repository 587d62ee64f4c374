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
  test("creates, labels, stops, starts and deletes", async () => {
    const { daytona, sandbox } = await aSandbox();
    expect(sandbox.state).toBe("started");
    await sandbox.setLabels({ c: "d" });
    await sandbox.setAutostopInterval(30);
    await sandbox.refreshActivity();
    await sandbox.stop();
    expect((await daytona.get(sandbox.id)).state).toBe("stopped");
    await sandbox.start();
    const listed = [];
    for await (const each of daytona.list({ labels: { c: "d" }, limit: 1 })) listed.push(each.id);
    expect(listed).toEqual([sandbox.id]);
    await sandbox.delete(10, true);
    await expect(daytona.get(sandbox.id)).rejects.toMatchObject({ statusCode: 404 });
  });

  test("runs commands and sessions", async () => {
    const { sandbox } = await aSandbox();
    expect(await sandbox.process.executeCommand("echo hi")).toMatchObject({ result: "hi\n" });
    await sandbox.process.createSession("s");
    const exec = (command: string, runAsync: boolean) =>
      sandbox.process.executeSessionCommand("s", { command, runAsync });
    expect(await exec("export A=1; echo out; echo err >&2", false)).toMatchObject({
      exitCode: 0,
      stdout: "out\n",
      stderr: "err\n",
    });
    const { cmdId } = await exec("echo $A", true);
    await expect
      .poll(async () => (await sandbox.process.getSessionCommand("s", cmdId)).exitCode)
      .toBe(0);
    const logs = await sandbox.process.getSessionCommandLogs("s", cmdId);
    expect(logs.stdout).toBe("1\n");
    expect((await sandbox.process.listSessions()).map(({ sessionId }) => sessionId)).toEqual(["s"]);
    await sandbox.process.deleteSession("s");
    await expect(sandbox.process.getSession("s")).rejects.toMatchObject({ statusCode: 404 });
  });

  test("throws its own errors for the emulator's answers", async () => {
    const { sandbox } = await aSandbox();
    const failure: unknown = await sandbox.process
      .executeCommand("sleep 60", undefined, undefined, 1)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DaytonaTimeoutError);
    expect((failure as DaytonaError).code).toBe("PROCESS_EXECUTION_TIMEOUT");
  });

  test("uploads files, and signs URLs that upload and download them by plain fetch", async () => {
    const { sandbox } = await aSandbox();
    await sandbox.fs.uploadFile(Buffer.from("by the SDK"), "a/sdk.txt");
    const url = await sandbox.downloadUrl("a/sdk.txt");
    expect(await (await fetch(url)).text()).toBe("by the SDK");
    const form = new FormData();
    form.append("file", new Blob(["by fetch"]), "x");
    const upload = await sandbox.uploadUrl("fetch.txt");
    expect((await fetch(upload, { method: "POST", body: form })).status).toBe(200);
    expect(await sandbox.process.executeCommand("cat fetch.txt")).toMatchObject({
      result: "by fetch",
    });
    const names = (await sandbox.fs.listFiles(".")).map(({ name }) => name).sort();
    expect(names).toEqual(["a", "fetch.txt"]);
    expect((await fetch(url.replace(/signature=v1_./, "signature=v1_!"))).status).toBe(401);
    expect((await fetch(url.replace("a%2Fsdk.txt", "fetch.txt"))).status).toBe(401);
  });
});
