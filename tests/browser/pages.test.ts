/**
 * Every page, light and dark, on a phone and on a desk: axe finds nothing serious, nothing is cut off at the side,
 * and a screenshot of each is left in `.quaver/screenshots/` to be looked at.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { ROOT } from "../../scripts/lib/convex-cli.ts";
import { describeInBrowser, useFixture } from "./support/fixture.ts";
import { axeFinds, fits } from "./support/looks.ts";
import type { Visitor } from "./support/visitor.ts";

const FOLDER = join(ROOT, ".quaver/screenshots");

/** Each layout and each set of colours once. With SCREENSHOTS=all a screenshot is taken of every pair. */
const WINDOWS = [
  { width: 390, height: 844, colours: "light" },
  { width: 1280, height: 800, colours: "dark" },
] as const;
const ALL_PAIRS = process.env.SCREENSHOTS === "all";

/** The narrowest window in which nothing may be cut off: a small phone, or a desk at 400 %. */
const NARROW = { width: 320, height: 640 };

const SCHEMES = ["light", "dark"] as const;

/** Waits until the page has been painted with its latest styles. */
function repainted(page: Page): Promise<void> {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 50)));
      }),
  );
}

async function lettersOf(page: Page, size: string): Promise<void> {
  await page.evaluate((size) => (document.documentElement.style.fontSize = size), size);
  await repainted(page); // where motion is reduced, a change takes a frame
}

