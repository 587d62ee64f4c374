import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { getDocumentSize } from "convex/values";
import { describe, expect, onTestFinished, test } from "vitest";
import { bunPath } from "../../../../../tests/support/bun.ts";
import { DeploymentProcess, type Ended } from "../../../../../tests/support/deployment.ts";
import { FunctionLog } from "../../../../../tests/support/function-log.ts";
import { aDeployment, aFolder, aPushedDeployment } from "../support/deployment.ts";
import { RawClient } from "../support/sync.ts";

/** Enough to store something. */
const NOTES = {
  "convex/notes.ts": `
    import { mutationGeneric as mutation, queryGeneric as query } from "convex/server";
    export const add = mutation({ handler: async (ctx, { n }) => { await ctx.db.insert("notes", { n }); return n; } });
    export const addMany = mutation({ handler: async (ctx, { count }) => {
      for (let n = 0; n < count; n++) await ctx.db.insert("notes", { n });
    } });
    export const list = query({ handler: async (ctx) => (await ctx.db.query("notes").collect()).map((d) => d.n) });
  `,
};

/** Starts a deployment, which must fail, and reads the error line that it prints. */
async function failure(
  args: readonly string[],
): Promise<{ ended: Ended; code: string; message: string }> {
  const process = new DeploymentProcess(args);
  onTestFinished(async () => {
    await process.stop("SIGKILL");
  });
  const ended = await process.ended;
  const lines = ended.stderr.trim().split("\n");
  expect(lines, ended.stderr).toHaveLength(1);
  const said = JSON.parse(lines[0]!) as { event: string; code: string; message: string };
  expect(said.event).toBe("error");
  expect(ended.code).toBe(1);
  expect(ended.stdout).toBe("");
  return { ended, ...said };
}

/** A folder in which a deployment has been, was pushed to and stored `count` notes. */
async function aUsedFolder(count: number): Promise<string> {
  const folder = aFolder();
  const deployment = await aPushedDeployment(NOTES, folder);
  const client = new ConvexHttpClient(deployment.url, { logger: false });
  await client.mutation(anyApi.notes!.addMany!, { count });
  await deployment.stop();
  return folder;
}

const hashOf = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

describe("options", () => {
  test.each([
    ["no folder", []],
    ["a port that is not a number", ["--data-dir", "x", "--port", "many"]],
    ["a port too high", ["--data-dir", "x", "--port", "70000"]],
    ["a negative port", ["--data-dir", "x", "--port=-1"]],
    ["the same port twice", ["--data-dir", "x", "--port", "45678", "--site-port", "45678"]],
    ["an unknown flag", ["--data-dir", "x", "--verbose"]],
    ["an extra argument", ["--data-dir", "x", "y"]],
    ["an empty folder name", ["--data-dir", ""]],
    ["an egress without a URL", ["--data-dir", "x", "--egress", "api.stripe.com"]],
    ["an unknown knob", ["--data-dir", "x", "--knob", "APPLICATION_MAX_CONCURRENT_QUERIES=4"]],
    ["a knob without a number", ["--data-dir", "x", "--knob", "V8_ACTION_USER_TIMEOUT_SECS"]],
    ["a wall timeout that is not a number", ["--data-dir", "x", "--wall-timeout-ms", "soon"]],
    ["a knob of zero", ["--data-dir", "x", "--knob", "V8_ACTION_USER_TIMEOUT_SECS=0"]],
  ])("%s is refused as INVALID_OPTION", async (_what, args) => {
    expect((await failure(args)).code).toBe("INVALID_OPTION");
  });
});

