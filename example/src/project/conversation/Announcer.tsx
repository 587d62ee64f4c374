import type { Project, Turn } from "../../lib/types";

const TEXTS: Record<Project["status"], string> = {
  creating: "The sandbox is being made …",
  generating: "The agent is at work …",
  ready: "The project is ready.",
  stopped: "The project is stopped.",
  archived: "The project is archived.",
  failed: "", // `FailureBanner` says why
};

type AnnouncerProps = { project: Project; turns: readonly Turn[] };

/**
 * Announces each status, and the end of each turn, to screen readers. The status is shown above the composer while the
 * sandbox is being made; the agent's work is shown where its answer will be.
 */
export function Announcer({ project: { status }, turns }: AnnouncerProps) {
  const ended = turns.find(({ endedAt }) => endedAt !== undefined);
  return (
    <>
      <p role="status" className="sr-only">
        {ended && endOf(ended)}
      </p>
      <p role="status" className="px-5 text-sm text-work">
        <span className={status === "creating" ? "inline-block animate-breathe py-2" : "sr-only"}>
          {TEXTS[status]}
        </span>
      </p>
    </>
  );
}

/** With its number, so that two ends of the same kind are two announcements. */
function endOf({ number, status, failure }: Turn): string {
  const turn = `Turn ${number.toString()}`;
  if (failure) return `${turn} has failed. ${failure.reason}`;
  return status === "cancelled" ? `${turn} was stopped.` : `${turn} is done.`;
}