describeInBrowser("every page", () => {
  const fixture = useFixture();

  /** Looks at the page as it is, in both widths and both schemes. */
  async function look(visitor: Visitor, name: string): Promise<void> {
    const { page } = visitor;
    mkdirSync(FOLDER, { recursive: true });
    await page.setViewportSize(NARROW);
    await fits(page, `${name} at ${NARROW.width}`);
    await page.setViewportSize({ ...NARROW, width: 2 * NARROW.width });
    await lettersOf(page, "200%");
    await fits(page, `${name} in letters twice as large`);
    await lettersOf(page, "");
    for (const size of WINDOWS) {
      await page.setViewportSize(size);
      for (const colorScheme of ALL_PAIRS ? SCHEMES : [size.colours]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await repainted(page);
        const path = join(FOLDER, `${name}-${size.width}-${colorScheme}.png`);
        await page.screenshot({ path });
        await fits(page, `${name} at ${size.width}`);
        if (colorScheme !== size.colours) continue;
        expect(await axeFinds(page), `${name} at ${size.width}, ${colorScheme}`).toEqual([]);
      }
    }
  }

  test("before signing in", async () => {
    const visitor = await fixture.open();
    await visitor.page.getByRole("button", { name: /^Ada Lovelace/ }).waitFor();
    await look(visitor, "sign-in");
  });

  test("an empty list, one with projects in every state, and what asks before it deletes", async () => {
    const ada = await fixture.open();
    await ada.signUp("Lili", "lili@example.com");
    await look(ada, "projects-empty");
    await ada.build("Make a page for my choir, with the dates of our concerts. In teal.");
    await ada.seesStatus("Ready");
    await ada.goTo("Projects");
    await ada.build("Make a shop for secondhand metronomes, in orange.");
    await ada.seesStatus("Ready");
    await ada.press("Stop");
    await ada.seesStatus("Stopped");
    await ada.press("Archive");
    await ada.seesStatus("Archived");
    await ada.goTo("Projects");
    await ada.build("Write a quiz on intervals, for ear training.");
    await ada.seesStatus("Ready");
    await ada.press("Stop");
    await ada.seesStatus("Stopped");
    await ada.goTo("Projects");
    const noSandboxes = { method: "POST", pattern: "^/(api/)?sandbox$", kind: { status: 400 } };
    await fixture.breakService("daytona", noSandboxes);
    await ada.ask("Build an archive of lost scores.");
    await ada.sees("Failed");
    await fixture.mend("daytona");
    await look(ada, "projects-failed");
    await fixture.slowAgent();
    await ada.ask("Draw a tuner that listens to the microphone, in pink.");
    await ada.sees("I'm making");
    await ada.goTo("Projects");
    await ada.sees("Working");
    await look(ada, "projects");
    await ada.page
      .getByRole("button", { name: /^Delete / })
      .last()
      .click();
    await ada.dialog.waitFor();
    await look(ada, "delete-project");
  });

  test("a project: while it is built, when it is there, stopped, and failed", async () => {
    const ada = await fixture.open();
    await ada.signUp("Nadia", "nadia@example.com");
    await fixture.slowAgent();
    await ada.build("Make a page for my choir, with the dates of our concerts. In teal.");
    await ada.sees("I'm making");
    await look(ada, "project-working");
    await ada.seesStatus("Ready");
    await ada.say("Add a page for the sheet music.");
    await ada.preview.locator("li", { hasText: "sheet music" }).waitFor();
    await ada.seesStatus("Ready");
    await ada.messages
      .getByText(/^Thought for/)
      .last()
      .click();
    await look(ada, "project");
    await ada.page.setViewportSize(WINDOWS[0]);
    await ada.page.getByRole("tab", { name: "Preview" }).click();
    await look(ada, "project-preview");
    await ada.press("Stop");
    await ada.seesStatus("Stopped");
    await look(ada, "project-stopped");
    await fixture.breakService("daytona", { pattern: "/start$", kind: { status: 500 } });
    await ada.press("Start");
    await ada.page.getByRole("alert").waitFor();
    await look(ada, "project-problem");
    await ada.page.goto(`${ada.home}/projects/nothing`);
    await ada.sees("There is no such project");
    await look(ada, "missing");
  });

  test("a project's turns: one that runs while others wait, stopped, and failed", async () => {
    const ada = await fixture.open();
    await ada.signUp("Fanny", "fanny@example.com");
    await fixture.slowAgent();
    await ada.build("Make a page for my choir, with the dates of our concerts. In teal.");
    await ada.seesStatus("Ready");
    await fixture.useAgent(
      'echo "::reasoning:: There is a page already."; echo "I am adding the form:"; echo "- a name, and an address …"; sleep 600',
    );
    await ada.say("Add a page for the sheet music.");
    await ada.sees("I am adding the form:");
    await ada.say(
      "And one to cancel, with a word about why: we can't plan without knowing who comes.",
    );
    await ada.say("In violet.");
    await ada.page.getByRole("textbox", { name: "What to do next" }).fill("And larger letters.");
    await ada.messages.getByRole("button", { name: "Withdraw" }).last().waitFor();
    await look(ada, "turn-queued");
    await ada.messages.getByRole("button", { name: "Withdraw" }).last().click();
    await ada.seesNoMore("In violet.");
    await fixture.useAgent(
      'echo "I am looking at what there is."; echo "Error: 401 the model refused the key (request 8f3a)" >&2; exit 3',
    );
    await ada.press("Stop");
    await ada.sees("The agent ended with an error (exit code 3).");
    await ada.messages.getByText("What the agent wrote to its log last").click();
    await look(ada, "turn-failed");
  });

  test("the account: free, paid, and about to be deleted", async () => {
    const ada = await fixture.open();
    await ada.signUp("Amy", "amy@example.com");
    await ada.goTo("Account");
    await ada.sees("For trying things out.");
    await look(ada, "account-free");
    await ada.press("Upgrade to Pro");
    await ada.press("Subscribe");
    await ada.sees(/^Renews on /);
    await ada.sees("Received");
    await ada.sees(/^EMULATOR-/);
    await look(ada, "account");
    await ada.press("Delete account …");
    await ada.dialog.waitFor();
    await look(ada, "delete-account");
  });

  test("a user whose name is one long word", async () => {
    const long = await fixture.open();
    await long.signUp("Llanfairpwllgwyngyll".repeat(4), "long@example.com");
    await long.goTo("Account");
    await long.sees("For trying things out.");
    await look(long, "account-long-name");
    await long.press("Sign out");
    await long.sees("long@example.com");
    await look(long, "sign-in-long-name");
  });
});
