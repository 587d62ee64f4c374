/** Stripe's hosted pages: checkout and the billing portal. */
import type { Context } from "hono";
import { Hono } from "hono";
import { html } from "hono/html";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { EmulatorEnv } from "../../shared/middleware.ts";
import { cancelAtPeriodEnd, completeCheckout, isEnded, payOpenInvoice } from "../store/billing.ts";
import { customerJson } from "../store/json.ts";
import type { Markup } from "./layout.ts";
import { day, layout, money, PAGE_HEADERS } from "./layout.ts";
import type { StripeStore } from "../store/store.ts";
import { getOrThrow, priceOf } from "../store/store.ts";
import type { Customer, Invoice, Portal, Session, Subscription } from "../store/rows.ts";

/** `/c/pay/:id`, the `url` of a checkout session. `url` is the emulator's. */
export function checkoutPages(store: StripeStore, url: string): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.get("/:id", (context) => {
    const session = store.sessions.get(context.req.param("id"));
    if (session?.status === "complete") return show(context, "Checkout", paidPage(session));
    if (session?.status !== "open")
      return gone(context, "This checkout has ended, or it does not exist.");
    return show(context, "Checkout", checkoutPage(store, session));
  });
  app.post("/:id", async (context) => {
    const session = store.sessions.get(context.req.param("id"));
    if (session?.status === "complete") return context.redirect(successUrl(session), 303);
    if (session?.status !== "open")
      return gone(context, "This checkout has ended, or it does not exist.");
    if (store.customers.get(session.customer ?? "")?.deleted) {
      return gone(context, "This checkout's customer has been deleted.");
    }
    const form = await context.req.parseBody();
    if (form.card !== "works") {
      return show(context, "Checkout", checkoutPage(store, session, true), 402);
    }
    const tx = store.begin();
    const done = completeCheckout(store, tx, session, url);
    tx.commit();
    return context.redirect(successUrl(done), 303);
  });
  return app;
}

/** `/p/session/:id`, the `url` of a portal session. */
export function portalPages(store: StripeStore): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.get("/:id", (context) => {
    const portal = store.portals.get(context.req.param("id"));
    if (portal === undefined) return gone(context, "This portal session does not exist.");
    return show(context, "Billing", portalPage(store, portal));
  });
  app.post("/:id", async (context) => {
    const portal = store.portals.get(context.req.param("id"));
    if (portal === undefined) return gone(context, "This portal session does not exist.");
    const { action, subscription, card } = await context.req.parseBody();
    if (action === "card") replaceCard(store, portal, card === "declines" ? "declines" : "works");
    const own = currentSubscriptionsOf(store, portal.customer).find(
      ({ id }) => id === subscription,
    );
    if (own !== undefined && (action === "cancel" || action === "resume")) {
      const tx = store.begin();
      cancelAtPeriodEnd(store, tx, own, action === "cancel");
      tx.commit();
    }
    return context.redirect(context.req.path, 303);
  });
  return app;
}

function checkoutPage(store: StripeStore, session: Session, declined = false): Markup {
  const price = getOrThrow(store.prices, "price", session.price);
  const product = getOrThrow(store.products, "product", price.product);
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

/** For a checkout that is complete already. */
function paidPage(session: Session): Markup {
  return html`<h1>This has been paid</h1>
    <p>There is nothing more to do here.</p>
    <a class="button" href="${successUrl(session)}">Back to the app</a>`;
}

function portalPage(store: StripeStore, portal: Portal): Markup {
  const customer = getOrThrow(store.customers, "customer", portal.customer);
  const subscriptions = currentSubscriptionsOf(store, portal.customer);
  const invoices = store.invoices.values().filter((row) => row.customer === portal.customer);
  return html`<h1>Your billing</h1>
    ${subscriptions.length === 0 ? html`<p>You have no subscription.</p>` : ""}
    ${subscriptions.map((row) => subscriptionPart(store, row))}
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

function subscriptionPart(store: StripeStore, row: Subscription): Markup {
  const price = priceOf(store, row);
  const { name } = getOrThrow(store.products, "product", price.product);
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

/** Replaces the card. If it works, open invoices are paid at once. */
function replaceCard(store: StripeStore, portal: Portal, card: Customer["card"]): void {
  const tx = store.begin();
  const customer = getOrThrow(store.customers, "customer", portal.customer);
  tx.event("customer.updated", customerJson(tx.put(store.customers, { ...customer, card })));
  if (card === "works") {
    for (const row of currentSubscriptionsOf(store, portal.customer))
      payOpenInvoice(store, tx, row);
  }
  tx.commit();
}

function currentSubscriptionsOf(store: StripeStore, customer: string): Subscription[] {
  return store.subscriptions.values().filter((row) => row.customer === customer && !isEnded(row));
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
