import { usePaginatedQuery } from "convex/react";
import { api } from "@backend/_generated/api";
import { day, money } from "../lib/format";
import { Section } from "../ui/Section";
import { Line, Lines } from "./Lines";

const PER_PAGE = 12;

/** The payments that came through, newest first. */
export function Payments() {
  const pages = usePaginatedQuery(
    api.payments.queries.pagePayments,
    {},
    { initialNumItems: PER_PAGE },
  );
  return (
    <Section title="Payments">
      <Lines pages={pages} perPage={PER_PAGE} empty="No payments so far.">
        {pages.results.map((payment) => (
          <Line
            key={payment.stripePaymentIntentId}
            when={day(payment.createdAt)}
            what="Card payment"
            amount={money(payment.amount, payment.currency)}
            status="Received"
          />
        ))}
      </Lines>
    </Section>
  );
}
