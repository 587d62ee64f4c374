/** The client that docs/client/README.md shows, as it would be in another repository: built, and run in a browser. */
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { expect, test } from "vitest";
import { ROOT } from "../../scripts/lib/convex-cli.ts";
import { tempFolder } from "../support/temp.ts";
import { describeInBrowser, useFixture } from "./support/fixture.ts";
import type { App } from "./support/app.ts";

/** Builds the client for this deployment. @returns its script */
async function buildClient({ url, clerkUrl }: App, email: string): Promise<string> {
  const folder = tempFolder();
  cpSync(join(ROOT, "docs", "client"), folder, { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
  const main = join(folder, "main.tsx");
  const text = readFileSync(main, "utf8")
    .replace("http://127.0.0.1:3210", url)
    .replace("http://127.0.0.1:3212", clerkUrl)
    .replace("grace@example.com", email);
  writeFileSync(main, text);
  await build({
    ...{ root: folder, configFile: false, logLevel: "error", publicDir: false },
    resolve: { preserveSymlinks: true },
    build: {
      ...{ target: "esnext", minify: false },
      rolldownOptions: { input: main, output: { entryFileNames: "client.js" } },
    },
  });
  return readFileSync(join(folder, "dist", "client.js"), "utf8");
}

describeInBrowser("a client in another repository", () => {
  const app = useFixture();

  test("signs in, makes a project, and shows the answer while it is written", async () => {
    const script = await buildClient(app.dev, "client@example.com");
    await app.slowAgent();
    const { page } = await app.open();
    // In the example's page, whose origin the emulators answer.
    await page.setContent(`<!doctype html><script type="module">${script}</script>`);
    await page.getByRole("button", { name: "New project" }).click();
    const project = page.getByRole("region", { name: "A poll" });
    await project.locator("pre[aria-busy]").filter({ hasText: /\w/ }).waitFor();
    await project.getByRole("heading", { name: "A poll: ready" }).waitFor();
    await project.getByRole("button", { name: "In orange" }).click();
    await project.getByRole("heading", { name: "A poll: ready" }).waitFor({ state: "hidden" });
    await project.getByRole("heading", { name: "A poll: ready" }).waitFor();
    await expect.poll(() => project.locator("pre:not([aria-busy])").count()).toBe(3);
    expect(await project.locator("pre").allTextContents()).toContain("Now in orange.");
  });
});
