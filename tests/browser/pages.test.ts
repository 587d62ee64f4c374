/**
 * Every page, light and dark, on a phone and on a desk: axe finds nothing serious, and nothing is cut off at the side.
 * With SCREENSHOTS=all, pictures of each are left in `.quaver/screenshots/` to be looked at.
 */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { text } from "../../example/src/text.ts";
import { describeInBrowser, useFixture } from "./support/fixture.ts";
import { axeFinds, fits, takePicture, TAKES_PICTURES } from "./support/looks.ts";
import { withAnyValues } from "./support/sentences.ts";
import type { Visitor } from "./support/visitor.ts";

/** Each layout and each set of colours once. */
const WINDOWS = [
  { width: 390, height: 844, colours: "light" },
  { width: 1280, height: 800, colours: "dark" },
] as const;

/** The windows of the pictures, each in both sets of colours. */
const PICTURES = [
  { width: 390, height: 844 },
  { width: 768, height: 1024 },
  { width: 1280, height: 800 },
  { width: 1600, height: 1000 },
];

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

async function show(
  page: Page,
  size: { width: number; height: number },
  colorScheme: (typeof SCHEMES)[number],
): Promise<void> {
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await repainted(page);
}

async function lettersOf(page: Page, size: string): Promise<void> {
  await page.evaluate((size) => (document.documentElement.style.fontSize = size), size);
  await repainted(page);
}

