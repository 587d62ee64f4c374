import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { StorageAccessDto } from "@daytona/api-client";
import { create } from "tar";
import { describe, expect, test } from "vitest";
import type { DaytonaEmulator } from "../../src/index.ts";
import type { Json } from "../support/emulators.ts";
import { aDataDir, aDaytona, aReceiver, call, eventually, str } from "../support/emulators.ts";

/** The API with its key. */
function api({ url, apiKey }: DaytonaEmulator) {
  return (method: string, path: string, body?: unknown) =>
    call(method, `${url}${path}`, body, { authorization: `Bearer ${apiKey}` });
}

type Api = ReturnType<typeof api>;

/** The storage as the SDK reaches it, and where a context with this hash goes. */
async function storageOf(ask: Api, changes: Partial<StorageAccessDto> = {}) {
  const { json } = await ask("GET", "/object-storage/push-access");
  const access = { ...(json as unknown as StorageAccessDto), ...changes };
  const client = new S3Client({
    region: access.region,
    endpoint: access.storageUrl,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: {
      accessKeyId: access.accessKey,
      secretAccessKey: access.secret,
      sessionToken: access.sessionToken,
    },
  });
  const at = (hash: string) => ({
    Bucket: access.bucket,
    Key: `${access.organizationId}/${hash}/context.tar`,
  });
  return { client, at };
}

/** Uploads these files, by path, as a build's context. @returns its hash */
async function upload(ask: Api, files: Record<string, string>): Promise<string> {
  const folder = aDataDir();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const tar = create({ cwd: folder, sync: true, portable: true }, Object.keys(files)).read();
  const hash = createHash("md5").update(tar!).digest("hex");
  const { client, at } = await storageOf(ask);
  await client.send(new PutObjectCommand({ ...at(hash), Body: tar! }));
  return hash;
}

function make(ask: Api, name: string, dockerfileContent: string, contextHashes: string[] = []) {
  return ask("POST", "/snapshots", { name, buildInfo: { dockerfileContent, contextHashes } });
}

async function reaches(ask: Api, name: string, state: string): Promise<Json> {
  return await eventually(async () => {
    const { json } = await ask("GET", `/snapshots/${name}`);
    expect(json.state).toBe(state);
    return json;
  });
}

async function logsOf(ask: Api, id: unknown, query = ""): Promise<string> {
  const { json } = await ask("GET", `/snapshots/${str(id)}/build-logs-url`);
  const { pathname } = new URL(str(json.url));
  return (await ask("GET", pathname + query)).json as unknown as string;
}

const DOCKERFILE =
  'FROM node:24\nCOPY dist /opt/agent\nUSER node\nENTRYPOINT ["node", "serve.js"]\n';
const BY_READS = { buildDelayMs: "until seen" } as const;
const AT_ONCE = { buildDelayMs: 0 };

