import { useQuery } from "convex/react";
import { api } from "@backend/_generated/api";
import { Section } from "../ui/Section";
import { PlanActions } from "./PlanActions";
import { SubscriptionStatus } from "./SubscriptionStatus";
import { Usage } from "./Usage";

const PLAN_TEXTS = {
  free: { name: "Free", about: "For trying things out." },
  pro: { name: "Pro", about: "For everything you have in mind." },
};

/** The plan, its usage, and the buttons to change it. */
export function Plan() {
  const current = useQuery(api.payments.queries.currentPlan);
  if (current === undefined) {
    return (
      <Section title="Plan">
        <div className="h-56 animate-breathe rounded-2xl border border-line bg-surface" />
      </Section>
    );
  }
  const { name, about } = PLAN_TEXTS[current.plan];
  return (
    <Section title="Plan">
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
