/** Daytona slow, and Daytona failing: what a person sees of it, and how they go on. */
import { expect, test } from "vitest";
import { text } from "../../example/src/text.ts";
import { listSandboxes } from "../support/emulators.ts";
import { describeInBrowser, useFixture, type Fixture } from "./support/fixture.ts";
import { withAnyValues } from "./support/sentences.ts";
import type { Visitor } from "./support/visitor.ts";

const CREATE = { method: "POST", pattern: "^/(api/)?sandbox$" };

/** Someone on the page of a project that is ready. */
async function withASundial(fixture: Fixture): Promise<Visitor> {
  const ada = await fixture.open();
  await ada.signUp("Ada");
  await ada.build("Make a sundial.");
  await ada.seesStatus("ready");
  return ada;
}

describeInBrowser("a slow Daytona", () => {
  const fixture = useFixture();

  test("shows the project as creating, from everywhere, until there is a sandbox", async () => {
    await fixture.breakService("daytona", { ...CREATE, times: 1, kind: { delayMs: 4000 } });
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.ask("Make a sundial.");
    await ada.sees(text.projects.creating);
    // It is in the list already, and can be opened.
    await ada.projects.first().click();
    await ada.seesStatus("creating");
    await ada.sees(text.preview.creating);
    const tab = await ada.anotherTab();
    await tab.sees(text.project.status.creating);
    await ada.seesStatus("ready");
    await ada.preview.getByRole("heading", { name: "Sundial" }).waitFor();
  });

  test("shows the project as starting, and disables the button meanwhile", async () => {
    const ada = await withASundial(fixture);
    await ada.pause();
    await ada.seesStatus("stopped");
    await fixture.breakService("daytona", {
      pattern: "/start$",
      times: 1,
      kind: { delayMs: 3000 },
    });
    await ada.resume();
    await ada.sees(text.project.operation.start);
    const button = ada.page.getByRole("button", { name: text.project.actions.start });
    expect(await button.isDisabled()).toBe(true);
    await ada.seesStatus("ready");
  });
});