describe("a snapshot", () => {
  test("is pending, is built, is active, and then a sandbox can be made of it", async () => {
    const ask = api(await aDaytona(BY_READS));
    const hash = await upload(ask, { "dist/serve.js": "1" });
    const { status, json } = await make(ask, "ours", DOCKERFILE, [hash]);
    expect(status).toBe(200);
    expect(json).toMatchObject({ name: "ours", state: "pending", general: false });
    expect(json.entrypoint).toEqual(["node", "serve.js"]);
    expect((await ask("POST", "/sandbox", { snapshot: "ours" })).json.message).toBe(
      "Snapshot ours is pending",
    );
    expect((await ask("GET", "/snapshots/ours")).json.state).toBe("pending");
    expect((await ask("GET", "/snapshots/ours")).json.state).toBe("building");
    expect(await reaches(ask, "ours", "active")).toMatchObject({ errorReason: null });
    expect((await ask("POST", "/sandbox", { snapshot: "ours" })).status).toBe(200);
    expect((await ask("POST", "/sandbox", { snapshot: "theirs" })).status).toBe(400);
  });

  test("has the logs of its build, while it goes on and afterwards", async () => {
    const ask = api(await aDaytona({ buildDelayMs: 20 }));
    const hash = await upload(ask, { "dist/serve.js": "1" });
    const { json } = await make(ask, "ours", DOCKERFILE, [hash]);
    const followed = await logsOf(ask, json.id, "?follow=true");
    expect(followed.trim().split("\n")).toEqual([
      "#1 [1/4] FROM node:24",
      "#2 [2/4] COPY dist /opt/agent",
      "#3 [3/4] USER node",
      '#4 [4/4] ENTRYPOINT ["node", "serve.js"]',
      "#5 exporting to image",
    ]);
    await reaches(ask, "ours", "active");
    expect(await logsOf(ask, json.id)).toBe(followed);
  });

  test("has a name of its own, which is free again once it is gone", async () => {
    const ask = api(await aDaytona(BY_READS));
    await make(ask, "ours", "FROM node:24");
    const second = await make(ask, "ours", "FROM node:24");
    expect(second.status).toBe(409);
    expect(second.json.message).toBe(
      'Snapshot with name "ours" already exists for this organization',
    );
    const { id } = (await ask("GET", "/snapshots/ours")).json;
    expect((await ask("DELETE", `/snapshots/${str(id)}`)).status).toBe(200);
    expect((await make(ask, "ours", "FROM node:24")).status).toBe(409);
    expect((await ask("GET", "/snapshots/ours")).json.state).toBe("removing");
    expect((await ask("GET", "/snapshots/ours")).status).toBe(404);
    expect((await make(ask, "ours", "FROM node:24")).status).toBe(200);
  });

  test("survives a restart, and so does its build", async () => {
    const dataDir = aDataDir();
    const first = await aDaytona({ ...BY_READS, dataDir });
    const hash = await upload(api(first), { "dist/serve.js": "1" });
    await make(api(first), "ours", DOCKERFILE, [hash]);
    await api(first)("GET", "/snapshots/ours");
    await first.close();
    const second = api(await aDaytona({ ...AT_ONCE, dataDir }));
    await reaches(second, "ours", "active");
  });

  test("that is not used can be deactivated, and activated again", async () => {
    const ask = api(await aDaytona(AT_ONCE));
    await make(ask, "ours", "FROM node:24");
    const { id } = await reaches(ask, "ours", "active");
    await ask("POST", `/snapshots/${str(id)}/deactivate`);
    expect((await ask("POST", "/sandbox", { snapshot: "ours" })).json.message).toBe(
      "Snapshot ours is inactive",
    );
    expect((await ask("POST", `/snapshots/${str(id)}/activate`)).json.state).toBe("pending");
    await reaches(ask, "ours", "active");
    expect((await ask("POST", `/snapshots/${str(id)}/activate`)).status).toBe(400);
  });

  test("reports its changes by webhooks", async () => {
    const daytona = await aDaytona(AT_ONCE);
    const { url, received } = await aReceiver(daytona.webhookSecret);
    daytona.setWebhook({ url });
    const ask = api(daytona);
    await make(ask, "ours", "FROM node:24");
    const { id } = await reaches(ask, "ours", "active");
    await ask("DELETE", `/snapshots/${str(id)}`);
    const events = () => received.map(({ event }) => event);
    await eventually(() => expect(events()).toHaveLength(5));
    const [name, updated] = ["ours", "snapshot.state.updated"];
    const expected = [
      { event: "snapshot.created", id, name, state: "pending" },
      { event: updated, id, name, oldState: "pending", newState: "building" },
      { event: updated, id, name, oldState: "building", newState: "active" },
      { event: updated, id, name, oldState: "active", newState: "removing" },
      { event: "snapshot.removed", id, name },
    ];
    for (const event of expected) {
      expect(events()).toContainEqual(expect.objectContaining(event)); // they may come in any order
    }
  });

  test("that everyone has is listed, and not deleted", async () => {
    const ask = api(await aDaytona({ snapshots: ["theirs"] }));
    const { json } = await ask("GET", "/snapshots?limit=10");
    expect(json).toMatchObject({ total: 1, items: [{ name: "theirs", general: true }] });
    const { id } = (await ask("GET", "/snapshots/theirs")).json;
    expect((await ask("DELETE", `/snapshots/${str(id)}`)).status).toBe(403);
    expect((await ask("DELETE", "/snapshots/theirs")).status).toBe(400);
  });
});

