import { useQuery } from "convex/react";
import { lazy, useEffect, useState, type CSSProperties } from "react";
import { api } from "@backend/_generated/api";
import { useMediaQuery } from "../hooks/useMediaQuery";
import { useStoredNumber } from "../hooks/useStored";
import type { Project, Turn } from "../lib/types";
import { preloadMarkdown } from "../markdown/Markdown";
import { Header } from "../shell/Header";
import { NotFoundPage } from "../shell/NotFoundPage";
import { text } from "../text";
import { LazyPart } from "../ui/LazyPart";
import { Splash } from "../ui/Splash";
import { ConversationPanel } from "./conversation/ConversationPanel";
import { useConversation } from "./conversation/useConversation";
import { FailureBanner } from "./FailureBanner";
import { DEFAULT_SPLIT, PaneDivider } from "./PaneDivider";
import { Preview } from "./preview/Preview";
import { ProjectActions } from "./ProjectActions";
import { ProjectTitle } from "./ProjectTitle";
import { Tabs, type Tab } from "./Tabs";

/**
 * One project: the conversation on the left, the preview or the files on the right; on a small screen, one of them. The
 * default export of a module that is loaded after the first page.
 */
export default function ProjectPage({ projectId }: { projectId: string }) {
  const project = useQuery(api.projects.queries.getById, { projectId });
  if (project === null) return <NotFoundPage what="project" />;
  if (project !== undefined) return <OpenProject project={project} />;
  return (
    <>
      <Header />
      <Splash>{text.project.opening}</Splash>
    </>
  );
}

const FilesPanel = lazy(() => import("../files/FilesPanel"));

/** From here on there is room for two of the views side by side: Tailwind's `lg`. */
const WIDE = "(min-width: 64rem)";

function OpenProject({ project }: { project: Project }) {
  const isWide = useMediaQuery(WIDE);
  const [isRenaming, setIsRenaming] = useState(false);
  const [split, setSplit] = useStoredNumber("split", DEFAULT_SPLIT);
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
  const isUpdated = useIsUpdated(latestEnd(conversation.turns ?? []), isShown("preview"));
  return (
    <>
      <Header actions={<ProjectActions project={project} onRename={() => setIsRenaming(true)} />}>
        <ProjectTitle
          project={project}
          isRenaming={isRenaming}
          onRenamed={() => setIsRenaming(false)}
        />
      </Header>
      <main id="content" data-fill className="flex min-h-0 flex-1 flex-col">
        {project.status === "failed" && (
          <FailureBanner key={project.statusChangedAt} project={project} />
        )}
        {!isWide && (
          <Tabs
            isWide
            tabs={["conversation", "preview", "files"]}
            selected={tab}
            updated={isUpdated ? "preview" : undefined}
            onChange={change}
          />
        )}
        <div
          // React's type lacks custom properties.
          style={{ "--split": `${split}%` } as CSSProperties}
          className="grid min-h-0 flex-1 grid-cols-1 lg:grid-cols-[minmax(22rem,var(--split))_auto_minmax(22rem,1fr)]"
        >
          <section
            id="panel-conversation"
            aria-label={text.project.tabs.conversation}
            className={panel("conversation")}
          >
            <ConversationPanel project={project} conversation={conversation} />
          </section>
          {isWide && <PaneDivider label={text.project.resize} value={split} onChange={setSplit} />}
          <div className={`min-h-0 min-w-0 flex-col ${isShown(side) ? "flex" : "hidden"}`}>
            {isWide && <Tabs tabs={["preview", "files"]} selected={side} onChange={change} />}
            <section
              id="panel-preview"
              aria-label={text.project.tabs.preview}
              className={panel("preview")}
            >
              <Preview project={project} turns={conversation.turns} />
            </section>
            <section
              id="panel-files"
              aria-label={text.project.tabs.files}
              className={panel("files")}
            >
              {hasFiles && (
                <LazyPart>
                  <FilesPanel project={project} revision={latestEnd(conversation.turns ?? [])} />
                </LazyPart>
              )}
            </section>
          </div>
        </div>
      </main>
    </>
  );
}

/** When the latest turn ended, in ms since the epoch; 0 if none has. */
function latestEnd(turns: readonly Turn[]): number {
  return Math.max(0, ...turns.map(({ endedAt = 0 }) => endedAt));
}

/** Whether something has changed since it was last shown. What is there when the page opens counts as shown. */
function useIsUpdated(revision: number, isShown: boolean): boolean {
  const [shown, setShown] = useState(revision);
  if (shown !== revision && (isShown || shown === 0)) setShown(revision);
  return !isShown && shown !== revision;
}
