/** Deleting one's account, and what is left of it: nothing. */
import { expect, test } from "vitest";
import { text } from "../../example/src/text.ts";
import { listSandboxes } from "../support/emulators.ts";
import { describeInBrowser, useFixture } from "./support/fixture.ts";

const { delete: deleteAccount, deleteType, deleteWord } = text.account;

describeInBrowser("deleting the account", () => {
  const fixture = useFixture();

  test("asks for confirmation, removes everything, and signs out in every tab", async () => {
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.build("Make a sundial.");
    const project = ada.path;
    await ada.seesStatus("ready");
    const other = await ada.anotherTab(project);
    await other.seesStatus("ready");
    const projectId = project.split("/").at(-1)!;
    const hers = async () =>
      (await listSandboxes(fixture.dev)).filter(({ labels }) => labels.projectId === projectId);
    expect(await hers()).toHaveLength(1);

    await ada.goTo("account");
    await ada.press(deleteAccount);
    const deed = ada.dialog.getByRole("button", { name: deleteAccount });
    expect(await deed.isDisabled()).toBe(true);
    const word = ada.dialog.getByLabel(deleteType(deleteWord));
    await word.fill("perhaps");
    await ada.page.keyboard.press("Enter");
    expect(await deed.isDisabled()).toBe(true);
    await word.fill(deleteWord);
    await deed.click();
    await ada.sees(text.signIn.accountDeleted);
    await ada.sees(text.signIn.heading);

    // The other tab is signed out too, shows nothing of the user any more, and says why.
    await other.seesNoMore("Sundial");
    await other.sees(text.signIn.accountDeleted);
    await other.sees(text.signIn.heading);
    await expect.poll(hers, { timeout: 45_000 }).toEqual([]);
  });

  test("fails without a change when Clerk does not answer, and works when tried again", async () => {
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.goTo("account");
    await fixture.breakService("clerk", { method: "DELETE", kind: { status: 500 } });
    await ada.press(deleteAccount);
    await ada.dialog.getByLabel(deleteType(deleteWord)).fill(deleteWord);
    await ada.confirm(deleteAccount);
    await ada.dialog.getByRole("alert").waitFor();
    expect(await ada.dialog.getByRole("alert").textContent()).toContain(
      text.errors.accountUnavailable,
    );
    await fixture.mend("clerk");
    await ada.confirm(deleteAccount);
    await ada.sees(text.signIn.accountDeleted);
  });
});
