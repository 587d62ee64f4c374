/** Buying a plan on the emulator's checkout page, and everything one may want afterwards. */
import { expect, test } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { PLANS } from "../../convex/payments/plans.ts";
import { httpClient } from "../support/clients.ts";
import { freshToken } from "../support/emulators.ts";
import { describeInBrowser, useFixture } from "./support/fixture.ts";
import type { Visitor } from "./support/visitor.ts";

describeInBrowser("payments", () => {
  const fixture = useFixture();

  /** Someone new, on their account's page. */
  async function someone(): Promise<Visitor> {
    const ada = await fixture.open();
    await ada.signUp("Ada");
    await ada.goTo("Account");
    await ada.sees("For trying things out.");
    return ada;
  }

  async function atCheckout(ada: Visitor): Promise<void> {
    await ada.press("Upgrade to Pro");
    await ada.page.waitForURL((url) => url.href.startsWith(fixture.dev.stripeUrl));
  }

  test("a cancelled checkout changes nothing", async () => {
    const ada = await someone();
    await atCheckout(ada);
    await ada.page.getByRole("link", { name: "Cancel and go back" }).click();
    await ada.sees("Nothing was bought. Your plan is what it was.");
    await ada.sees("For trying things out.");
    await ada.sees("No payments so far.");
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
    await ada.sees("Thank you. You are on Pro.");
    await ada.sees(/^Renews on /);
    const plan = ada.page.getByRole("heading", { name: "Plan" }).locator("..");
    await plan.getByText("Pro", { exact: true }).waitFor();
    await ada.sees("Paid");
    await ada.sees("Received");
    expect(await ada.page.getByRole("button", { name: "Upgrade to Pro" }).count()).toBe(0);

    // Cancelling asks first; until the period is over it can be taken back.
    await ada.press("Cancel subscription");
    await ada.dialog.getByText("You keep what you have paid for until").waitFor();
    await ada.dialog.getByRole("button", { name: "Keep it" }).click();
    await ada.press("Cancel subscription");
    await ada.dialog.getByRole("button", { name: "Cancel subscription" }).click();
    await ada.sees(/^Ends on /);
    await ada.press("Keep subscription");
    await ada.sees(/^Renews on /);

    // What is done at Stripe's own page arrives here.
    await ada.press("Cards and billing");
    await ada.sees("Your billing");
    await ada.press("Cancel the subscription");
    await ada.press("Resume the subscription");
    await ada.press("Cancel the subscription");
    await ada.page.getByRole("link", { name: "Back to the app" }).click();
    await ada.goTo("Account");
    await ada.sees(/^Ends on /);
  });

  test("the success address alone buys nothing: the page waits for Stripe", async () => {
    const ada = await someone();
    await ada.page.goto(`${ada.home}/account?checkout=success`);
    await ada.sees("Waiting for Stripe to confirm the payment …");
    await ada.sees("For trying things out.");
    await ada.press("Sign out");
    await ada.page.goto(`${ada.home}/account?checkout=success`);
    await ada.sees("Say it. See it built.");
    expect(await ada.page.textContent("body")).not.toMatch(/Thank you|Stripe to confirm/);
  });

  test("without Stripe nothing is charged, and an error is shown; later it works", async () => {
    const ada = await someone();
    await fixture.breakService("stripe", { path: "/v1/", kind: { status: 503 } });
    await ada.press("Upgrade to Pro");
    await ada.sees("Stripe did not answer. Nothing was charged; try again in a moment.");
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
    await ada.sees(/^That was a lot at once. You can go on in /);
    expect(await ada.whatToBuild.inputValue()).toBe("Make an astrolabe.");
    await ada.goTo("Account");
    await ada.sees(`${maxProjects} of ${maxProjects}, all taken`);
  });
});
