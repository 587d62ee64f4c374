/** The screen that `bun run dev` prints. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { makeFunctionReference } from "convex/server";
import { expect, onTestFinished, test } from "vitest";
import { screen, type ReadyMessage } from "../../scripts/dev/ready-message.ts";
import { passOn, readableLines } from "../../scripts/dev/convex/cli-output.ts";
import { ROOT, runConvex, spawnConvex } from "../../scripts/lib/convex-cli.ts";
import { httpClient } from "../support/clients.ts";
import { TestDeployment } from "../support/deployment.ts";
import { tempFolder } from "../support/temp.ts";

function anAnnouncement(services: Partial<ReadyMessage["services"]> = {}): ReadyMessage {
  return {
    json: false,
    freePorts: false,
    example: true,
    built: false,
    watch: true,
    keepContexts: false,
    agent: false,
    dataDir: "/tmp/data",
    isDefaultDataDir: true,
    origins: [],
    help: false,
    ownsEnvFile: true,
    services: {
      url: "http://127.0.0.1:3210",
      siteUrl: "http://127.0.0.1:3211",
      adminKey: "local|the-admin-key",
      clerkUrl: "http://127.0.0.1:3212",
      daytonaUrl: "http://127.0.0.1:3213",
      daytonaApiKey: "dtn_the-daytona-key",
      stripeUrl: "http://127.0.0.1:3214",
      exampleUrl: "http://localhost:5173",
      moved: [],
      ...services,
    },
  };
}

test("the screen has what to open first and all addresses, and no key", () => {
  const text = screen(anAnnouncement());
  expect(text.split("\n").length).toBeLessThan(24);
  expect(text.indexOf("http://localhost:5173")).toBeLessThan(text.indexOf("http://127.0.0.1:3210"));
  expect(text).not.toMatch(/the-admin-key|the-daytona-key/);
});

test("without watching, it promises neither a push after edits nor logs", () => {
  const text = screen({ ...anAnnouncement(), watch: false });
  expect(screen(anAnnouncement())).toMatch(/is pushed[^]*logs/);
  expect(text).toContain("Quaver is running. Ctrl-C stops it");
  expect(text).not.toMatch(/is pushed|logs/);
});

test("a port that was in use is reported", () => {
  const text = screen(anAnnouncement({ moved: [{ listener: "example", from: 5173, to: 5174 }] }));
  expect(text).toContain("Port 5173 (example) is in use: 5174 instead.");
});

test("without the example, it says how to sign up", () => {
  const { services, ...rest } = anAnnouncement();
  const { exampleUrl: _, ...others } = services;
  expect(screen({ ...rest, services: others })).toContain("http://127.0.0.1:3212/sign-ups");
});

test("of the CLI's output, logs, errors and later pushes are printed", () => {
  const readable = readableLines();
  const lines = [
    "\u001b[33m▌\u001b[39m Developing against deployment:",
    "▌ └─ http://127.0.0.1:3210",
    "- Preparing Convex functions...",
    "",
    "✔ 18:13:28 Convex functions ready! (21.92s)",
    "18:14:00 [CONVEX M(messages/mutations:insert)] [LOG] 'hello'",
    '\u001b[31m18:14:01 [CONVEX Q(a:b)] Uncaught ConvexError: {"code":"NOT_FOUND","message":"No."}\u001b[39m',
    "\u001b[31m    at handler (../convex/a.ts:1:1)\u001b[39m",
    "\u001b[31m\u001b[39m",
    "Typechecking took 15.44s. For faster iteration, see https://docs.convex.dev to troubleshoot.",
    "- Preparing to watch files...",
    "",
    "- Preparing Convex functions...",
    "✘ [ERROR] Expected identifier",
    "✔ 18:15:28 Convex functions ready! (1.92s)",
  ];
  expect(lines.map(readable).filter((line) => line !== null)).toEqual([
    "18:14:00 [CONVEX M(messages/mutations:insert)] [LOG] 'hello'",
    "\u001b[90m18:14:01 a:b refused: NOT_FOUND No.\u001b[39m",
    "",
    "✘ [ERROR] Expected identifier",
    "✔ 18:15:28 Convex functions ready! (1.92s)",
  ]);
});

test("an error of the first push is printed", () => {
  const lines = ["▌ Developing", "✘ [ERROR] No such module"];
  expect(lines.map(readableLines())).toEqual([null, "✘ [ERROR] No such module"]);
});

/** Functions that throw: a refusal of the backend's, the same in a call within an action, and two other errors. */
const THROWING = `
  import { ConvexError } from "convex/values";
  import { actionGeneric, makeFunctionReference, mutationGeneric } from "convex/server";
  import { quaverError } from ${JSON.stringify(join(ROOT, "convex/lib/errors.ts"))};
  const throwing = (make) => mutationGeneric({ handler: () => { throw make(); } });
  export const refuse = throwing(() => quaverError("RATE_LIMITED", { retryAfterMs: 1000 }));
  export const passOn = actionGeneric({
    handler: (ctx) => ctx.runMutation(makeFunctionReference("throwing:refuse"), {}),
  });
  export const refuseOtherwise = throwing(() => new ConvexError({ code: "OTHER" }));
  export const fail = throwing(() => new Error("A defect."));
`;

test("a refusal is one line; other errors, and the deployment's own log, have the stacks", async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, "convex"));
  writeFileSync(join(folder, "convex/throwing.ts"), THROWING);
  writeFileSync(join(folder, "package.json"), '{"dependencies":{"convex":"*"}}');
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
  const deployment = await TestDeployment.start(join(folder, "deployment"));
  onTestFinished(() => deployment.stop());
  const deploy = ["deploy", "--yes", "--typecheck", "disable", "--codegen", "disable"];
  expect(await runConvex(deployment, deploy, { cwd: folder })).toMatchObject({ code: 0 });
  const client = httpClient(deployment.url);
  const mutate = (name: string) =>
    client.mutation(makeFunctionReference<"mutation">(`throwing:${name}`));
  await expect(mutate("refuse")).rejects.toThrow();
  const passOnRefusal = makeFunctionReference<"action">("throwing:passOn");
  await expect(client.action(passOnRefusal)).rejects.toThrow();
  await expect(mutate("refuseOtherwise")).rejects.toThrow();
  await expect(mutate("fail")).rejects.toThrow();

  const logs = spawnConvex(deployment, ["logs", "--history", "10"], {
    cwd: folder,
    output: ["pipe", "pipe"],
  });
  onTestFinished(() => void logs.kill("SIGKILL"));
  const [raw, shown] = [new PassThrough(), new PassThrough()] as const;
  const texts = { raw: "", shown: "" };
  raw.on("data", (data: Buffer) => (texts.raw += String(data)));
  shown.on("data", (data: Buffer) => (texts.shown += String(data)));
  logs.stdout!.pipe(raw);
  passOn(logs.stdout!, shown);
  await expect.poll(() => texts.shown, { timeout: 30_000 }).toMatch(/A defect\.\n +at /);

  const refused =
    /^\d.* throwing:refuse refused: RATE_LIMITED Too many requests. Try again in a moment.$/;
  const [first, second, third] = texts.shown.split("\n");
  expect(first).toMatch(refused);
  expect(second).toMatch(refused);
  expect(third).toMatch(/ \[CONVEX M\(throwing:refuseOtherwise\)\] Uncaught ConvexError: /);
  expect(texts.shown.match(/^ +at /gm)?.length).toBeGreaterThanOrEqual(2);
  expect(texts.raw.match(/^ +at quaverError /gm)).toHaveLength(3);
});
