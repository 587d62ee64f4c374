import { useQuery } from "convex/react";
import { lazy, useEffect, useState } from "react";
import { api } from "@backend/_generated/api";
import { useMediaQuery } from "../hooks/useMediaQuery";
import type { Project, Turn } from "../lib/types";
import { preloadMarkdown } from "../markdown/Markdown";
import { NotFoundPage } from "../shell/NotFoundPage";
import { LazyPart } from "../ui/LazyPart";
import { Splash } from "../ui/Splash";
import { ConversationPanel } from "./conversation/ConversationPanel";
import { FailureBanner } from "./FailureBanner";
import { Preview } from "./preview/Preview";
import { ProjectHeader } from "./ProjectHeader";
import { Tabs, type Tab } from "./Tabs";
import { useConversation } from "./conversation/useConversation";

/**
 * One project: the conversation on the left, the preview or the files on the right; on a small screen, one of them. The
 * default export of a module that is loaded after the first page.
 */
export default function ProjectPage({ projectId }: { projectId: string }) {
  const project = useQuery(api.projects.queries.getById, { projectId });
  if (project === undefined) return <Splash>Opening the project …</Splash>;
  if (project === null) return <NotFoundPage what="project" />;
  return <OpenProject project={project} />;
}

const FilesPanel = lazy(() => import("../files/FilesPanel"));

/** From here on there is room for two of the views side by side: Tailwind's `lg`. */
const WIDE = "(min-width: 64rem)";

function OpenProject({ project }: { project: Project }) {
  const isWide = useMediaQuery(WIDE);
  const [tab, setTab] = useState<Tab>("conversation");
  const [hasFiles, setHasFiles] = useState(false); // they are read when somebody looks at them
  const conversation = useConversation(project);
  useEffect(preloadMarkdown, []);
  const change = (next: Tab): void => {
    setTab(next);
    if (next === "files") setHasFiles(true);
  };
  const side = tab === "files" ? "files" : "preview";
  const isShown = (view: Tab): boolean =>
    isWide ? view === "conversation" || view === side : view === tab;
  const panel = (view: Tab): string =>
    `min-h-0 min-w-0 flex-col ${isShown(view) ? "flex flex-1" : "hidden"}`;
  return (
    <main id="content" data-fill className="flex min-h-0 flex-1 flex-col">
      <ProjectHeader project={project} />
      {project.status === "failed" && (
        <FailureBanner key={project.statusChangedAt} project={project} />
      )}
      {!isWide && (
        <Tabs isWide tabs={["conversation", "preview", "files"]} selected={tab} onChange={change} />
      )}
      <div className="grid min-h-0 flex-1 lg:grid-cols-[minmax(24rem,2fr)_3fr]">
        <section
          id="panel-conversation"
          aria-label="Conversation"
          className={`${panel("conversation")} lg:border-r lg:border-line`}
        >
          <ConversationPanel project={project} conversation={conversation} />
        </section>
        <div className={`min-h-0 min-w-0 flex-col ${isShown(side) ? "flex" : "hidden"}`}>
          {isWide && <Tabs tabs={["preview", "files"]} selected={side} onChange={change} />}
          <section id="panel-preview" aria-label="Preview" className={panel("preview")}>
            <Preview project={project} turns={conversation.turns} />
          </section>
          <section id="panel-files" aria-label="Files" className={panel("files")}>
            {hasFiles && (
              <LazyPart>
                <FilesPanel project={project} revision={latestEnd(conversation.turns ?? [])} />
              </LazyPart>
            )}
          </section>
        </div>
      </div>
    </main>
  );
}

/** When the latest turn ended, in ms since the epoch; 0 if none has. */
function latestEnd(turns: readonly Turn[]): number {
  return Math.max(0, ...turns.map(({ endedAt = 0 }) => endedAt));
}
