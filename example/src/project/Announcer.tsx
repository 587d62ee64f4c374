import type { Project } from "../lib/types";

const WORDS: Record<Project["status"], string> = {
  creating: "The sandbox is being made …",
  generating: "The agent is at work …",
  ready: "The project is ready.",
  stopped: "The project is stopped.",
  archived: "The project is archived.",
  failed: "", // what went wrong is said elsewhere
};

/** How the project is: heard whenever it changes, and seen above the composer while something goes on. */
export function Announcer({ project: { status } }: { project: Project }) {
  const working = status === "creating" || status === "generating";
  return (
    <p role="status" className="px-5 text-sm text-work">
      <span className={working ? "inline-block animate-breathe py-2" : "sr-only"}>
        {WORDS[status]}
      </span>
    </p>
  );
}
