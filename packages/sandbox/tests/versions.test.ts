import type { DaytonaEmulator } from "@quaver/emulators";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { SandboxClient, VersionChanges } from "../src/index.ts";
import { aClient, anInput, eventually, failureOf, run, sharedDaytona } from "./support.ts";

let daytona: DaytonaEmulator;
let end: () => Promise<void>;
let client: SandboxClient;
let id: string;
let made = 0;
beforeAll(async () => {
  ({ daytona, end } = await sharedDaytona());
  client = aClient(daytona, { timeoutMs: 60_000 });
});
beforeEach(async () => {
  ({ id } = await client.create(anInput({ name: `app-${(made += 1)}` })));
});
afterAll(() => end());

/** Runs a command in the app's folder. */
const inApp = (command: string) => run(daytona, id, `mkdir -p app && cd app && ${command}`);
const inHome = (command: string) => run(daytona, id, command);

async function commit(message = "Turn"): Promise<string> {
  return (await client.commitVersion(id, { message })).version;
}
async function restore(version: string): Promise<string> {
  const restored = await client.restoreVersion(id, { version, message: "Back" });
  if (restored.kind !== "restored") throw new Error("no such version");
  return restored.version;
}
async function changes(version: string) {
  const found = await client.readChanges(id, { version });
  if (found.kind !== "changes") throw new Error("no such version");
  return found;
}
const pathsOf = ({ files }: Extract<VersionChanges, { kind: "changes" }>) =>
  files.map(({ path }) => path).sort();

describe("a version", () => {
  test("is what has changed since the one before", async () => {
    await inApp(
      "printf 'one\\ntwo\\n' >a.txt && printf 'x\\0' >b.bin && mkdir sub && printf c >sub/c",
    );
    const first = await commit();
    expect(first).toMatch(/^[0-9a-f]{40}$/);
    expect(await changes(first)).toMatchObject({
      files: [
        { path: "a.txt", change: "added", added: 2, removed: 0 },
        { path: "b.bin", change: "added", added: null, removed: null },
        { path: "sub/c", change: "added", added: 1, removed: 0 },
      ],
      more: false,
    });
    await inApp("printf 'one\\nthree\\n' >a.txt && rm b.bin && mv sub/c moved");
    const second = await commit();
    const { files, diff } = await changes(second);
    expect(files).toEqual([
      { path: "a.txt", change: "changed", added: 1, removed: 1 },
      { path: "b.bin", change: "deleted", added: null, removed: null },
      { path: "moved", previousPath: "sub/c", change: "renamed", added: 0, removed: 0 },
    ]);
    expect(diff).toContain("-two\n+three\n");
  });

  test("is the last one when nothing has changed, and an empty app has one", async () => {
    const empty = await commit();
    expect(await changes(empty)).toEqual({ kind: "changes", files: [], diff: "", more: false });
    await inApp("printf a >a");
    const version = await commit("One");
    expect(await commit("Another")).toBe(version);
  });

  test("has no node_modules, no .git, no .env, nothing ignored, and no key", async () => {
    await inApp(
      "mkdir -p node_modules/x web/node_modules dist && printf x | tee node_modules/x/a web/node_modules/b dist/c " +
        ".env .env.local web/.env kept .env.example web/kept >/dev/null && printf 'dist/\\n' >.gitignore",
    );
    const kept = [".env.example", ".gitignore", "kept", "web/kept"];
    expect(pathsOf(await changes(await commit()))).toEqual(kept);
  });

  test("has the files of repositories that the agent has made, and of none of their commits", async () => {
    const setup = "git init -q . && git -c user.name=a -c user.email=a@b";
    await inApp(
      `${setup} commit -qm own --allow-empty && mkdir lib && cd lib && ${setup} commit -qm lib --allow-empty`,
    );
    await inApp("printf a >a && printf b >lib/b && git add a");
    expect(pathsOf(await changes(await commit()))).toEqual(["a", "lib/b"]);
    expect(await inApp("git status --short a && git log --format=%s")).toContain("own");
    await inApp("printf c >lib/b");
    expect(pathsOf(await changes(await commit()))).toEqual(["lib/b"]);
  });

  test("has files as they are, whatever attributes and settings say", async () => {
    await inApp(
      "printf '* text eol=crlf filter=spoil diff=spoil\\n' >.gitattributes && printf 'a\\nb\\n' >a",
    );
    await inHome(
      `git config --global core.hooksPath "$HOME/hooks" && git config --global filter.spoil.clean 'tr a z' && mkdir hooks && printf '#!/bin/sh\\ntouch "$HOME/hooked"\\n' >hooks/post-index-change && chmod +x hooks/*`,
    );
    const version = await commit();
    await inApp("printf z >a");
    await restore(version);
    expect(await inApp("od -c a | head -1")).toMatch(/a {2}\\n {3}b {2}\\n/);
    expect(await inHome("ls")).not.toContain("hooked");
  });

  test("has names with newlines, leading dashes and what git takes for patterns", async () => {
    await inApp(`node -e '
      for (const name of [" first", "two\\nlines", "-n", ":(exclude)a", "*.txt", "git~1"]) require("fs").writeFileSync(name, "x");'`);
    const version = await commit();
    const names = [" first", "*.txt", "-n", ":(exclude)a", "git~1", "two\nlines"];
    expect(pathsOf(await changes(version)).sort()).toEqual(names.sort());
    await inApp("rm -- * ' first'");
    await commit();
    await restore(version);
    expect(await inApp("ls -A | wc -l")).toBe("7\n"); // one has two lines
  });

  test.for(["mkfifo .gitignore", "truncate -s 3G .gitignore", "ln -s /dev/zero .gitignore"])(
    "is made although git must not read what the agent made by %s",
    async (command) => {
      await inApp(`${command} && mkdir -p src node_modules && touch a src/b node_modules/c`);
      expect(pathsOf(await changes(await commit()))).toEqual(
        expect.arrayContaining(["a", "src/b"]),
      );
    },
  );

  test("of an app that has become a file is empty, and the file is kept", async () => {
    await inApp("printf a >a");
    await commit();
    await inHome("rm -r app && printf precious >app");
    expect((await changes(await commit())).files).toMatchObject([{ path: "a", change: "deleted" }]);
    expect(await inHome("cat .quaver/replaced/*/app")).toBe("precious");
  });

  test("leaves out a file of more than 50 MiB, and one that is a pipe", async () => {
    await inApp("truncate -s 51M big && mkfifo pipe && printf a >a");
    expect(pathsOf(await changes(await commit()))).toEqual(["a"]);
  });

  test("survives an agent that puts a folder where a file was, and back", async () => {
    await inApp("printf a >thing");
    const first = await commit();
    await inApp("rm thing && mkdir thing && printf b >thing/b");
    const second = await commit();
    expect(pathsOf(await changes(second))).toEqual(["thing", "thing/b"]);
    await restore(first);
    expect(await inApp("cat thing")).toBe("a");
    await restore(second);
    expect(await inApp("cat thing/b")).toBe("b");
  });
});

