/** The whole journey of a new user, from the sign-in page to signing out, as one story in one window. */
import { expect, test } from "vitest";
import { describeInBrowser, useFixtureOfSources } from "./support/fixture.ts";

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
      complaints.push(text);
    });

    // The sign-in page: one of the suggested users.
    await clara.sees("Say it. See it built.");
    await clara.press(/^Clara Schumann/);
    await clara.sees("Nothing here yet");
    expect(await page.title()).toContain("Projects");

    // What was typed stays text, all the way.
    await clara.build('Make a page for my choir, in green.\n<img src=x onerror="alert(1)">');
    expect(await clara.title.textContent()).toBe("Page for my choir");
    await clara.seesStatus("Working");
    await clara.sees("The agent is at work …");

    // The answer comes in pieces.
    const answer = clara.messages.locator("div", { hasText: "The agent: " }).last();
    await clara.sees("I'm making");
    const lengths = new Set<number>();
    await expect
      .poll(
        async () => {
          lengths.add((await answer.textContent())?.length ?? 0);
          return page.getByText("The project is ready.").count();
        },
        { timeout: 45_000, interval: 50 },
      )
      .toBe(1);
    expect(lengths.size, "how many times it was seen to have grown").toBeGreaterThan(2);
    await clara.seesStatus("Ready");

    // Its reasoning is folded away.
    const reasoning = clara.messages.getByText("what was typed is text, never markup");
    expect(await reasoning.isVisible()).toBe(false);
    await clara.messages.getByText(/^Thought for \d+ seconds?$/).click();
    expect(await reasoning.isVisible()).toBe(true);

    // The app is in the frame, and works; what was typed is no markup there either.
    await clara.preview.getByRole("heading", { level: 1, name: "Our concerts" }).waitFor();
    expect(await clara.preview.locator("img").count()).toBe(0);
    await clara.preview.getByLabel("Name").first().fill("Clara");
    await clara.preview.getByRole("button", { name: "Sign up" }).first().click();
    await clara.preview.getByRole("button", { name: "Withdraw Clara" }).nth(1).waitFor();

    // A further prompt is on the page before the deployment has it.
    await page.getByRole("textbox", { name: "What to do next" }).fill("Now in violet.");
    await page.keyboard.press("Enter");
    await clara.messages.getByText("Now in violet.").waitFor();
    await clara.seesStatus("Working");
    await clara.preview.locator('[data-colour="violet"]').waitFor();
    await clara.seesStatus("Ready");
    expect(await clara.messages.getByText("You: Now in violet.", { exact: true }).count()).toBe(1);

    // The name, in place.
    await clara.press("Rename");
    await page.getByRole("textbox", { name: "Name of the project" }).fill("Choir");
    await page.keyboard.press("Enter");
    expect(await clara.title.textContent()).toBe("Choir");
    await page.reload();
    expect(await clara.title.textContent()).toBe("Choir");

    // Out of the way, and back again.
    await clara.press("Stop");
    await clara.seesStatus("Stopped");
    await clara.press("Archive");
    await clara.seesStatus("Archived");
    await clara.press("Start");
    await clara.seesStatus("Ready");
    await clara.preview.locator('[data-colour="violet"]').waitFor();

    // Deleting asks first.
    await clara.press("Delete");
    await clara.dialog.getByRole("button", { name: "Cancel" }).click();
    await clara.press("Delete");
    await clara.dialog.getByRole("button", { name: "Delete it" }).click();
    await clara.isHome();
    await clara.sees("“Choir” has been deleted.");
    await clara.sees("Nothing here yet");

    await clara.press("Sign out");
    await clara.sees("Say it. See it built.");
    await page.goBack();
    await clara.sees("Say it. See it built.");
    expect(complaints).toEqual([]);
  });

  test("cancels the agent, and goes on from what there is", async () => {
    await fixture.slowAgent();
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.build("Draw a sundial.");
    await ada.sees("I'm making");
    await ada.press("Stop");
    await ada.seesStatus("Ready");
    await ada.sees("Stopped by you.");
    expect(await ada.messages.textContent()).not.toContain("Have a look at the preview.");
    await ada.say("Go on, in red.");
    await ada.sees("Have a look at the preview.");
    await ada.seesStatus("Ready");
  });

  test("needs no mouse", async () => {
    const ada = await fixture.open();
    await ada.signUp("Ada");
    const { page } = ada;
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
    await expect.poll(focused).toBe("What shall we build?");
    await page.reload();
    await ada.whatToBuild.waitFor();
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Make a metronome.");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/projects\//);
    await ada.seesStatus("Ready");
    // Deleting, by a dialog that has the focus and gives it back.
    await page.getByRole("button", { name: "Delete" }).focus();
    await page.keyboard.press("Enter");
    await ada.dialog.waitFor();
    const inDialog = () =>
      page.evaluate(() => document.activeElement?.closest("dialog, [role=dialog]") !== null);
    expect(await inDialog()).toBe(true);
    await page.keyboard.press("Escape");
    await expect.poll(focused).toBe("");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(
      "Delete",
    );
  });
});
