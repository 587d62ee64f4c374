import type { App, Setting } from "../../app.ts";
import { escapeHtml } from "../../page.ts";
import { shortened } from "../../words.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";

/** The currencies that a prompt may name. */
const CURRENCIES: [RegExp, string][] = [
  [/€|\beuros?\b|\bEUR\b/i, "EUR"],
  [/\$|\bdollars?\b|\bUSD\b/i, "USD"],
  [/£|\bpounds?\b|\bGBP\b|\bsterling\b/i, "GBP"],
  [/\bfrancs?\b|\bCHF\b/i, "CHF"],
];

/** An invoice: lines, totals with tax, and printing. */
export const invoice: App = {
  id: "invoice",
  label: "Invoice",
  what: "an invoice",
  words: /\binvoices?\b|\binvoicing\b/i,
  hints: /\b(bills?|billing|receipts?|quotations?|estimates?|vat)\b/i,
  colour: "blue",
  nameFor: (subject) => (subject === undefined ? "Invoice" : shortened(subject)),
  features: [
    "**Lines** with quantity and price can be added and deleted; everything is added up, to the cent",
    "**Tax** at any rate; number, dates, and who it is from and to can be edited in place",
    "**Print** it, or save it as a PDF, without any of the buttons",
  ],
  markup: ({ name }) => `
<div class="toolbar">
  <p class="muted" id="saved">Kept in this browser</p>
  <div class="row"><button type="button" class="quiet" id="fresh">New invoice</button><button type="button" class="primary" id="print">Print</button></div>
</div>
<form id="invoice" class="card sheet" autocomplete="off">
  <header>
    <div>
      <h1>${escapeHtml(name)}</h1>
      <p class="label" id="due-in"></p>
    </div>
    <div class="facts">
      <label for="number">Number</label><input id="number" name="number" maxlength="30">
      <label for="date">Date</label><input id="date" name="date" type="date">
      <label for="due">Due</label><input id="due" name="due" type="date">
    </div>
  </header>
  <div class="parties">
    <div class="field"><label for="from">From</label><textarea id="from" name="from" rows="3"></textarea></div>
    <div class="field"><label for="to">To</label><textarea id="to" name="to" rows="3"></textarea></div>
  </div>
  <div role="table" aria-label="Lines" class="lines">
    <div role="row" class="line head">
      <span role="columnheader">Description</span><span role="columnheader">Quantity</span><span role="columnheader">Price</span><span role="columnheader">Amount</span><span role="columnheader"><span class="unseen">Delete</span></span>
    </div>
    <div role="rowgroup" id="lines"></div>
  </div>
  <button type="button" class="soft" id="add">Add a line</button>
  <dl class="totals">
    <div><dt>Subtotal</dt><dd id="subtotal"></dd></div>
    <div><dt><label for="tax">Tax</label> <input id="tax" name="tax" type="number" min="0" max="100" step="0.1" inputmode="decimal"> %</dt><dd id="tax-amount"></dd></div>
    <div class="total"><dt>Total</dt><dd id="total"></dd></div>
  </dl>
  <div class="field"><label for="note">Note</label><textarea id="note" name="note" rows="2"></textarea></div>
</form>`,
  style,
  script,
  settingsIn,
};

/** A currency, and a rate of tax. */
function settingsIn(prompt: string): Setting[] {
  const currency = CURRENCIES.find(([words]) => words.test(prompt))?.[1];
  const [, before, after] =
    /(\d{1,2}(?:[.,]\d)?) ?(?:%|per ?cent) ?(?:tax|vat)?|\b(?:tax|vat)\b\D{0,12}(\d{1,2}(?:[.,]\d)?)/i.exec(
      prompt,
    ) ?? [];
  const tax = (before ?? after)?.replace(",", ".");
  return [
    ...(currency
      ? [{ name: "currency", value: currency, said: `The currency is **${currency}**.` }]
      : []),
    ...(tax ? [{ name: "tax", value: tax, said: `New invoices have **${tax} %** tax.` }] : []),
  ];
}
