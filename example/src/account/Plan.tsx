import { useQuery } from "convex/react";
import { api } from "@backend/_generated/api";
import { text } from "../text";
import { Section } from "../ui/Section";
import { PlanActions } from "./PlanActions";
import { SubscriptionStatus } from "./SubscriptionStatus";
import { Usage } from "./Usage";

/** The plan, its usage, and the buttons to change it. */
export function Plan() {
  const current = useQuery(api.payments.queries.currentPlan);
  if (current === undefined) {
    return (
      <Section title={text.account.plan}>
        <div className="h-56 animate-breathe rounded-2xl border border-line bg-surface" />
      </Section>
    );
  }
  const { name, about } = text.account.plans[current.plan];
  return (
    <Section title={text.account.plan}>
      <div className="space-y-6 rounded-2xl border border-line bg-surface p-6">
        <div>
          <p className="text-2xl font-semibold">{name}</p>
          {current.subscription === null ? (
            <p className="text-muted">{about}</p>
          ) : (
            <SubscriptionStatus subscription={current.subscription} />
          )}
        </div>
        <Usage used={current.usage.projects} max={current.limits.maxProjects} />
        <PlanActions current={current} />
      </div>
    </Section>
  );
}