describe("a build fails", () => {
  const cases: [string, string, RegExp][] = [
    [
      "a file that the context doesn't have",
      DOCKERFILE + "COPY template /t\n",
      /"\/template": not found/,
    ],
    ["no base image", "RUN true\n", /no build stage/],
    ["an instruction that doesn't exist", "FROM node:24\nRUNN true\n", /unknown instruction: RUNN/],
  ];

  test.each(cases)("for %s", async (_, dockerfile, reason) => {
    const ask = api(await aDaytona(AT_ONCE));
    const hash = await upload(ask, { "dist/serve.js": "1" });
    const { json } = await make(ask, "ours", dockerfile, [hash]);
    expect((await reaches(ask, "ours", "build_failed")).errorReason).toMatch(reason);
    expect(await logsOf(ask, json.id)).toMatch(reason);
    expect((await ask("POST", "/sandbox", { snapshot: "ours" })).json.message).toBe(
      "Snapshot ours is build_failed",
    );
  });

  test("for a context that was never uploaded", async () => {
    const ask = api(await aDaytona(AT_ONCE));
    await make(ask, "ours", DOCKERFILE, ["0".repeat(32)]);
    expect((await reaches(ask, "ours", "build_failed")).errorReason).toMatch(/build context/);
  });

  test("on demand", async () => {
    const daytona = await aDaytona(AT_ONCE);
    const kind = { error: "npm ERR! 404" };
    daytona.faults.add({ method: "POST", path: "/snapshots", nth: 1, kind });
    await make(api(daytona), "ours", "FROM node:24");
    const { errorReason } = await reaches(api(daytona), "ours", "build_failed");
    expect(errorReason).toBe("npm ERR! 404");
  });
});

describe("refused is", () => {
  test.each([
    [400, "a name with spaces", { name: "two words", buildInfo: { dockerfileContent: "FROM a" } }],
    [400, "an empty Dockerfile", { name: "a", buildInfo: { dockerfileContent: "" } }],
    [
      400,
      "a hash that is a path",
      { name: "a", buildInfo: { dockerfileContent: "FROM a", contextHashes: ["../x"] } },
    ],
    [400, "no memory", { name: "a", buildInfo: { dockerfileContent: "FROM a" }, memory: 0 }],
    [501, "an image, which it can't fetch", { name: "a", imageName: "node:24" }],
  ])("with %i %s", async (status, _, body) => {
    const ask = api(await aDaytona());
    expect((await ask("POST", "/snapshots", body)).status).toBe(status);
  });

  test("what is above the quota", async () => {
    const ask = api(await aDaytona({ quota: { snapshots: 1, perSandbox: { cpu: 4 } } }));
    const buildInfo = { dockerfileContent: "FROM node:24" };
    const large = await ask("POST", "/snapshots", { name: "large", cpu: 8, buildInfo });
    expect(large).toMatchObject({ status: 400 });
    expect(large.json.message).toMatch(
      /^CPU request 8 exceeds maximum allowed per sandbox \(4\)\./,
    );
    expect((await make(ask, "first", "FROM node:24")).status).toBe(200);
    const second = await make(ask, "second", "FROM node:24");
    expect(second).toMatchObject({ status: 400 });
    expect(second.json.message).toBe("Snapshot quota exceeded. Maximum allowed: 1");
  });
});

describe("the storage", () => {
  const hash = "a".repeat(32);

  test("has what was uploaded, and lists it by prefix, also after a restart", async () => {
    const dataDir = aDataDir();
    const daytona = await aDaytona({ dataDir });
    const first = await storageOf(api(daytona));
    await first.client.send(new PutObjectCommand({ ...first.at(hash), Body: "tar" }));
    await daytona.close();
    const { client, at } = await storageOf(api(await aDaytona({ dataDir })));
    const { Bucket, Key } = at(hash);
    const listed = (Prefix?: string) => client.send(new ListObjectsV2Command({ Bucket, Prefix }));
    expect((await listed(Key)).Contents).toMatchObject([{ Key }]);
    expect((await listed("another")).KeyCount).toBe(0);
  });

  test.each([
    ["InvalidAccessKeyId", { accessKey: "another" }],
    ["SignatureDoesNotMatch", { secret: "another" }],
    ["InvalidToken", { sessionToken: "another" }],
  ])("refuses wrong credentials: %s", async (name, changes) => {
    const { client, at } = await storageOf(api(await aDaytona()), changes);
    const put = client.send(new PutObjectCommand({ ...at(hash), Body: "tar" }));
    await expect(put).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 403 } });
  });

  test("refuses a request without a signature, a key that leads elsewhere, another bucket", async () => {
    const daytona = await aDaytona();
    expect((await call("GET", `${daytona.url}/s3/daytona-volume-builds/`)).status).toBe(403);
    const { client, at } = await storageOf(api(daytona));
    const put = (place: object) =>
      client.send(new PutObjectCommand({ ...at(hash), Body: "tar", ...place }));
    await expect(put({ Key: "org/x" })).rejects.toMatchObject({ name: "AccessDenied" });
    await expect(put({ Bucket: "another" })).rejects.toMatchObject({ name: "NoSuchBucket" });
  });

  test("needs the API key for its credentials", async () => {
    const { url } = await aDaytona();
    expect((await call("GET", `${url}/object-storage/push-access`)).status).toBe(401);
  });
});
