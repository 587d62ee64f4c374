/** The screen that `bun run dev` prints. */
import { expect, test } from "vitest";
import { screen, type ReadyMessage } from "../../scripts/dev/ready-message.ts";
import { readableLines } from "../../scripts/dev/convex/cli-output.ts";

function anAnnouncement(services: Partial<ReadyMessage["services"]> = {}): ReadyMessage {
  return {
    json: false,
    freePorts: false,
    example: true,
    built: false,
    watch: true,
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
  const isShown = readableLines();
  const lines = [
    "\u001b[33m▌\u001b[39m Developing against deployment:",
    "▌ └─ http://127.0.0.1:3210",
    "- Preparing Convex functions...",
    "",
    "✔ 18:13:28 Convex functions ready! (21.92s)",
    "18:14:00 [CONVEX M(messages/mutations:insert)] [LOG] 'hello'",
    "Typechecking took 15.44s. For faster iteration, see https://docs.convex.dev to troubleshoot.",
    "- Preparing to watch files...",
    "",
    "- Preparing Convex functions...",
    "✘ [ERROR] Expected identifier",
    "✔ 18:15:28 Convex functions ready! (1.92s)",
  ];
  expect(lines.filter(isShown)).toEqual([
    "18:14:00 [CONVEX M(messages/mutations:insert)] [LOG] 'hello'",
    "",
    "✘ [ERROR] Expected identifier",
    "✔ 18:15:28 Convex functions ready! (1.92s)",
  ]);
});

test("an error of the first push is printed", () => {
  expect(["▌ Developing", "✘ [ERROR] No such module"].filter(readableLines())).toHaveLength(1);
});
