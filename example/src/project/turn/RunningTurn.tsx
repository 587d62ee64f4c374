import { useQuery } from "convex/react";
import { api } from "@backend/_generated/api";
import { useNow } from "../../hooks/useNow";
import type { Turn } from "../../lib/types";
import { text } from "../../text";
import { Steps } from "./Steps";
import { workingFor } from "./steps";

/** What the agent is doing, and for how long it has been at work. */
export function RunningTurn({ turn }: { turn: Turn }) {
  const now = useNow(true);
  const steps = useQuery(api.turns.queries.steps, { turnId: turn._id }) ?? [];
  return (
    <div className="max-w-prose space-y-3 rounded-xl border border-line px-4 py-3 text-sm text-muted">
      <p className="flex justify-between gap-3">
        <span className="animate-breathe font-medium text-work">{text.conversation.working}</span>
        <span className="tabular-nums">{workingFor(turn, now)}</span>
      </p>
      {steps.length > 0 && <Steps steps={steps} now={now} />}
    </div>
  );
}
