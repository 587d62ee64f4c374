import type { Step } from "../../lib/types";
import { text } from "../../text";
import { Icon, type IconName } from "../../ui/Icon";
import { stepTime } from "./steps";

const STATES: Record<Step["status"], { icon: IconName; className: string }> = {
  running: { icon: "dot", className: "animate-breathe text-work" },
  done: { icon: "check", className: "text-accent" },
  failed: { icon: "close", className: "text-danger" },
};

type StepsProps = {
  steps: readonly Step[];
  /** In ms since the epoch. */
  now: number;
};

/** What the agent does in a turn, step by step. */
export function Steps({ steps, now }: StepsProps) {
  return (
    <ol aria-label={text.conversation.steps} className="space-y-1.5">
      {steps.map((step) => {
        const { icon, className } = STATES[step.status];
        return (
          <li key={step.position} className="flex items-start gap-2">
            <span className={`mt-0.5 ${className}`}>
              <Icon name={icon} className="size-4" />
            </span>
            <span className="min-w-0 flex-1 wrap-anywhere text-ink">
              <span className="sr-only">{text.conversation.stepStatus[step.status]} </span>
              {step.title}
            </span>
            <span className="shrink-0 tabular-nums">{stepTime(step, now)}</span>
          </li>
        );
      })}
    </ol>
  );
}
