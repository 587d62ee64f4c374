/** The whole journey of a new user, from the sign-in page to signing out, as one story in one window. */
import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { text } from "../../example/src/text.ts";
import { describeInBrowser, useFixtureOfSources } from "./support/fixture.ts";
import { withAnyValues } from "./support/sentences.ts";

describeInBrowser("a newcomer", () => {
  const fixture = useFixtureOfSources();

  test("signs in, asks for a page, watches it being built, changes it, and leaves", async () => {
    await fixture.slowAgent();
    const clara = await fixture.open({ reducedMotion: "no-preference" });
    const { page } = clara;
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() !== "error" && message.type() !== "warning") return;
      // The browser's word for an app that isn't there yet; the preview tries again.
      const text = message.text();
      if (/50[23]/.test(text) && message.location().url.startsWith("http://3000-")) return;
      complaints.push(`${text} ${message.location().url}`);
    });

    // The sign-in page: one of the suggested users.
    await clara.sees(text.signIn.heading);
    await clara.press(/^Clara Schumann/);
    await clara.sees(text.projects.empty);
    expect(await page.title()).toContain(text.projects.title);

    // What was typed stays text, all the way.
    await clara.build('Make a page for my choir, in green.\n<img src=x onerror="alert(1)">');
    expect(await clara.title.textContent()).toBe("Page for my choir");
    await clara.seesStatus("generating");
    await clara.sees(text.project.statusSentence.generating);

    // The answer comes in pieces.
    const answer = clara.messages.locator("div", { hasText: text.conversation.agent }).last();
    await clara.sees("I'm making");
    const first = await answer.textContent();
    await page.getByLabel(text.preview.path).press("Escape"); // which stops the agent, but not from there
    await clara.sees(text.project.statusSentence.ready);
    expect((await answer.textContent())!.length).toBeGreaterThan(first!.length);
    await clara.seesStatus("ready");

    // Its reasoning is folded away.
    const reasoning = clara.messages.getByText("what was typed is text, never markup");
    expect(await reasoning.isVisible()).toBe(false);
    await clara.messages.getByText(withAnyValues(text.conversation.thoughtFor)).click();
    expect(await reasoning.isVisible()).toBe(true);

    // The app is in the frame, and works; what was typed is no markup there either.
    await clara.preview.getByRole("heading", { level: 1, name: "Our concerts" }).waitFor();
    expect(await clara.preview.locator("img").count()).toBe(0);
    await clara.preview.getByLabel("Name").first().fill("Clara");
    await clara.preview.getByRole("button", { name: "Sign up" }).first().click();
    await clara.preview.getByRole("button", { name: "Withdraw Clara" }).nth(1).waitFor();

    // A further prompt is on the page before the deployment has it.
    await clara.promptBox.fill("Now in violet.");
    await page.keyboard.press("Enter");
    await clara.messages.getByText("Now in violet.").waitFor();
    await clara.seesStatus("generating");
    await clara.preview.locator('[data-colour="violet"]').waitFor();
    await clara.seesStatus("ready");
    expect(await clara.said("Now in violet.").count()).toBe(1);

    // The name, in place.
    await clara.rename("Choir");
    expect(await clara.title.textContent()).toBe("Choir");
    await page.reload();
    expect(await clara.title.textContent()).toBe("Choir");
    // Loaded, as a sandbox that is being stopped answers 400.
    await clara.preview.locator('[data-colour="violet"]').waitFor();

    // Out of the way, and back again.
    await clara.pause();
    await clara.seesStatus("stopped");
    await clara.archive();
    await clara.seesStatus("archived");
    await clara.resume();
    await clara.seesStatus("ready");
    await clara.preview.locator('[data-colour="violet"]').waitFor();

    // Deleting can be undone, until the offer to do so ends.
    await clara.choose(text.project.menu, text.common.delete);
    await clara.isHome();
    await clara.sees(text.projects.deleted("Choir"));
    await clara.sees(text.projects.empty);
    await clara.press(text.projects.undo);
    await clara.projects.filter({ hasText: "Choir" }).click();
    await clara.seesStatus("ready");
    await clara.remove();
    await clara.sees(text.projects.empty);
    await page.reload();
    await clara.sees(text.projects.empty);

    await clara.signOut();
    await clara.sees(text.signIn.heading);
    await page.goBack();
    await clara.sees(text.signIn.heading);
    expect(complaints).toEqual([]);
  });

  test("cancels the agent, and goes on from what there is", async () => {
    await fixture.slowAgent();
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.build("Draw a sundial.");
    await ada.sees("I'm making");
    await ada.press(text.composer.stop);
    await ada.seesStatus("ready");
    await ada.sees(text.conversation.stopped);
    expect(await ada.messages.textContent()).not.toContain("Have a look at the preview.");
    await ada.say("Go on, in red.");
    await ada.sees("Have a look at the preview.");
    await ada.seesStatus("ready");
  });

  test("needs no mouse", async () => {
    await fixture.slowAgent();
    const ada = await fixture.open();
    await ada.signUp("Ada");
    const { page } = ada;
    const { keyboard } = page;
    const hasFocus = (locator: Locator) => locator.and(page.locator(":focus")).waitFor();
    // The first page is for one thing, and has the focus there; "/" comes back to it.
    await hasFocus(ada.whatToBuild);
    await page.reload();
    await hasFocus(ada.whatToBuild);
    await keyboard.press("Shift+Tab");
    await keyboard.press("/");
    await keyboard.type("Make a metronome.");
    await keyboard.press("Enter");
    await page.waitForURL(/\/projects\//);
    await hasFocus(ada.title);
    await ada.sees("I'm making");
    await keyboard.press("Escape");
    await ada.sees(text.conversation.stopped);
    await ada.seesStatus("ready");

    // The menu takes the focus, and gives it back.
    const menu = page.getByRole("button", { name: text.project.menu });
    const item = (name: string) => page.getByRole("menuitem", { name, exact: true });
    await menu.focus();
    await keyboard.press("Enter");
    await hasFocus(item(text.common.rename));
    await keyboard.press("Escape");
    await hasFocus(menu);
    await keyboard.press("Enter");
    await hasFocus(item(text.common.rename));
    await keyboard.press("Enter");
    await hasFocus(page.getByRole("textbox", { name: text.projects.name }));
    await keyboard.type("Tempo");
    await keyboard.press("Enter");
    await expect.poll(() => ada.title.textContent()).toBe("Tempo");

    // By name to a page, and back to the project.
    await keyboard.press("Control+k");
    await hasFocus(page.getByPlaceholder(text.commands.placeholder));
    await keyboard.type(text.shell.account);
    await keyboard.press("Enter");
    await page.waitForURL(/\/account$/);
    await keyboard.press("Control+k");
    await hasFocus(page.getByPlaceholder(text.commands.placeholder));
    await keyboard.type("tempo");
    await keyboard.press("Enter");
    await page.waitForURL(/\/projects\//);

    await menu.focus();
    await keyboard.press("ArrowUp"); // opens it at its end
    await hasFocus(item(text.common.delete));
    await keyboard.press("Enter");
    await ada.isHome();
    await ada.sees(text.projects.empty);
  });
});