describeInBrowser("every page", () => {
  const fixture = useFixture();

  /** Looks at the page as it is, in both widths and both schemes. */
  async function look(visitor: Visitor, name: string): Promise<void> {
    const { page } = visitor;
    await page.setViewportSize(NARROW);
    await fits(page, `${name} at ${NARROW.width}`);
    await page.setViewportSize({ ...NARROW, width: 2 * NARROW.width });
    await lettersOf(page, "200%");
    await fits(page, `${name} in letters twice as large`);
    await lettersOf(page, "");
    for (const { colours, ...size } of WINDOWS) {
      await show(page, size, colours);
      await fits(page, `${name} at ${size.width}`);
      expect(await axeFinds(page), `${name} at ${size.width}, ${colours}`).toEqual([]);
    }
    if (TAKES_PICTURES) await takePictures(page, name);
  }

  async function takePictures(page: Page, name: string): Promise<void> {
    for (const size of PICTURES) {
      for (const colours of SCHEMES) {
        await show(page, size, colours);
        await takePicture(page, `${name}-${size.width}-${colours}`);
      }
    }
  }

  test("before signing in", async () => {
    const visitor = await fixture.open();
    await visitor.page.getByRole("button", { name: /^Ada Lovelace/ }).waitFor();
    await look(visitor, "sign-in");
  });

  test("an empty list, one with projects in every state, and what is done with one", async () => {
    const ada = await fixture.open();
    await ada.signUp("Lili", "lili@example.com");
    await look(ada, "projects-empty");
    await ada.build("Make a page for my choir, with the dates of our concerts. In teal.");
    await ada.seesStatus("ready");
    await ada.goTo("projects");
    await ada.build("Make a shop for secondhand metronomes, in orange.");
    await ada.seesStatus("ready");
    await ada.pause();
    await ada.seesStatus("stopped");
    await ada.archive();
    await ada.seesStatus("archived");
    await ada.goTo("projects");
    await ada.build("Write a quiz on intervals, for ear training.");
    await ada.seesStatus("ready");
    await ada.pause();
    await ada.seesStatus("stopped");
    await ada.goTo("projects");
    const noSandboxes = { method: "POST", pattern: "^/(api/)?sandbox$", kind: { status: 400 } };
    await fixture.breakService("daytona", noSandboxes);
    await ada.ask("Build an archive of lost scores.");
    await ada.sees(text.project.status.failed);
    await fixture.mend("daytona");
    await look(ada, "projects-failed");
    await fixture.slowAgent();
    await ada.ask("Draw a tuner that listens to the microphone, in pink.");
    await ada.sees("I'm making");
    await ada.goTo("projects");
    await ada.sees(text.project.status.generating);
    await look(ada, "projects");
    const menus = ada.page.getByRole("button", { name: withAnyValues(text.projects.actionsFor) });
    await menus.last().click();
    await look(ada, "project-menu");
    await ada.page.keyboard.press("Escape"); // another size of the window has closed it, or not
    await menus.last().click();
    await ada.page.getByRole("menuitem", { name: text.common.delete }).click();
    await ada.sees(withAnyValues(text.projects.deleted));
    await look(ada, "project-deleted");
  });

  test("a project: while it is built, when it is there, stopped, and failed", async () => {
    const ada = await fixture.open();
    await ada.signUp("Nadia", "nadia@example.com");
    await fixture.slowAgent();
    await ada.build("Make a page for my choir, with the dates of our concerts. In teal.");
    await ada.sees("I'm making");
    await look(ada, "project-working");
    await ada.seesStatus("ready");
    await ada.say("Add a page for the sheet music.");
    await ada.preview.locator("li", { hasText: "sheet music" }).waitFor();
    await ada.seesStatus("ready");
    await ada.messages.getByText(withAnyValues(text.conversation.thoughtFor)).last().click();
    await look(ada, "project");
    await ada.page.setViewportSize(WINDOWS[0]);
    await ada.tab("preview");
    await look(ada, "project-preview");
    await ada.tab("files");
    await look(ada, "project-files");
    await ada.page.getByRole("button", { name: /^index\.html/ }).click();
    await ada.sees(/<!doctype html>/i);
    await look(ada, "project-file");
    await ada.page.setViewportSize(WINDOWS[0]);
    await ada.tab("conversation");
    await ada.press(text.versions.changesIn(2));
    await ada.dialog.getByText(withAnyValues(text.versions.totals)).waitFor();
    await look(ada, "turn-changes");
    await ada.press(text.common.close);
    await ada.press(text.versions.restoreVersion(1));
    await look(ada, "turn-restore");
    await ada.press(text.common.cancel);
    await ada.pause();
    await ada.seesStatus("stopped");
    await look(ada, "project-stopped");
    await fixture.breakService("daytona", { pattern: "/start$", kind: { status: 500 } });
    await ada.resume();
    await ada.page.getByRole("alert").waitFor();
    await look(ada, "project-problem");
    await ada.page.goto(`${ada.home}/projects/nothing`);
    await ada.sees(text.shell.projectNotFound);
    await look(ada, "missing");
  });

  test("a project's turns: one that runs while others wait, stopped, and failed", async () => {
    const ada = await fixture.open();
    await ada.signUp("Fanny", "fanny@example.com");
    await fixture.slowAgent();
    await ada.build("Make a page for my choir, with the dates of our concerts. In teal.");
    await ada.seesStatus("ready");
    await fixture.useAgent(
      'echo "::reasoning:: There is a page already."; echo "I am adding the form:"; echo "- a name, and an address …"; sleep 600',
    );
    await ada.say("Add a page for the sheet music.");
    await ada.sees("I am adding the form:");
    await ada.say(
      "And one to cancel, with a word about why: we can't plan without knowing who comes.",
    );
    await ada.say("In violet.");
    await ada.promptBox.fill("And larger letters.");
    await ada.messages
      .getByRole("button", { name: text.conversation.removeFromQueue })
      .last()
      .waitFor();
    await look(ada, "turn-queued");
    await ada.messages
      .getByRole("button", { name: text.conversation.removeFromQueue })
      .last()
      .click();
    await ada.seesNoMore("In violet.");
    await fixture.useAgent(
      'echo "I am looking at what there is."; echo "Error: 401 the model refused the key (request 8f3a)" >&2; exit 3',
    );
    await ada.press(text.composer.stop);
    await ada.sees("The agent ended with an error (exit code 3).");
    await ada.messages.getByText(text.conversation.agentLog).click();
    await look(ada, "turn-failed");
  });

  test("the account: free, paid, and about to be deleted", async () => {
    const ada = await fixture.open();
    await ada.signUp("Amy", "amy@example.com");
    await ada.goTo("account");
    await ada.sees(text.account.plans.free.about);
    await ada.sees(text.account.price("$20.00", 1, "month"));
    await look(ada, "account-free");
    await ada.press(text.account.upgrade);
    await ada.press("Subscribe");
    await ada.sees(withAnyValues(text.account.renewsOn));
    await ada.sees(text.account.succeeded);
    await ada.sees(/^EMULATOR-/);
    await look(ada, "account");
    await ada.press(text.account.delete);
    await ada.dialog.waitFor();
    await look(ada, "delete-account");
  });

  test("a user whose name is one long word", async () => {
    const long = await fixture.open();
    await long.signUp("Llanfairpwllgwyngyll".repeat(4), "long@example.com");
    await long.goTo("account");
    await long.sees(text.account.plans.free.about);
    await look(long, "account-long-name");
    await long.signOut();
    await long.sees("long@example.com");
    await look(long, "sign-in-long-name");
  });
});