describe("start fails on", () => {
  test("a port in use", async () => {
    const taken = createServer();
    onTestFinished(() => void taken.close());
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, "127.0.0.1", () => {
        const address = taken.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    for (const flag of ["--port", "--site-port"]) {
      const { code, message } = await failure(["--data-dir", aFolder(), flag, String(port)]);
      expect(code).toBe("PORT_IN_USE");
      expect(message).toContain(String(port));
    }
  });

  test("a data folder that another process uses, until that process ends", async () => {
    const folder = aFolder();
    const first = await aDeployment(folder);
    const { code, message } = await failure(["--data-dir", folder]);
    expect(code).toBe("DATA_FOLDER_IN_USE");
    expect(message).toContain(folder);
    expect((await fetch(`${first.url}/version`)).status).toBe(200);
    await first.kill();
    await (await aDeployment(folder)).stop();
  });

  test("a data folder that is a file, or inside one", async () => {
    const file = join(aFolder(), "file");
    writeFileSync(file, "something else");
    expect((await failure(["--data-dir", file])).code).toBe("DATA_FOLDER_UNUSABLE");
    expect((await failure(["--data-dir", join(file, "below")])).code).toBe("DATA_FOLDER_UNUSABLE");
    expect(readFileSync(file, "utf8")).toBe("something else");
  });

  test("an invalid admin key file", async () => {
    const folder = aFolder();
    writeFileSync(join(folder, "admin-key"), "local|short\n");
    expect((await failure(["--data-dir", folder])).code).toBe("DATA_FOLDER_UNUSABLE");
    expect(readFileSync(join(folder, "admin-key"), "utf8")).toBe("local|short\n");
  });
});

describe("a data file that can't be read is refused and not changed", () => {
  test("one with garbage, and a folder in its place", async () => {
    const folder = aFolder();
    const file = join(folder, "data.sqlite");
    writeFileSync(file, "this is no database ".repeat(1000));
    const before = hashOf(file);
    const { code, message } = await failure(["--data-dir", folder]);
    expect(code).toBe("DATA_CORRUPT");
    expect(message).toContain(file);
    expect(hashOf(file)).toBe(before);
    rmSync(file);
    mkdirSync(file);
    expect((await failure(["--data-dir", folder])).code).toMatch(
      /^DATA_(CORRUPT|FOLDER_UNUSABLE)$/,
    );
  });

  test("one that is truncated, overwritten in the middle, or of a newer version", async () => {
    const folder = await aUsedFolder(200);
    const file = join(folder, "data.sqlite");
    const whole = readFileSync(file);
    const refused = async (change: () => void) => {
      writeFileSync(file, whole);
      change();
      const before = hashOf(file);
      const { code } = await failure(["--data-dir", folder]);
      expect(hashOf(file)).toBe(before);
      return code;
    };
    expect(await refused(() => truncateSync(file, whole.length - 5_000))).toBe("DATA_CORRUPT");
    expect(await refused(() => truncateSync(file, 100))).toBe("DATA_CORRUPT");
    const overwritten = Buffer.from(whole);
    overwritten.fill(0x5a, 4_096, 40_000);
    expect(await refused(() => writeFileSync(file, overwritten))).toBe("DATA_CORRUPT");
    const newer = Buffer.from(whole);
    newer.writeUInt32BE(99, 60); // the file header's user_version
    expect(await refused(() => writeFileSync(file, newer))).toBe("DATA_VERSION");
    writeFileSync(file, whole);
    const deployment = await aDeployment(folder);
    const client = new ConvexHttpClient(deployment.url, { logger: false });
    expect(await client.query(anyApi.notes!.list!, {})).toHaveLength(200);
  });
});

describe("a data file of an earlier version", () => {
  const alter = (folder: string, sql: string) => {
    const script = `new (await import("bun:sqlite")).Database(process.argv[1]).run("${sql}")`;
    execFileSync(bunPath(), ["-e", script, join(folder, "data.sqlite")]);
  };

  test("without document sizes is migrated: the sizes are computed once and stored", async () => {
    const folder = await aUsedFolder(700);
    alter(folder, "ALTER TABLE documents DROP COLUMN size; PRAGMA user_version = 1");
    for (let start = 0; start < 2; start++) {
      const deployment = await aDeployment(folder);
      const log = await FunctionLog.from(deployment);
      const client = new ConvexHttpClient(deployment.url, { logger: false });
      expect(await client.query(anyApi.notes!.list!, {})).toHaveLength(700);
      expect((await log.next())[0]?.usageStats.databaseReadBytes).toBe(
        700 * getDocumentSize({ n: 1 }),
      );
      await deployment.kill();
    }
  });

  test("without the owners of stored mutation results is migrated", async () => {
    const folder = await aUsedFolder(1);
    alter(folder, "ALTER TABLE session_requests DROP COLUMN owner");
    const { url } = await aDeployment(folder);
    const client = await RawClient.open(url);
    client.mutate(1, "notes:add", { n: 1 });
    const answer = await client.next((message) => message.type === "MutationResponse");
    expect(answer).toMatchObject({ success: true, result: 1 });
  });
});

describe("the admin key", () => {
  test("is created once, readable by its owner only, and kept", async () => {
    const folder = join(aFolder(), "new");
    const deployment = await aDeployment(folder);
    const { adminKey } = deployment;
    expect(adminKey).toMatch(/^local\|[0-9a-f]{64}$/);
    expect(statSync(join(folder, "admin-key")).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o077).toBe(0);
    await deployment.kill();
    await deployment.restart();
    expect(deployment.adminKey).toBe(adminKey);
    const other = await aDeployment();
    expect(other.adminKey).not.toBe(adminKey);
  });
});

describe("the data folder is private to its owner", () => {
  const modes = (folder: string) =>
    Object.fromEntries(
      ["", ...readdirSync(folder)].map((name) => [
        name,
        (statSync(join(folder, name)).mode & 0o777).toString(8),
      ]),
    );
  const PRIVATE = {
    "": "700",
    "admin-key": "600",
    "data.sqlite": "600",
    "data.sqlite-shm": "600",
    "data.sqlite-wal": "600",
    "lock.sqlite": "600",
  };

  test.each([
    ["a new one", (folder: string) => folder],
    [
      "an existing one that is open to all",
      (folder: string) => {
        mkdirSync(folder, { mode: 0o777 });
        return folder;
      },
    ],
  ])("under any umask: %s", async (_what, made) => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const folder = made(join(aFolder(), "data"));
    const deployment = await aDeployment(folder);
    expect(modes(folder)).toMatchObject(PRIVATE);
    await deployment.kill();
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o666);
    chmodSync(folder, 0o777);
    await deployment.restart();
    expect(modes(folder)).toMatchObject(PRIVATE);
  });

  test("and its files must not be symbolic links", async () => {
    const folder = await aUsedFolder(1);
    for (const name of ["admin-key", "data.sqlite", "lock.sqlite"]) {
      const elsewhere = join(aFolder(), name);
      renameSync(join(folder, name), elsewhere);
      symlinkSync(elsewhere, join(folder, name));
      const { code } = await failure(["--data-dir", folder]);
      expect(code, name).toMatch(/^DATA_(FOLDER_UNUSABLE|CORRUPT)$/);
      rmSync(join(folder, name));
      // A dangling link is refused too, and its target is not created.
      const nowhere = join(aFolder(), "nowhere");
      symlinkSync(nowhere, join(folder, name));
      expect((await failure(["--data-dir", folder])).code).toMatch(/^DATA_/);
      expect(existsSync(nowhere)).toBe(false);
      rmSync(join(folder, name));
      renameSync(elsewhere, join(folder, name));
    }
  });

  test.skipIf(process.getuid?.() !== 0)("and a folder of another user is refused", async () => {
    const folder = aFolder();
    chownSync(folder, 12_345, 12_345);
    const { code, message } = await failure(["--data-dir", folder]);
    expect(code).toBe("DATA_FOLDER_UNUSABLE");
    expect(message).toContain("it belongs to another user");
  });
});

