/** Looking at what the agent made: folders, files, changes, and a download. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { api } from "../../../convex/_generated/api.js";
import { refusal } from "../../contract/backend.ts";
import { DOWN, FakeSandboxError } from "../support/fakeDaytona.ts";
import { daytona, NOON } from "../support/setup.ts";
import { storeStatus, storeTurn } from "../support/builders.ts";
import { aGeneratingProject, aReadyProject } from "../support/turnSteps.ts";

const { listFiles, readFile, changes, download } = api.turns.actions;

beforeEach(() => {
  vi.stubEnv("AGENT_COMMAND", "quaver-agent --once");
  vi.spyOn(console, "error").mockReturnValue();
});

/** A project whose app has a few files. */
async function anApp() {
  const made = await aReadyProject();
  const app = daytona.app(made.sandboxId);
  app.files.set("index.html", "<h1>Blocks</h1>");
  app.files.set("src/a b;$(rm).ts", "export {};");
  const calls = () => daytona.calls.slice(before);
  const before = daytona.calls.length;
  return { ...made, app, calls };
}

describe("a folder", () => {
  test("is listed, one at a time", async () => {
    const { ada, projectId } = await anApp();
    expect(await ada.action(listFiles, { projectId, path: "" })).toEqual({
      entries: [
        { name: "index.html", kind: "file", size: 15 },
        { name: "src", kind: "folder", size: 0 },
      ],
      more: false,
    });
    expect(await ada.action(listFiles, { projectId, path: "src" })).toMatchObject({
      entries: [{ name: "a b;$(rm).ts" }],
    });
  });

  test("is listed while the agent works", async () => {
    const { ada, projectId } = await aGeneratingProject();
    expect(await ada.action(listFiles, { projectId, path: "" })).toEqual({
      ...{ entries: [], more: false },
    });
  });

  test("that is none is refused: a file by its path, and what is not there", async () => {
    const { ada, projectId } = await anApp();
    expect(await refusal(ada.action(listFiles, { projectId, path: "index.html" }))).toMatchObject({
      ...{ code: "INVALID_ARGUMENT", field: "path" },
    });
    expect(await refusal(ada.action(listFiles, { projectId, path: "gone" }))).toMatchObject({
      code: "FILE_NOT_FOUND",
    });
  });
});

describe("a file", () => {
  test("is read, by whatever name it has", async () => {
    const { ada, projectId } = await anApp();
    const path = "src/a b;$(rm).ts";
    expect(await ada.action(readFile, { projectId, path })).toEqual({
      ...{ kind: "text", text: "export {};", size: 10 },
    });
  });

  test("of a mebibyte arrives whole", async () => {
    const { ada, projectId, app } = await anApp();
    app.files.set("long.txt", "x".repeat(1024 * 1024));
    expect(await ada.action(readFile, { projectId, path: "long.txt" })).toMatchObject({
      size: 1024 * 1024,
    });
  });

  test.for([
    { kind: "binary", size: 3 },
    { kind: "tooLarge", size: 2_000_000_000 },
    { kind: "folder" },
    { kind: "other" },
  ] as const)("that can't be shown says what it is: %o", async (content) => {
    const { ada, projectId, app } = await anApp();
    vi.spyOn(app, "read").mockReturnValue(content);
    expect(await ada.action(readFile, { projectId, path: "it" })).toEqual(content);
  });

  test("that is not there is refused", async () => {
    const { ada, projectId } = await anApp();
    expect(await refusal(ada.action(readFile, { projectId, path: "gone" }))).toMatchObject({
      code: "FILE_NOT_FOUND",
    });
  });
});

describe("a path that could lead out of the app's folder is refused before Daytona is asked", () => {
  const paths = ["..", "../x", "a/../../x", "/etc/passwd", "./a", "a//b", "a/", "a\\b", "a\0b"];
  test.for([...paths, "\ud800", "é".repeat(513)])("%j", async (path) => {
    const { ada, projectId, calls } = await anApp();
    const refused = { code: "INVALID_ARGUMENT", field: "path" };
    expect(await refusal(ada.action(listFiles, { projectId, path }))).toMatchObject(refused);
    expect(await refusal(ada.action(readFile, { projectId, path }))).toMatchObject(refused);
    expect(calls()).toEqual([]);
  });
});

