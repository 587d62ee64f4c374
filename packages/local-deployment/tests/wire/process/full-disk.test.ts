import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { expect, onTestFinished, test } from "vitest";
import { aFolder, aPushedDeployment } from "../support/deployment.ts";

const FUNCTIONS = {
  "convex/f.ts": `
    import { mutationGeneric as mutation, queryGeneric as query } from "convex/server";
    export const add = mutation({ handler: async (ctx, { n, size }) => {
      await ctx.db.insert("notes", { n, half: 1, text: "x".repeat(size) });
      await ctx.db.insert("notes", { n, half: 2, text: "x".repeat(size) });
      return n;
    } });
    export const addStubbornly = mutation({ handler: async (ctx, { n, size }) => {
      for (let i = 0; i < 20; i++) {
        try { await ctx.db.insert("notes", { n, half: 1, text: "x".repeat(size) }); } catch {}
      }
      return n;
    } });
    export const list = query({ handler: async (ctx) => (await ctx.db.query("notes").collect()).map((d) => d.n) });
  `,
};

/** A file system of its own, of a few megabytes; null where this process may not mount one. */
function aSmallDisk(): string | null {
  const folder = aFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return null;
  }
  onTestFinished(() => void execFileSync("umount", ["-l", folder]));
  return folder;
}

test("on a full disk mutations fail as StorageFull, acknowledged ones are kept, and writes work again once there is room", async ({
  skip,
}) => {
  const disk = aSmallDisk();
  if (disk === null) return skip("this process may not mount a file system");
  const deployment = await aPushedDeployment(FUNCTIONS, join(disk, "data"));
  const client = new ConvexHttpClient(deployment.url, { logger: false });
  const ballast = join(disk, "ballast");
  writeFileSync(ballast, Buffer.alloc(4_000_000));
  const acknowledged: number[] = [];
  let refusal = "";
  for (let n = 0; n < 200 && refusal === ""; n++) {
    await client.mutation(anyApi.f!.add!, { n, size: 200_000 }).then(
      () => acknowledged.push(n),
      (error: unknown) => (refusal = String(error)),
    );
  }
  expect(refusal).toContain("StorageFull: the disk is full");
  const whole = () => acknowledged.flatMap((n) => [n, n]);
  expect(await client.query(anyApi.f!.list!, {})).toEqual(whole());
  // A mutation that catches the failures writes nothing either.
  const stubborn = client.mutation(anyApi.f!.addStubbornly!, { n: -1, size: 200_000 });
  await expect(stubborn).rejects.toThrow(/Storage(Full|Unavailable)/);
  expect(await client.query(anyApi.f!.list!, {})).toEqual(whole());
  rmSync(ballast);
  acknowledged.push((await client.mutation(anyApi.f!.add!, { n: 1_000, size: 100 })) as number);
  await deployment.kill();
  await deployment.restart();
  expect(await client.query(anyApi.f!.list!, {})).toEqual(whole());
});