describe("changes", () => {
  test("of a hundred megabytes are cut after a whole line", async () => {
    await inApp("yes 'a line of some length' | head -c 4M >long && truncate -s 100M zeros");
    const { files, diff, more } = await changes(await commit());
    expect(files).toEqual([{ path: "long", change: "added", added: 190651, removed: 0 }]);
    expect(more).toBe(true);
    expect(diff.length).toBeGreaterThan(500 * 1024);
    expect(diff.length).toBeLessThanOrEqual(512 * 1024);
    expect(diff.endsWith("length\n")).toBe(true);
  });

  test("of many files are the first 300", async () => {
    await inApp(
      `node -e 'for (let n = 0; n < 700; n += 1) require("fs").writeFileSync("f" + n, "x")'`,
    );
    const { files, more } = await changes(await commit());
    expect([files.length, more]).toEqual([300, true]);
    expect(files.every(({ added }) => added === 1)).toBe(true);
  });

  test("of a version that is not there are not found", async () => {
    const version = "0".repeat(40);
    expect(await client.readChanges(id, { version })).toEqual({ kind: "notFound" });
    await commit();
    expect(await client.readChanges(id, { version })).toEqual({ kind: "notFound" });
    expect(await client.restoreVersion(id, { version, message: "Back" })).toEqual({
      kind: "notFound",
    });
    expect(await failureOf(client.readChanges(id, { version: "HEAD" }))).toMatchObject({
      code: "INVALID",
    });
  });
});

