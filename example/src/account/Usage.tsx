import { text } from "../text";

/** How much of the plan is used, in words and as a bar. */
export function Usage({ used, max }: { used: number; max: number }) {
  const full = used >= max;
  return (
    <div className="space-y-2">
      <p className="flex justify-between gap-4 text-sm">
        <span className="font-medium">{text.account.projects}</span>
        <span className={full ? "font-medium text-danger" : "text-muted"}>
          {full ? text.account.usageFull(used, max) : text.account.usage(used, max)}
        </span>
      </p>
      <div
        role="meter"
        aria-label={text.account.projectsUsed}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuenow={Math.min(used, max)}
        aria-valuetext={text.account.usage(used, max)}
        className="h-2 overflow-hidden rounded-full bg-line"
      >
        <div
          className={`h-full rounded-full transition-[width] ${full ? "bg-danger" : "bg-accent"}`}
          style={{ width: `${Math.min(100, (used / max) * 100)}%` }}
        />
      </div>
    </div>
  );
}
