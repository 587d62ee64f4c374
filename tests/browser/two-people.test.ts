/** Two people in two browsers, and one person in two tabs. */
import { expect, test } from "vitest";
import { text } from "../../example/src/text.ts";
import { describeInBrowser, useFixture } from "./support/fixture.ts";

describeInBrowser("two people in two browsers", () => {
  const fixture = useFixture();

  test("each see only their own projects, live; the address of the other's is not found", async () => {
    const [ada, bea] = [await fixture.open(), await fixture.open()];
    await Promise.all([ada.signUp("Ada"), bea.signUp("Bea")]);
    await Promise.all([ada.build("Make a sundial."), bea.build("Make a barometer.")]);
    const [adas, beas] = [ada.path, bea.path];
    expect(adas).not.toBe(beas);

    await Promise.all([ada.goTo("projects"), bea.goTo("projects")]);
    await expect.poll(() => ada.projects.allTextContents()).toEqual(["Sundial"]);
    await expect.poll(() => bea.projects.allTextContents()).toEqual(["Barometer"]);

    // Someone else's is answered as one that never was, for each of them.
    await ada.page.goto(ada.home + beas);
    await ada.sees(text.shell.projectNotFound);
    const notFound = await ada.page.locator("main").textContent();
    await ada.page.goto(`${ada.home}/projects/nothing-like-it`);
    await ada.sees(text.shell.projectNotFound);
    expect(await ada.page.locator("main").textContent()).toBe(notFound);

    // Nor is it in the list once both are done.
    await Promise.all([ada.page.goto(ada.home), bea.page.goto(bea.home)]);
    await Promise.all([ada.sees(text.project.status.ready), bea.sees(text.project.status.ready)]);
    expect(await ada.page.textContent("main")).not.toContain("Barometer");
    expect(await bea.page.textContent("main")).not.toContain("Sundial");
  });

  test("sign in one after the other in the same window, and the second sees nothing of the first", async () => {
    const window = await fixture.open();
    await window.signUp("Ada");
    await window.whatToBuild.fill("A secret that Ada was typing");
    await window.signOut();
    await window.sees(text.signIn.heading);
    await window.signUp("Bea");
    expect(await window.whatToBuild.inputValue()).toBe("");
    await window.goTo("account");
    await window.sees(/^Bea/);
    expect(await window.page.textContent("body")).not.toContain("Ada");
  });
});

describeInBrowser("one person in two tabs", () => {
  const fixture = useFixture();

  test("sees in each tab what is done in the other", async () => {
    const one = await fixture.open();
    await one.signUp("Ada");
    await one.build("Make a sundial.");
    await one.seesStatus("ready");
    const two = await one.anotherTab(one.path);
    await two.seesStatus("ready");

    await two.rename("Gnomon");
    await expect.poll(() => one.title.textContent()).toBe("Gnomon");

    // Slow enough to be met half way.
    await fixture.breakService("daytona", { pattern: "/stop$", times: 1, kind: { delayMs: 1500 } });
    await one.pause();
    await two.sees(text.project.operation.stop);
    await Promise.all([one.seesStatus("stopped"), two.seesStatus("stopped")]);

    await one.remove();
    await two.sees(text.shell.projectNotFound);
  });
});
