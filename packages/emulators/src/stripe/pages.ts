/** The pages people see: checkout, which pays or cancels, and the billing portal. */
import type { Context } from "hono";
import { Hono } from "hono";
import { html } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { EmulatorEnv } from "../shared/middleware.ts";
import { cancelAtPeriodEnd, collect, completeCheckout, isEnded } from "./billing.ts";
import { customerJson } from "./describe.ts";
import type { Markup } from "./layout.ts";
import { day, layout, money, PAGE_HEADERS } from "./layout.ts";
import type { Ledger } from "./ledger.ts";
import { must, priceOf } from "./ledger.ts";
import type { Customer, Invoice, Portal, Session, Subscription } from "./rows.ts";

/** `/c/pay/:id`, where a session's `url` leads. `url` is the emulator's own. */
export function checkoutPages(ledger: Ledger, url: string): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.get("/:id", (context) => {
    const session = ledger.sessions.get(context.req.param("id"));
    if (session?.status === "complete") return show(context, "Checkout", paidPage(session));
    if (session?.status !== "open") return gone(context, "This checkout is over or never was.");
    return show(context, "Checkout", checkoutPage(ledger, session));
  });
  app.post("/:id", async (context) => {
    const session = ledger.sessions.get(context.req.param("id"));
    if (session?.status === "complete") return context.redirect(successUrl(session), 303);
    if (session?.status !== "open") return gone(context, "This checkout is over or never was.");
    if (ledger.customers.get(session.customer ?? "")?.deleted) {
      return gone(context, "This checkout's customer has been deleted.");
    }
    const form = await context.req.parseBody();
    if (form.card !== "works") {
      return show(context, "Checkout", checkoutPage(ledger, session, true), 402);
    }
    const work = ledger.work();
    const done = completeCheckout(ledger, work, session, url);
    work.commit();
    return context.redirect(successUrl(done), 303);
  });
  return app;
}

/** `/p/session/:id`, where a portal session's `url` leads. */
export function portalPages(ledger: Ledger): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.get("/:id", (context) => {
    const portal = ledger.portals.get(context.req.param("id"));
    if (portal === undefined) return gone(context, "This portal session never was.");
    return show(context, "Billing", portalPage(ledger, portal));
  });
  app.post("/:id", async (context) => {
    const portal = ledger.portals.get(context.req.param("id"));
    if (portal === undefined) return gone(context, "This portal session never was.");
    const { action, subscription, card } = await context.req.parseBody();
    if (action === "card") replaceCard(ledger, portal, card === "declines" ? "declines" : "works");
    const own = livingOf(ledger, portal.customer).find(({ id }) => id === subscription);
    if (own !== undefined && (action === "cancel" || action === "resume")) {
      const work = ledger.work();
      cancelAtPeriodEnd(ledger, work, own, action === "cancel");
      work.commit();
    }
    return context.redirect(context.req.path, 303);
  });
  return app;
}

function checkoutPage(ledger: Ledger, session: Session, declined = false): Markup {
  const price = must(ledger.prices, "price", session.price);
  const product = must(ledger.products, "product", price.product);
  const amount = money(price.unitAmount * session.quantity, price.currency);
  const per = session.mode === "subscription" ? `per ${price.interval}` : "once";
  return html`<h1>${product.name}</h1>
    <p class="price">${amount} <small>${per}</small></p>
    ${declined ? html`<p role="alert">Your card was declined. Try another one.</p>` : ""}
    <form method="post">
      ${cardChoice("works")}
      <button class="main">${session.mode === "subscription" ? "Subscribe" : "Pay"}</button>
    </form>
    ${
      session.cancelUrl === null
        ? ""
        : html`<a class="button" href="${session.cancelUrl}">Cancel and go back</a>`
    }`;
}