describe("a restore", () => {
  test("brings the files back as a new version, and can be undone", async () => {
    await inApp("printf one >a && printf old >b");
    const first = await commit();
    await inApp("printf two >a && rm b && printf new >c");
    const second = await commit();
    const back = await restore(first);
    expect(await inApp("cat a b; ls")).toBe("oneolda\nb\n");
    expect([first, second]).not.toContain(back);
    expect(pathsOf(await changes(back))).toEqual(["a", "b", "c"]);
    await restore(second);
    expect(await inApp("cat a c; ls")).toBe("twonewa\nc\n");
  });

  test("loses nothing that no version had: it becomes one, or stays", async () => {
    await inApp("printf one >a");
    const first = await commit();
    await inApp(
      "printf unsaved >a && printf KEY=1 >.env && mkdir node_modules && printf m >node_modules/m",
    );
    const back = await restore(first);
    expect(await inApp("cat a .env node_modules/m")).toBe("oneKEY=1m");
    const [parent] = (await inHome(`git -C .quaver/versions.git rev-parse ${back}^`)).split("\n");
    await restore(parent!);
    expect(await inApp("cat a")).toBe("unsaved");
  });

  test("makes a version of a file that is ignored by now, before it becomes another", async () => {
    await inApp("printf one >data.json && mkdir dist && printf one >dist/a");
    const first = await commit();
    await inApp(
      "printf 'data.json\\ndist\\n' >.gitignore && printf two | tee data.json dist/a dist/b",
    );
    const second = await commit();
    const back = await restore(first);
    expect(await inApp("cat data.json dist/a dist/b")).toBe("oneonetwo");
    const [before] = (await inHome(`git -C .quaver/versions.git rev-parse ${back}^`)).split("\n");
    expect(before).not.toBe(second);
    await restore(before!);
    expect(await inApp("cat data.json dist/a")).toBe("twotwo");
  });

  test.for([
    [
      "a folder with ignored files",
      "mkdir -p thing/node_modules && printf x >thing/node_modules/x",
    ],
    ["a file of more than 50 MiB", "truncate -s 51M thing"],
    ["a pipe", "mkfifo thing"],
  ])("moves aside %s that stands in the way", async ([, command]) => {
    await inApp("printf one >thing");
    const first = await commit();
    await inApp(`rm thing && ${command}`);
    await restore(first);
    expect(await inApp("cat thing")).toBe("one");
    expect(await inHome("ls .quaver/replaced/*/app")).toBe("thing\n");
    await restore(first);
    expect(await inHome("ls .quaver/replaced | wc -l")).toBe("1\n");
  });

  test("follows no link out of the app's folder", async () => {
    await inApp("mkdir sub && printf inside >sub/a");
    const first = await commit();
    await inApp(
      "rm -r sub && mkdir ../elsewhere && printf outside >../elsewhere/a && ln -s ../elsewhere sub",
    );
    await commit();
    await restore(first);
    expect(await inApp("cat sub/a ../elsewhere/a")).toBe("insideoutside");
  });

  test("asked again is the same version", async () => {
    await inApp("printf one >a");
    const first = await commit();
    await inApp("printf two >a");
    await commit();
    expect(await restore(first)).toBe(await restore(first));
  });

  test("whose request comes late, or twice, changes nothing", async () => {
    const again = (order: number) =>
      client.restoreVersion(id, { version: first, message: "Back", order });
    await inApp("printf one >a.txt");
    const first = await commit();
    await inApp("printf two >a.txt");
    await commit();
    const restored = await again(3);
    expect(restored.kind).toBe("restored");
    await inApp("printf three >a.txt"); // as the agent of the turn after it does, before it has a version
    expect(await again(3)).toEqual(restored);
    expect(await inApp("cat a.txt")).toBe("three");

    await client.commitVersion(id, { message: "Turn 4", order: 4 });
    expect(await again(3)).toEqual({ kind: "superseded" });
    expect(await inApp("cat a.txt")).toBe("three");
    expect((await again(5)).kind).toBe("restored");
    expect(await inApp("cat a.txt")).toBe("one");
  });

  test("that was killed right before its end is over when it is asked for again", async () => {
    await inApp("printf one >a.txt");
    const first = await commit();
    await inApp("printf two >a.txt");
    await client.restoreVersion(id, { version: first, message: "Back", order: 2 });
    await inHome(`printf ${first} >.quaver/versions.git/quaver-restoring`);
    await client.restoreVersion(id, { version: first, message: "Back", order: 2 });
    await inApp("printf three >a.txt");
    await client.restoreVersion(id, { version: first, message: "Back", order: 4 });
    expect(await inHome("git --git-dir .quaver/versions.git show main~1:a.txt")).toBe("three");
  });

  test("that was cut off is continued", async () => {
    await inApp("printf one >a && printf one >b");
    const first = await commit();
    await inApp("printf two >a && printf two >b");
    const second = await commit();
    // As a kill leaves it: the marker, git's lock, and one of the two files.
    await inHome(
      `printf ${first} >.quaver/versions.git/quaver-restoring && touch .quaver/versions.git/index.lock`,
    );
    await inApp("printf one >a");
    const back = await restore(first);
    expect(await inApp("cat a b")).toBe("oneone");
    expect(await inHome(`git -C .quaver/versions.git rev-parse ${back}^`)).toBe(`${second}\n`);
  });
});