describeInBrowser("an app that starts later than its sandbox", () => {
  const fixture = useFixture();

  test("appears by itself", async () => {
    const ada = await withASundial(fixture);
    await ada.pause();
    await ada.seesStatus("stopped");
    const notYet = { status: 502, json: { message: "nothing answers on port 3000" } };
    await ada.page.route(/\/preview\//, (route) => route.fulfill(notYet), { times: 1 });
    await ada.resume();
    await ada.seesStatus("ready");
    await ada.preview.getByRole("heading", { name: "Sundial" }).waitFor();
  });

  test("is said not to run until it listens, also when it has ended", async () => {
    const before = await listSandboxes(fixture.dev);
    const ada = await withASundial(fixture);
    const sundial = ada.preview.getByRole("heading", { name: "Sundial" });
    const isNew = ({ id }: { id: string }) => before.every((known) => known.id !== id);
    const { id } = (await listSandboxes(fixture.dev)).find(isNew)!;
    // Where nothing listens.
    const { daytonaUrl, daytonaApiKey } = fixture.dev;
    const elsewhere = await fetch(`${daytonaUrl}/sandbox/${id}/ports/3999/signed-preview-url`, {
      headers: { authorization: `Bearer ${daytonaApiKey}` },
    });
    const body: unknown = await elsewhere.json();
    const notListening = {
      pattern: "/ports/3000/signed-preview-url$",
      kind: { status: 200, body },
    };
    for (const lookAgain of [() => ada.page.reload(), () => ada.press(text.preview.reload)]) {
      await sundial.waitFor();
      await fixture.breakService("daytona", notListening);
      await lookAgain();
      await ada.sees(text.preview.notRunning);
      await fixture.mend("daytona");
    }
    await sundial.waitFor();
  });
});

describeInBrowser("a failing Daytona", () => {
  const fixture = useFixture();

  /** Someone whose project has failed while its sandbox was made. */
  async function whoseProjectFailed(): Promise<Visitor> {
    await fixture.breakService("daytona", { ...CREATE, kind: { status: 500 } });
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.ask("Make a sundial.");
    await ada.sees(text.project.status.failed);
    return ada;
  }

  test("leaves a project that shows the error and works after a retry", async () => {
    const ada = await whoseProjectFailed();
    await ada.projects.first().click();
    await ada.sees(withAnyValues(text.project.failed));
    await ada.sees(text.project.failedRetryable);

    await ada.press(text.common.tryAgain); // Daytona is still away
    await ada.seesStatus("creating");
    await ada.seesStatus("failed");
    await fixture.mend("daytona");
    await ada.press(text.common.tryAgain);
    await ada.seesStatus("ready");
    await ada.preview.getByRole("heading", { name: "Sundial" }).waitFor();
  });

  test("leaves a project that can be deleted, and no sandbox", async () => {
    const before = await listSandboxes(fixture.dev);
    const ada = await whoseProjectFailed();
    await ada.choose(text.projects.actionsFor("Sundial"), text.common.delete);
    await ada.press(text.common.dismiss);
    await ada.sees(text.projects.empty);
    await fixture.mend("daytona");
    const ids = (sandboxes: typeof before) => sandboxes.map(({ id }) => id).sort();
    await expect.poll(async () => ids(await listSandboxes(fixture.dev))).toEqual(ids(before));
  });

  test("shows an error in place of the preview, until somebody tries again or there is a new version", async () => {
    const ada = await withASundial(fixture);
    const problem = ada.page.getByRole("alert");
    const reloadWithoutPreview = async () => {
      await fixture.breakService("daytona", { pattern: "preview", kind: { status: 503 } });
      await ada.page.reload();
      await problem.waitFor();
      await fixture.mend("daytona");
    };
    await reloadWithoutPreview();
    await problem.getByRole("button", { name: text.common.tryAgain }).click();
    await problem.waitFor({ state: "detached" });
    await ada.preview.getByRole("heading", { name: "Sundial" }).waitFor();
    await reloadWithoutPreview();
    await ada.say("Now in violet.");
    await ada.preview.locator('[data-colour="violet"]').waitFor();
    await problem.waitFor({ state: "detached" });
  });

  test("keeps a prompt that could not be sent", async () => {
    const ada = await withASundial(fixture);
    await ada.pause();
    await ada.seesStatus("stopped");
    // Sending starts the project first, which fails.
    await fixture.breakService("daytona", { pattern: "/start$", kind: { status: 500 } });
    await ada.say("Now in violet.");
    const problem = ada.messages.getByRole("alert");
    await problem.waitFor();
    await ada.messages.getByText("Now in violet.").waitFor();
    // Leaving the page does not lose it either; dismissed, it is in its box again.
    await ada.goTo("projects");
    await ada.isHome();
    await ada.page.goBack();
    await problem.getByRole("button", { name: text.common.dismiss }).click();
    const box = ada.promptBox;
    expect(await box.inputValue()).toBe("Now in violet.");
    await ada.press(text.composer.send);
    await problem.waitFor();
    await fixture.mend("daytona");
    await problem.getByRole("button", { name: text.common.tryAgain }).click();
    await ada.preview.locator('[data-colour="violet"]').waitFor();
    expect(await ada.said("Now in violet.").count()).toBe(1);
  });

  test("does not lead to a second project when the page is reloaded during the creation", async () => {
    const ada = await fixture.open();
    await ada.signUp("Ada");
    const slow = { method: "POST", pattern: "^/(api/)?sandbox$", kind: { delayMs: 1500 } };
    await fixture.breakService("daytona", slow);
    await ada.ask("Make a sundial.");
    await ada.sees(text.projects.creating);
    await expect.poll(() => ada.projects.count()).toBe(1);
    await ada.page.reload();
    expect(await ada.whatToBuild.inputValue()).toBe("");
    await expect.poll(() => ada.projects.count()).toBe(1);
  });
});
