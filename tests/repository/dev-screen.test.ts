/** The screen that `bun run dev` prints. */
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { makeFunctionReference } from "convex/server";
import { expect, onTestFinished, test } from "vitest";
import { screen, type ReadyMessage } from "../../scripts/dev/screen/ready-message.ts";
import { Checklist } from "../../scripts/dev/screen/checklist.ts";
import { watch } from "../../scripts/dev/convex/convex-dev.ts";
import { passOn, readableLines } from "../../scripts/dev/convex/cli-output.ts";
import { ROOT, spawnConvex } from "../../scripts/lib/convex-cli.ts";
import { httpClient } from "../support/clients.ts";
import { TestDeployment } from "../support/deployment.ts";
import { Project } from "../support/project.ts";
import { tempFolder } from "../support/temp.ts";

/** The CLI takes its time. */
const WAIT = { timeout: 30_000, interval: 300 };

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
    pid: 4242,
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
  expect(text).toContain("pid 4242");
  expect(text.indexOf("http://localhost:5173")).toBeLessThan(text.indexOf("http://127.0.0.1:3210"));
  expect(text).not.toMatch(/the-admin-key|the-daytona-key/);
});

test("without watching, it promises neither a push after edits nor logs", () => {
  const text = screen({ ...anAnnouncement(), watch: false });
  expect(screen(anAnnouncement())).toMatch(/is pushed[^]*logs/);
  expect(text).toContain("pid 4242. Ctrl-C stops it");
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

test("of the CLI's output, logs and errors are printed, and a push as it begins and ends", () => {
  let time = 0;
  const begun: number[] = [];
  const readable = readableLines({ now: () => time, onPush: () => begun.push(time) });
  const lines: [time: number, line: string, shown: string | null][] = [
    [0, "\u001b[33m▌\u001b[39m Developing against deployment:", null],
    [0, "▌ └─ http://127.0.0.1:3210", null],
    [0, "- Preparing Convex functions...", null],
    [0, "", null],
    [9, "✔ 18:13:28 Convex functions ready! (21.92s)", null],
    [9, "- Preparing to watch files...", null],
    [9, "", null],
    [9, "18:14:00 [CONVEX M(a:b)] [LOG] 'hello'", "18:14:00 [CONVEX M(a:b)] [LOG] 'hello'"],
    [
      9,
      '\u001b[31m18:14:01 [CONVEX Q(a:b)] Uncaught ConvexError: {"code":"NOT_FOUND","message":"No."}\u001b[39m',
      "\u001b[90m18:14:01 a:b refused: NOT_FOUND No.\u001b[39m",
    ],
    [9, "\u001b[31m    at handler (../convex/a.ts:1:1)\u001b[39m", null],
    [9, "\u001b[31m\u001b[39m", null],
    // A file is saved, and another one soon after that.
    [100, "Processing change convex/a b.ts", null],
    [
      100,
      "convex/a b.ts modified (file mtime (1.5 vs. 2.5)), rebuilding...",
      "Pushing convex/a b.ts …",
    ],
    [100, "Waiting for 500ms to quiesce...", null],
    [200, "Received an overlapping event at /x/convex/c.ts, delaying push.", null],
    [700, "- Preparing Convex functions...", null],
    [700, "", null],
    [900, "✘ [ERROR] Expected identifier", "✘ [ERROR] Expected identifier"],
    [900, "", ""],
    [2_000, "convex/c.ts deleted, rebuilding...", "Pushing convex/c.ts …"],
    [2_500, "- Preparing Convex functions...", null],
    [4_000, "✔ 18:15:28 Convex functions ready! (1.5s)", "✔ Pushed in 2.0 s."],
    // A variable has changed.
    [5_000, "- Preparing Convex functions...", "Pushing …"],
    [
      6_000,
      "\u001b[32m✔\u001b[39m 18:15:28 Convex functions ready! (1s)",
      "\u001b[32m✔\u001b[39m Pushed in 1.0 s.",
    ],
  ];
  for (const [at, line, shown] of lines) {
    time = at;
    expect([line, readable(line)]).toEqual([line, shown]);
  }
  expect(begun).toEqual([100, 2_000, 5_000]);
});

test("an error of the first push is printed", () => {
  const lines = ["▌ Developing", "✘ [ERROR] No such module"];
  expect(lines.map(readableLines())).toEqual([null, "✘ [ERROR] No such module"]);
});

test("what is ready is ticked; only a terminal shows what is waited for, and in colour", () => {
  const writtenTo = (screen: { isTTY: boolean }, env: NodeJS.ProcessEnv): string => {
    let text = "";
    const checklist = new Checklist({ ...screen, write: (more) => (text += more) }, env);
    checklist.waitFor("Services");
    checklist.tick("Deployment");
    checklist.tick("Deployment"); // a second attempt
    checklist.clear();
    return text;
  };
  expect(writtenTo({ isTTY: false }, {})).toBe("  ✔ Deployment\n");
  const clear = "\r\u001b[2K";
  expect(writtenTo({ isTTY: true }, { NO_COLOR: "1" })).toBe(
    `  … Services${clear}  ✔ Deployment\n  … Services${clear}`,
  );
  expect(writtenTo({ isTTY: true }, {})).toContain("\u001b[32m✔\u001b[39m Deployment");
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
  const deployment = await TestDeployment.start(join(folder, "deployment"));
  onTestFinished(() => deployment.stop());
  const project = new Project(folder, deployment);
  project.write({ "convex/throwing.ts": THROWING });
  await project.pushed();
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

test("a saved file is told at once, and the push when it is done", async () => {
  const folder = tempFolder();
  const deployment = await TestDeployment.start(join(folder, "deployment"));
  onTestFinished(() => deployment.stop());
  const project = new Project(folder, deployment);
  const save = (one: number) =>
    project.write({
      "convex/saved.ts": `
        import { queryGeneric } from "convex/server";
        export const one = queryGeneric({ handler: () => ${one} });
      `,
    });
  save(1);

  let end = (): void => undefined;
  const stop = new Promise<void>((resolve) => (end = resolve));
  const screen = new PassThrough();
  let text = "";
  screen.on("data", (data: Buffer) => (text += String(data)));
  const pushes: string[] = [];
  const watching = watch(
    { target: deployment, cwd: folder, stop, json: false },
    { screen, onPush: () => pushes.push(text) },
  );
  const one = makeFunctionReference<"query">("saved:one");
  const client = httpClient(deployment.url);
  await expect.poll(() => client.query(one).catch(() => null), WAIT).toBe(1);
  // The CLI begins to watch after its first push, which a save would make it repeat, and doesn't say so: save until it has
  // seen it.
  await expect
    .poll(() => {
      if (!text.includes("saved.ts")) save(Date.now());
      // The CLI may log the queries above, which found no function yet, as late as here.
      return text.replaceAll(/^.* \[CONVEX Q\(saved:one\)\] .*\n\n/gm, "");
    }, WAIT)
    .toMatch(/^Pushing .*convex\/saved\.ts …\n✔ Pushed in \d+\.\d s\.\n/m);
  expect(pushes.length).toBeGreaterThanOrEqual(1);
  end();
  await watching;
});
