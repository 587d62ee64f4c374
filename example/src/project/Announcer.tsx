import type { Project } from "../lib/types";

const WORDS: Partial<Record<Project["status"], string>> = {
  creating: "The sandbox is being made …",
  generating: "The agent is at work …",
};

/** What goes on, in a line above the composer: seen by some, heard by others when it changes. */
export function Announcer({ project }: { project: Project }) {
  const words = WORDS[project.status];
  return (
    <p role="status" className="px-5 text-sm text-work">
      {words && <span className="inline-block animate-breathe py-2">{words}</span>}
      {project.status === "ready" && <span className="sr-only">The project is ready.</span>}
    </p>
  );
}