describe("the repository", () => {
  test("is used by one script at a time, and not held by one that was killed", async () => {
    await inApp("printf a >a");
    await commit();
    await inHome("printf 999999 >.quaver/versions.lock && touch .quaver/versions.git/index.lock");
    await inApp("printf b >a");
    const versions = await Promise.all([commit(), commit(), commit()]);
    expect(new Set(versions).size).toBe(1);
  });

  test("is made again when making it was cut off", async () => {
    await inHome("mkdir -p .quaver/versions.git && printf broken >.quaver/versions.git/config");
    await inApp("printf a >a");
    expect(pathsOf(await changes(await commit()))).toEqual(["a"]);
  });

  test.for([
    ["a broken index", "printf broken >index"],
    ["an empty index", ": >index"],
    ["a lost object", "rm -r objects/[0-9a-f][0-9a-f]"],
  ])("with %s takes the next version from the files", async ([, command]) => {
    await inApp("printf a >a");
    await commit();
    const isLost = command!.startsWith("rm");
    if (isLost) await inHome("rm .quaver/versions.git/refs/heads/main");
    await inHome(`cd .quaver/versions.git && ${command!}`);
    await inApp("printf b >b");
    expect(pathsOf(await changes(await commit()))).toEqual(isLost ? ["a", "b"] : ["b"]);
  });

  test("keeps each large file for itself, and nothing of what was cut off", async () => {
    await inApp("for n in 1 2 3; do head -c 6M /dev/urandom >big$n; done");
    const objects = ".quaver/versions.git/objects";
    await inHome(`mkdir -p ${objects}/pack`);
    await commit();
    await inHome(
      `touch ${objects}/pack/tmp_pack_cut ${objects}/$(ls ${objects} | head -1)/tmp_obj_cut`,
    );
    await commit();
    expect(await inHome(`ls ${objects}/pack; find ${objects} -name 'tmp_*'`)).toBe("");
    const large = await inHome(`find ${objects} -type f -size +5M | wc -l`);
    expect(Number(large)).toBe(3);
  });

  test("with a lost tree does not take its changes for none", async () => {
    await inApp("printf a >a");
    const version = await commit();
    await inHome(
      `cd .quaver/versions.git && tree=$(git rev-parse ${version}^{tree}) && rm -f objects/$(echo $tree | cut -c1-2)/*`,
    );
    const failure = await failureOf(client.readChanges(id, { version }));
    expect(failure.code).toBe("UNEXPECTED_RESPONSE");
  });

  test("on a full disk says so, and is whole", async (context) => {
    await inApp("printf a >a");
    const version = await commit();
    // A file system of one megabyte, which only root may mount.
    await inApp("head -c 3M /dev/urandom >big");
    await inHome(
      `mv .quaver/versions.git/objects .quaver/objects && mkdir .quaver/versions.git/objects && mount -t tmpfs -o size=1m tmpfs .quaver/versions.git/objects && cp -r .quaver/objects/. .quaver/versions.git/objects/`,
    );
    const isMounted = (await inHome("mount")).includes("versions.git/objects");
    context.skip(!isMounted, "no file system can be mounted here");
    try {
      expect(await failureOf(commit())).toMatchObject({ code: "DISK_FULL", retryable: false });
      await inApp("rm big");
      expect(await commit()).toBe(version);
    } finally {
      await inHome("umount .quaver/versions.git/objects");
    }
  });
});

test("a version is made while the agent's files keep changing", async () => {
  await inApp("printf a >a");
  await inHome("(while [ -e app ]; do printf $RANDOM >app/b; rm -f app/b; done) >/dev/null 2>&1 &");
  const version = await eventually(() => commit());
  expect(version).toMatch(/^[0-9a-f]{40}$/);
});