describe("a turn's changes", () => {
  test("are its files and a diff", async () => {
    const { t, ada, projectId, app } = await anApp();
    const version = app.commit("By hand");
    const turnId = await storeTurn(t, projectId, { status: "done", number: 9, version });
    expect(await ada.action(changes, { turnId })).toMatchObject({
      files: [{ path: "index.html", change: "added", added: 1, removed: 0 }, { change: "added" }],
      diff: expect.stringContaining("+index.html\n") as unknown,
      more: false,
    });
  });

  test("of a renamed file have both names", async () => {
    const { t, ada, projectId, app } = await anApp();
    const version = app.commit("By hand");
    const turnId = await storeTurn(t, projectId, { status: "done", number: 9, version });
    const counts = { change: "renamed", added: null, removed: null } as const;
    const renamed = { path: "b.png", previousPath: "a.png", ...counts };
    const files = [renamed, { ...renamed, previousPath: undefined }];
    vi.spyOn(app, "changes").mockReturnValue({ kind: "changes", files, diff: "", more: true });
    expect((await ada.action(changes, { turnId })).files).toEqual([
      renamed,
      { path: "b.png", ...counts },
    ]);
  });
});

describe("a download", () => {
  test("is a link that ends", async () => {
    const { ada, projectId } = await anApp();
    const { url, expiresAt, size } = await ada.action(download, { projectId });
    expect(url).toMatch(/^https:\/\/4000-.*app\.tar\.gz$/);
    expect(expiresAt).toBe(Date.now() + 10 * 60_000);
    expect(size).toBe(1000);
    expect(expiresAt).toBeGreaterThan(NOON);
  });

  test("of more than 200 MB is refused, and so is one of nothing", async () => {
    const { ada, projectId, app } = await anApp();
    app.size = 200_000_001;
    expect(await refusal(ada.action(download, { projectId }))).toMatchObject({
      ...{ code: "TOO_LARGE", limit: 200_000_000 },
    });
    app.files.clear();
    expect(await refusal(ada.action(download, { projectId }))).toMatchObject({
      code: "FILE_NOT_FOUND",
    });
  });
});

describe("a project whose sandbox does not run", () => {
  test.for(["creating", "stopped", "archived", "failed"] as const)(
    "as it is %s: the refusal says what to do",
    async (status) => {
      const { t, ada, projectId, app, calls } = await anApp();
      const version = app.commit("By hand");
      const turnId = await storeTurn(t, projectId, { status: "done", number: 9, version });
      await storeStatus(t, projectId, status);
      const looks = [
        ada.action(listFiles, { projectId, path: "" }),
        ada.action(readFile, { projectId, path: "index.html" }),
        ada.action(changes, { turnId }),
        ada.action(download, { projectId }),
      ];
      for (const look of looks) {
        const data = await refusal(look);
        expect(data).toMatchObject({ code: "INVALID_TRANSITION", from: status, to: "ready" });
        expect(data.message).toMatch(/first\.$|in a moment\.$/);
      }
      expect(calls()).toEqual([]);
    },
  );

  test("as Daytona has stopped it a moment ago says so", async () => {
    const { ada, projectId, sandboxId } = await anApp();
    daytona.drift(sandboxId, "stopped");
    expect(await refusal(ada.action(listFiles, { projectId, path: "" }))).toEqual({
      code: "SANDBOX_UNAVAILABLE",
      message: "The sandbox is not running at the moment.",
      retryable: true,
    });
  });
});

test.for([
  ["is away", DOWN, true],
  ["has no git or Node in its image", new FakeSandboxError("TOOL_MISSING", false), false],
] as const)("when the sandbox %s, each call says so", async ([, error, retryable]) => {
  const { t, ada, projectId, app } = await anApp();
  const version = app.commit("By hand");
  const turnId = await storeTurn(t, projectId, { status: "done", number: 9, version });
  for (const call of ["listFiles", "readFile", "readChanges", "createDownload"] as const)
    daytona.fail(call, error);
  const looks = [
    ada.action(listFiles, { projectId, path: "" }),
    ada.action(readFile, { projectId, path: "index.html" }),
    ada.action(changes, { turnId }),
    ada.action(download, { projectId }),
  ];
  for (const look of looks)
    expect(await refusal(look)).toMatchObject({ code: "SANDBOX_UNAVAILABLE", retryable });
  expect(daytona.faultsLeft).toBe(0);
});
