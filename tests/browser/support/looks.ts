/** What holds of the looks of every page. */
import axe from "axe-core";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { ROOT } from "../../../scripts/lib/convex-cli.ts";

/** Whether pictures are taken, for people to look at. */
export const TAKES_PICTURES = process.env.SCREENSHOTS === "all";
const FOLDER = join(ROOT, ".quaver/screenshots");

/** Leaves a picture of what is seen in `.quaver/screenshots/`. */
export async function takePicture(page: Page, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}

/** Nothing is cut off at the side. */
export async function fits(page: Page, what: string): Promise<void> {
  const wider = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(wider, `${what}: pixels cut off at the side`).toBeLessThanOrEqual(0);
}

/** What axe finds serious or worse in the page itself; a frame in it is somebody else's page. */
export async function axeFinds(page: Page): Promise<string[]> {
  await page.evaluate(`window.axe ?? (() => { ${axe.source} })()`);
  const violations = await page.evaluate(async () => {
    const withAxe = window as unknown as { axe: typeof axe }; // by the line above
    return (await withAxe.axe.run({ iframes: false, resultTypes: ["violations"] })).violations;
  });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => {
      return `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ""}`).join("\n")}`;
    });
}
