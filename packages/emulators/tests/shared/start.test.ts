import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startClerkEmulator, startDaytonaEmulator } from "../../src/index.ts";
import { aClerk, aDataDir, aDaytona, listening, statOf } from "../support/emulators.ts";

const both = [
  ["Clerk", startClerkEmulator, "clerk"],
  ["Daytona", startDaytonaEmulator, "daytona"],
] as const;

describe.each(both)("starting the %s emulator", (_, start, name) => {
  test("refuses a taken port, and unlocks the folder", async () => {
    const taken = Number(new URL(await listening(createServer())).port);
    const dataDir = aDataDir();
    await expect(start({ dataDir, port: taken })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await (await start({ dataDir })).close();
  });

  test("refuses a folder that is in use, by this process or another", async () => {
    const dataDir = aDataDir();
    const first = await start({ dataDir });
    await expect(start({ dataDir })).rejects.toMatchObject({ code: "DATA_DIR_IN_USE" });
    await first.close();

    const other = spawn("sleep", ["60"]);
    const exited = once(other, "exit");
    const pid = String(other.pid);
    const startTime = statOf(other.pid!)[19] ?? "";
    writeFileSync(join(dataDir, `${name}.lock`), `${pid} ${startTime}`);
    await expect(start({ dataDir })).rejects.toMatchObject({ code: "DATA_DIR_IN_USE" });
    other.kill("SIGKILL");
    await exited;
    await (await start({ dataDir })).close();
  });

  test("takes over the lock of an ended process whose id was reused", async () => {
    const dataDir = aDataDir();
    writeFileSync(join(dataDir, `${name}.lock`), `${process.ppid} 1`);
    await (await start({ dataDir })).close();
  });

  test("refuses a corrupt data file with an error code, and unlocks the folder", async () => {
    const dataDir = aDataDir();
    const file = join(dataDir, `${name}.jsonl`);
    writeFileSync(file, "rubbish\n");
    await expect(start({ dataDir })).rejects.toMatchObject({ code: "DATA_CORRUPT" });
    writeFileSync(file, "");
    await (await start({ dataDir })).close();
  });

  test("keeps its secrets readable by its owner only", async () => {
    const dataDir = aDataDir();
    await (await start({ dataDir })).close();
    for (const file of name === "clerk"
      ? ["clerk-secret-key", "clerk-token-key.pem", "clerk-webhook-secret"]
      : ["daytona-api-key", "daytona-webhook-secret"]) {
      expect(statSync(join(dataDir, file)).mode & 0o777).toBe(0o600);
    }
  });
});

test("both can share a folder", async () => {
  const dataDir = aDataDir();
  await aClerk({ dataDir });
  await aDaytona({ dataDir });
});
