/** Deleting one's account, and what is left of it: nothing. */
import { expect, test } from "vitest";
import { listSandboxes } from "../support/emulators.ts";
import { describeInBrowser, useFixture } from "./support/fixture.ts";

describeInBrowser("deleting the account", () => {
  const fixture = useFixture();

  test("asks for confirmation, removes everything, and signs out in every tab", async () => {
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.build("Make a sundial.");
    const project = ada.path;
    await ada.seesStatus("Ready");
    const other = await ada.anotherTab(project);
    await other.seesStatus("Ready");
    const projectId = project.split("/").at(-1)!;
    const hers = async () =>
      (await listSandboxes(fixture.dev)).filter(({ labels }) => labels.projectId === projectId);
    expect(await hers()).toHaveLength(1);

    await ada.goTo("Account");
    await ada.press("Delete account …");
    const deed = ada.dialog.getByRole("button", { name: "Delete account" });
    expect(await deed.isDisabled()).toBe(true);
    const word = ada.dialog.getByLabel(/^Type/);
    await word.fill("perhaps");
    await ada.page.keyboard.press("Enter");
    expect(await deed.isDisabled()).toBe(true);
    await word.fill("delete");
    await deed.click();
    await ada.sees("This account has been deleted.");
    await ada.sees("Say it. See it built.");

    // The other tab is signed out too, shows nothing of the user any more, and says why.
    await other.seesNoMore("Sundial");
    await other.sees("This account has been deleted.");
    await other.sees("Say it. See it built.");
    await expect.poll(hers, { timeout: 45_000 }).toEqual([]);
  });

  test("fails without a change when Clerk does not answer, and works when tried again", async () => {
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.goTo("Account");
    await fixture.breakService("clerk", { method: "DELETE", kind: { status: 500 } });
    await ada.press("Delete account …");
    await ada.dialog.getByLabel(/^Type/).fill("delete");
    await ada.dialog.getByRole("button", { name: "Delete account" }).click();
    await ada.dialog.getByRole("alert").waitFor();
    expect(await ada.dialog.getByRole("alert").textContent()).toContain("Nothing has changed");
    await fixture.mend("clerk");
    await ada.dialog.getByRole("button", { name: "Delete account" }).click();
    await ada.sees("This account has been deleted.");
  });
});