/** For whoever comes back to a checkout that is over. */
function paidPage(session: Session): Markup {
  return html`<h1>This has been paid</h1>
    <p>There is nothing more to do here.</p>
    <a class="button" href="${successUrl(session)}">Back to the app</a>`;
}

function portalPage(ledger: Ledger, portal: Portal): Markup {
  const customer = must(ledger.customers, "customer", portal.customer);
  const subscriptions = livingOf(ledger, portal.customer);
  const invoices = ledger.invoices.values().filter((row) => row.customer === portal.customer);
  return html`<h1>Your billing</h1>
    ${subscriptions.length === 0 ? html`<p>You have no subscription.</p>` : ""}
    ${subscriptions.map((row) => subscriptionPart(ledger, row))}
    <h2>Payment method</h2>
    <form method="post">
      ${cardChoice(customer.card)}
      <button name="action" value="card">Update the card</button>
    </form>
    <h2>Invoices</h2>
    ${invoices.length === 0 ? html`<p>None yet.</p>` : invoiceList(invoices)}
    ${
      portal.returnUrl === null
        ? ""
        : html`<a class="button" href="${portal.returnUrl}">Back to the app</a>`
    }`;
}

function subscriptionPart(ledger: Ledger, row: Subscription): Markup {
  const price = priceOf(ledger, row);
  const { name } = must(ledger.products, "product", price.product);
  const end = day(row.periodEnd);
  const [action, label] = row.cancelAtPeriodEnd ? ["resume", "Resume"] : ["cancel", "Cancel"];
  return html`<h2>${name}</h2>
    <p>
      ${money(price.unitAmount * row.quantity, price.currency)} per ${price.interval},
      ${row.status.replace("_", " ")}. ${row.cancelAtPeriodEnd ? "Ends" : "Renews"} on ${end}.
    </p>
    <form method="post">
      <input type="hidden" name="subscription" value="${row.id}" />
      <button name="action" value="${action}">${label} the subscription</button>
    </form>`;
}

function invoiceList(invoices: Invoice[]): Markup {
  return html`<ul>
    ${invoices.map(
      (row) =>
        html`<li>
          <span>${row.number}, ${day(row.created)}</span>
          <span>${money(row.amount, row.currency)}, ${row.status}</span>
        </li>`,
    )}
  </ul>`;
}

function cardChoice(chosen: Customer["card"]): Markup {
  const choice = (value: Customer["card"], label: string) =>
    html`<label>
      <input type="radio" name="card" value="${value}" ${value === chosen ? "checked" : ""} />
      ${label}
    </label>`;
  return html`<fieldset>
    <legend>Card</legend>
    ${choice("works", "•••• 4242, which works")}
    ${choice("declines", "•••• 0341, which is declined")}
  </fieldset>`;
}

/** A new card takes effect at the next charge, which is at once for what is open. */
function replaceCard(ledger: Ledger, portal: Portal, card: Customer["card"]): void {
  const work = ledger.work();
  const customer = must(ledger.customers, "customer", portal.customer);
  work.event("customer.updated", customerJson(work.put(ledger.customers, { ...customer, card })));
  if (card === "works") {
    for (const row of livingOf(ledger, portal.customer)) collect(ledger, work, row);
  }
  work.commit();
}

function livingOf(ledger: Ledger, customer: string): Subscription[] {
  return ledger.subscriptions.values().filter((row) => row.customer === customer && !isEnded(row));
}

function successUrl(session: Session): string {
  return session.successUrl.replaceAll("{CHECKOUT_SESSION_ID}", session.id);
}

function show(
  context: Context<EmulatorEnv>,
  title: string,
  content: Markup,
  status: ContentfulStatusCode = 200,
) {
  return context.html(layout(title, content), status, PAGE_HEADERS);
}

function gone(context: Context<EmulatorEnv>, text: string) {
  return show(
    context,
    "Nothing here",
    html`<h1>Nothing here</h1>
      <p>${text}</p>`,
    404,
  );
}
