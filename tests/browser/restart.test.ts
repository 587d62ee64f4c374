/** The server killed and restarted under an open page: nothing is lost, and no reload is needed. */
import { afterAll, expect, test } from "vitest";
import { text } from "../../example/src/text.ts";
import { AppProcess } from "./support/app.ts";
import { describeInBrowser, useFixture } from "./support/fixture.ts";
import type { Visitor } from "./support/visitor.ts";

describeInBrowser("a server that is killed under an open page", () => {
  const app = new AppProcess("--built"); // Vite's own client would reload the page
  afterAll(() => app.remove());
  const fixture = useFixture(() => app.start());

  async function open(): Promise<Visitor> {
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.page.evaluate(() => Object.assign(window, { neverReloaded: true }));
    return ada;
  }

  const neverReloaded = (ada: Visitor) => ada.page.evaluate(() => "neverReloaded" in window);

  test("reconnects, signed in, with the draft and with the change made while it was away", async () => {
    const ada = await open();
    await ada.build("Make a sundial.");
    await ada.seesStatus("ready");
    await ada.promptBox.fill("Half a thou");

    await app.kill();
    await ada.sees(text.shell.reconnecting);
    // It is still there to be read, and a new name is shown at once, and kept until it can be sent.
    await ada.sees("Have a look at the preview.");
    await ada.rename("Gnomon");
    await expect.poll(() => ada.title.textContent()).toBe("Gnomon");

    const before = fixture.dev;
    expect(await app.start()).toEqual(before);
    await ada.seesNoMore(text.shell.reconnecting);
    await expect.poll(() => ada.title.textContent()).toBe("Gnomon");
    const draft = ada.promptBox;
    expect(await draft.inputValue()).toBe("Half a thou");

    await ada.say("Now in violet.");
    await ada.preview.locator('[data-colour="violet"]').waitFor();
    await ada.seesStatus("ready");
    expect(await neverReloaded(ada)).toBe(true);
    await ada.page.reload();
    await expect.poll(() => ada.title.textContent()).toBe("Gnomon");
  });

  test("while the agent works: the turn fails with its sandbox, and can be tried again", async () => {
    await fixture.slowAgent();
    const ada = await open();
    await ada.build("Make a barometer.");
    await ada.sees("I'm making");
    await app.kill();
    await ada.sees(text.shell.reconnecting);
    await app.start();
    await ada.seesNoMore(text.shell.reconnecting);
    // The agent went with the machine that it ran on.
    await ada.sees("The sandbox was restarted while the agent worked.");
    await ada.messages.getByRole("button", { name: text.common.tryAgain }).click();
    await ada.seesStatus("ready");
    await ada.preview.getByRole("heading", { name: "Barometer" }).waitFor();
    expect(await neverReloaded(ada)).toBe(true);
  });

  test("while it creates a project: creating it again gives the same project", async () => {
    const ada = await open();
    const never = { method: "POST", pattern: "^/(api/)?sandbox$", kind: { delayMs: 60_000 } };
    await fixture.breakService("daytona", never);
    await ada.ask("Make an hourglass.");
    await ada.sees(text.projects.creating);
    await expect.poll(() => ada.projects.count()).toBe(1);
    await app.kill();
    await ada.sees(text.shell.reconnecting);
    await app.start();
    await ada.sees(text.errors.connectionLost);
    await ada.press(text.projects.create);
    await ada.page.waitForURL(/\/projects\//);
    await ada.page.goBack();
    await ada.whatToBuild.waitFor();
    await expect.poll(() => ada.projects.count()).toBe(1);
  });

  test("a browser that is offline shows it, and goes on when it is online", async () => {
    const ada = await open();
    await ada.context.setOffline(true);
    await ada.sees(text.shell.offline);
    await ada.context.setOffline(false);
    await ada.seesNoMore(text.shell.offline);
    await ada.build("Make a metronome.");
    await ada.seesStatus("ready");
  });

  test("a browser that can't load what offers to undo a deletion asks before it", async () => {
    const ada = await open();
    await ada.build("Make a metronome.");
    await ada.seesStatus("ready");
    const name = (await ada.title.textContent())!;
    await ada.context.route(/\.js$/, (route) => route.abort());
    const questions: string[] = [];
    const answer = async (how: "accept" | "dismiss") => {
      // The page waits for the answer.
      ada.page.once("dialog", (dialog) => {
        questions.push(dialog.message());
        void dialog[how]();
      });
      await ada.choose(text.project.menu, text.common.delete);
    };
    await answer("dismiss");
    await ada.isHome();
    await expect.poll(() => ada.projects.count()).toBe(1);
    await ada.projects.click();
    await answer("accept");
    await ada.isHome();
    await ada.sees(text.projects.empty);
    const question = text.projects.confirmDelete(name);
    expect(questions).toEqual([question, question]);
  });
});