test("an empty data file is accepted in a new folder, and is corrupt where a deployment has been", async () => {
  const fresh = aFolder();
  writeFileSync(join(fresh, "data.sqlite"), "");
  await (await aDeployment(fresh)).stop();
  const used = await aUsedFolder(1);
  const file = join(used, "data.sqlite");
  truncateSync(file, 0);
  const { code, message } = await failure(["--data-dir", used]);
  expect(code).toBe("DATA_CORRUPT");
  expect(message).toContain("it is empty, and there was a deployment in this folder");
  expect(statSync(file).size).toBe(0);
});

describe("it listens on loopback only", () => {
  const outside = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ internal, family }) => !internal && family === "IPv4");

  test.skipIf(outside === undefined)("and not on the machine's other addresses", async () => {
    const { url, siteUrl } = await aDeployment();
    for (const origin of [url, siteUrl]) {
      expect(new URL(origin).hostname).toBe("127.0.0.1");
      const elsewhere = `http://${outside!.address}:${new URL(origin).port}/version`;
      await expect(fetch(elsewhere, { signal: AbortSignal.timeout(2_000) })).rejects.toThrow();
    }
  });
});

describe("no acknowledged write is lost", () => {
  test("by kill -9 during concurrent mutations, three times in a row", async () => {
    const deployment = await aPushedDeployment(NOTES);
    const acknowledged = new Set<number>();
    let n = 0;
    for (let round = 0; round < 3; round++) {
      const before = acknowledged.size;
      let killed = false;
      const writers = Array.from({ length: 8 }, async () => {
        const client = new ConvexHttpClient(deployment.url, { logger: false });
        while (!killed) {
          const mine = n++;
          await client.mutation(anyApi.notes!.add!, { n: mine }).then(
            () => acknowledged.add(mine),
            () => undefined,
          );
        }
      });
      await expect.poll(() => acknowledged.size - before).toBeGreaterThan(20);
      await deployment.kill();
      killed = true;
      await Promise.all(writers);
      await deployment.restart();
      const client = new ConvexHttpClient(deployment.url, { logger: false });
      const stored = (await client.query(anyApi.notes!.list!, {})) as number[];
      expect([...acknowledged].filter((one) => !stored.includes(one))).toEqual([]);
      expect(new Set(stored).size).toBe(stored.length);
    }
  });

  test("by SIGTERM, after which it exits with 0", async () => {
    const deployment = await aDeployment();
    const { code, stderr } = await deployment.process.stop("SIGTERM");
    expect(code).toBe(0);
    expect(stderr).toBe("");
  });
});
