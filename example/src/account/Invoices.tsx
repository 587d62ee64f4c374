import { usePaginatedQuery } from "convex/react";
import { api } from "@backend/_generated/api";
import { day, money } from "../lib/format";
import { Section } from "../ui/Section";
import { Line, Lines } from "./Lines";

const PER_PAGE = 12; // a year of monthly bills

/** Stripe's words for an invoice's status, in ours. */
const STATUSES: Partial<Record<string, string>> = {
  draft: "Draft",
  open: "To be paid",
  paid: "Paid",
  uncollectible: "Not paid",
  void: "Cancelled",
};

/** The invoices, newest first; each leads to Stripe's own page of it. */
export function Invoices() {
  const pages = usePaginatedQuery(
    api.payments.queries.pageInvoices,
    {},
    { initialNumItems: PER_PAGE },
  );
  return (
    <Section title="Invoices">
      <Lines pages={pages} perPage={PER_PAGE} empty="No invoices so far.">
        {pages.results.map((invoice) => (
          <Line
            key={invoice.stripeInvoiceId}
            when={day(invoice.createdAt)}
            what={<InvoiceName name={invoice.number} url={invoice.hostedInvoiceUrl} />}
            amount={money(invoice.amountDue, invoice.currency)}
            status={STATUSES[invoice.status] ?? invoice.status}
          />
        ))}
      </Lines>
    </Section>
  );
}

type InvoiceNameProps = { name: string | undefined; url: string | undefined };

function InvoiceName({ name = "Invoice", url }: InvoiceNameProps) {
  if (url === undefined) return name;
  return (
    <a
      href={url}
      target="_blank"
      rel="noreferrer"
      className="inline-flex min-h-11 items-center font-medium text-accent underline underline-offset-4"
    >
      {name}
      <span className="sr-only"> (opens in a new tab)</span>
    </a>
  );
}
