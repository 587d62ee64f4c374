import { usePaginatedQuery } from "convex/react";
import { api } from "@backend/_generated/api";
import { formatDate, formatMoney } from "../lib/format";
import { text } from "../text";
import { Section } from "../ui/Section";
import { BillingList, BillingRow } from "./BillingList";

const PER_PAGE = 12; // a year of monthly invoices

/** Stripe may have further statuses, which are shown in its own words. */
const STATUS_LABELS: Partial<Record<string, string>> = text.account.invoiceStatus;

/** The invoices, newest first, each with a link to its page at Stripe. */
export function Invoices() {
  const pages = usePaginatedQuery(
    api.payments.queries.pageInvoices,
    {},
    { initialNumItems: PER_PAGE },
  );
  return (
    <Section title={text.account.invoices}>
      <BillingList pages={pages} perPage={PER_PAGE} empty={text.account.noInvoices}>
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

function InvoiceName({ name = text.account.invoice, url }: InvoiceNameProps) {
  if (url === undefined) return name;
  return (
    <a
      href={url}
      target="_blank"
      rel="noreferrer"
      className="inline-flex min-h-11 items-center font-medium text-accent underline underline-offset-4"
    >
      {name}
      <span className="sr-only"> {text.common.opensInNewTab}</span>
    </a>
  );
}
