/** What holds of the looks of every page. */
import { AxeBuilder } from "@axe-core/playwright";
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

/** What axe finds serious or worse. */
export async function axeFinds(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .options({ resultTypes: ["violations"] })
    .analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => {
      return `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary ?? ""}`).join("\n")}`;
    });
}
