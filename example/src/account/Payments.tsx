import { usePaginatedQuery } from "convex/react";
import { api } from "@backend/_generated/api";
import { formatDate, formatMoney } from "../lib/format";
import { Section } from "../ui/Section";
import { BillingList, BillingRow } from "./BillingList";

const PER_PAGE = 12;

/** The successful payments, newest first. */
export function Payments() {
  const pages = usePaginatedQuery(
    api.payments.queries.pagePayments,
    {},
    { initialNumItems: PER_PAGE },
  );
  return (
    <Section title="Payments">
      <BillingList pages={pages} perPage={PER_PAGE} empty="No payments so far.">
        {pages.results.map((payment) => (
          <BillingRow
            key={payment.stripePaymentIntentId}
            when={formatDate(payment.createdAt)}
            what="Card payment"
            amount={formatMoney(payment.amount, payment.currency)}
            status="Received"
          />
        ))}
      </BillingList>
    </Section>
  );
}
