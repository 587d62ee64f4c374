import type { Project, Turn } from "../../lib/types";
import { text } from "../../text";

const STATUS_SENTENCES: Record<Project["status"], string> = {
  ...text.project.statusSentence,
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
          {STATUS_SENTENCES[status]}
        </span>
      </p>
    </>
  );
}

/** With its number, so that two ends of the same kind are two announcements. */
function endOf({ number, status, failure }: Turn): string {
  if (failure) return text.versions.failed(number, failure.reason);
  return status === "cancelled" ? text.versions.stopped(number) : text.versions.finished(number);
}
