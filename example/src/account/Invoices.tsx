import { usePaginatedQuery } from "convex/react";
import { api } from "@backend/_generated/api";
import { formatDate, formatMoney } from "../lib/format";
import { Section } from "../ui/Section";
import { BillingList, BillingRow } from "./BillingList";

const PER_PAGE = 12; // a year of monthly invoices

/** Labels of Stripe's invoice statuses. */
const STATUS_LABELS: Partial<Record<string, string>> = {
  draft: "Draft",
  open: "To be paid",
  paid: "Paid",
  uncollectible: "Not paid",
  void: "Cancelled",
};

/** The invoices, newest first, each with a link to its page at Stripe. */
export function Invoices() {
  const pages = usePaginatedQuery(
    api.payments.queries.pageInvoices,
    {},
    { initialNumItems: PER_PAGE },
  );
  return (
    <Section title="Invoices">
      <BillingList pages={pages} perPage={PER_PAGE} empty="No invoices so far.">
        {pages.results.map((invoice) => (
          <BillingRow
            key={invoice.stripeInvoiceId}
            when={formatDate(invoice.createdAt)}
            what={<InvoiceName name={invoice.number} url={invoice.hostedInvoiceUrl} />}
            amount={formatMoney(invoice.amountDue, invoice.currency)}
            status={STATUS_LABELS[invoice.status] ?? invoice.status}
          />
        ))}
      </BillingList>
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
