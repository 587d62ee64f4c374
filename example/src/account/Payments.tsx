import { usePaginatedQuery } from "convex/react";
import { api } from "@backend/_generated/api";
import { formatDate, formatMoney } from "../lib/format";
import { text } from "../text";
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
    <Section title={text.account.payments}>
      <BillingList pages={pages} perPage={PER_PAGE} empty={text.account.noPayments}>
        {pages.results.map((payment) => (
          <BillingRow
            key={payment.stripePaymentIntentId}
            when={formatDate(payment.createdAt)}
            what={text.account.cardPayment}
            amount={formatMoney(payment.amount, payment.currency)}
            status={text.account.succeeded}
          />
        ))}
      </BillingList>
    </Section>
  );
}
