/** A start of `bun run dev` pushes what the deployment does not have yet. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { pushUnlessThere } from "../../scripts/dev/convex/push-unless-there.ts";
import { tempFolder } from "../support/temp.ts";

let root: string;
let dataDir: string;
/** When the deployment was pushed to. */
let pushedAt: number;
let pushes: number;

/** Starts, and says whether it pushed. */
async function hasPushed(push = () => Promise.resolve(true)): Promise<boolean> {
  const before = pushes;
  const counted = async () => {
    pushes += 1;
    pushedAt += 1;
    return await push();
  };
  const pushed = await pushUnlessThere(dataDir, () => Promise.resolve(pushedAt), counted, root);
  expect(pushed === "before").toBe(pushes === before);
  return pushes > before;
}

function write(path: string, text: string): void {
  writeFileSync(join(root, path), text);
}

beforeEach(async () => {
  [root, dataDir] = [tempFolder(), tempFolder()];
  [pushedAt, pushes] = [0, 0];
  mkdirSync(join(root, "convex", "auth"), { recursive: true });
  write("convex/auth/users.ts", "export const users = 1;");
  write("bun.lock", "convex 1.48.0");
});

test("the first pushes, and the next one has nothing to do", async () => {
  expect(await hasPushed()).toBe(true);
  expect(await hasPushed()).toBe(false);
  expect(await hasPushed()).toBe(false);
});

test.each<[string, () => void]>([
  ["changed", () => write("convex/auth/users.ts", "export const users = 2;")],
  ["new", () => write("convex/auth/more.ts", "")],
  ["removed", () => rmSync(join(root, "convex/auth/users.ts"))],
  ["of another version", () => write("bun.lock", "convex 1.49.0")],
])("after something is %s, it is pushed", async (_, change) => {
  await hasPushed();
  change();
  expect(await hasPushed()).toBe(true);
  expect(await hasPushed()).toBe(false);
});

test("after somebody else has pushed, or the data is new, it is pushed", async () => {
  await hasPushed();
  pushedAt += 1;
  expect(await hasPushed()).toBe(true);
  pushedAt = 0;
  expect(await hasPushed()).toBe(true);
});

test("a push that was stopped, or during which something was edited, is not counted", async () => {
  expect(await hasPushed(() => Promise.resolve(false))).toBe(true);
  const edit = async () => {
    write("convex/auth/users.ts", "edited");
    return true;
  };
  expect(await hasPushed(edit)).toBe(true);
  expect(await hasPushed()).toBe(true);
  expect(await hasPushed()).toBe(false);
});

test.each(["", "{", "[]", '{"sources":1}'])("a damaged memory (%j) is none", async (text) => {
  await hasPushed();
  writeFileSync(join(dataDir, "pushed.json"), text);
  expect(await hasPushed()).toBe(true);
});
