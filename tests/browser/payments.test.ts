/** Buying a plan on the emulator's checkout page, and everything one may want afterwards. */
import { expect, test } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { PLANS } from "../../convex/payments/plans.ts";
import { text } from "../../example/src/text.ts";
import { httpClient } from "../support/clients.ts";
import { freshToken } from "../support/emulators.ts";
import { describeInBrowser, useFixture } from "./support/fixture.ts";
import { withAnyValues } from "./support/sentences.ts";
import type { Visitor } from "./support/visitor.ts";

describeInBrowser("payments", () => {
  const fixture = useFixture();

  /** Someone new, on their account's page. */
  async function someone(): Promise<Visitor> {
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.goTo("account");
    await ada.sees(text.account.plans.free.about);
    return ada;
  }

  async function atCheckout(ada: Visitor): Promise<void> {
    await ada.press(text.account.upgrade);
    await ada.page.waitForURL((url) => url.href.startsWith(fixture.dev.stripeUrl));
  }

  test("a cancelled checkout changes nothing", async () => {
    const ada = await someone();
    await ada.sees(text.account.price("$20.00", 1, "month"));
    await atCheckout(ada);
    await ada.page.getByRole("link", { name: "Cancel and go back" }).click();
    await ada.sees(text.account.checkoutCancelled);
    await ada.sees(text.account.plans.free.about);
    await ada.sees(text.account.noPayments);
    // The address says nothing of it any more: a reload does not say it again.
    expect(new URL(ada.page.url()).search).toBe("");
  });

  test("a card that is declined can be replaced; paying leads back to the new plan, with its bill", async () => {
    const ada = await someone();
    await atCheckout(ada);
    await ada.page.getByLabel(/is declined/).check();
    await ada.press("Subscribe");
    await ada.sees("Your card was declined.");
    await ada.page.getByLabel(/which works/).check();
    await ada.press("Subscribe");
    await ada.sees(text.account.checkoutDone);
    await ada.sees(withAnyValues(text.account.renewsOn));
    const plan = ada.page.getByRole("heading", { name: text.account.plan }).locator("..");
    await plan.getByText(text.account.plans.pro.name, { exact: true }).waitFor();
    await ada.sees(text.account.invoiceStatus.paid);
    await ada.sees(text.account.succeeded);
    expect(await ada.page.getByRole("button", { name: text.account.upgrade }).count()).toBe(0);

    // Cancelling asks first; until the period is over it can be taken back.
    await ada.press(text.account.cancelSubscription);
    await ada.dialog.getByText(withAnyValues(text.account.cancelKeeps)).waitFor();
    await ada.confirm(text.account.keepSubscription);
    await ada.press(text.account.cancelSubscription);
    await ada.confirm(text.account.cancelSubscription);
    await ada.sees(withAnyValues(text.account.endsOn));
    await ada.press(text.account.resumeSubscription);
    await ada.sees(withAnyValues(text.account.renewsOn));

    // What is done at Stripe's own page arrives here.
    await ada.press(text.account.manageBilling);
    await ada.sees("Your billing");
    await ada.press("Cancel the subscription");
    await ada.press("Resume the subscription");
    await ada.press("Cancel the subscription");
    await ada.page.getByRole("link", { name: "Back to the app" }).click();
    await ada.goTo("account");
    await ada.sees(withAnyValues(text.account.endsOn));
  });

  test("the success address alone buys nothing: the page waits for Stripe", async () => {
    const ada = await someone();
    await ada.page.goto(`${ada.home}/account?checkout=success`);
    await ada.sees(text.account.checkoutPending);
    await ada.sees(text.account.plans.free.about);
    await ada.signOut();
    await ada.page.goto(`${ada.home}/account?checkout=success`);
    await ada.sees(text.signIn.heading);
    const shown = await ada.page.textContent("body");
    expect(shown).not.toContain(text.account.checkoutDone);
    expect(shown).not.toContain(text.account.checkoutPending);
  });

  test("without Stripe nothing is charged, and an error is shown; later it works", async () => {
    const ada = await someone();
    await fixture.breakService("stripe", { path: "/v1/", kind: { status: 503 } });
    await ada.press(text.account.upgrade);
    await ada.sees(text.errors.stripeUnavailable);
    await fixture.mend("stripe");
    await atCheckout(ada);
    await ada.sees("Subscribe");
  });

  test("a project that is refused shows an error, and its prompt is kept", async () => {
    const ada = await fixture.open();
    await ada.signUp("Ada");
    const { maxProjects } = PLANS.free;
    const backend = httpClient(
      fixture.dev.url,
      await freshToken(fixture.dev, { id: await ada.personId() }),
    );
    for (let n = 1; n <= maxProjects; n++) {
      await backend.action(api.projects.actions.create, {
        name: `Number ${n}`,
        prompt: "A sundial.",
      });
    }
    await expect.poll(() => ada.projects.count()).toBe(maxProjects);
    await ada.ask("Make an astrolabe.");
    await ada.sees(withAnyValues(text.errors.rateLimited));
    expect(await ada.whatToBuild.inputValue()).toBe("Make an astrolabe.");
    await ada.goTo("account");
    await ada.sees(text.account.usageFull(maxProjects, maxProjects));
  });
});
