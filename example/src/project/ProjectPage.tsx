import { useQuery } from "convex/react";
import { useState } from "react";
import { api } from "@backend/_generated/api";
import type { Project } from "../lib/types";
import { NotFoundPage } from "../shell/NotFoundPage";
import { Splash } from "../ui/Splash";
import { ConversationPanel } from "./conversation/ConversationPanel";
import { FailureBanner } from "./FailureBanner";
import { Preview } from "./preview/Preview";
import { ProjectHeader } from "./ProjectHeader";
import { Tabs, type Tab } from "./Tabs";
import { useConversation } from "./conversation/useConversation";

/** One project: the conversation on the left, the preview on the right; on a small screen, one of them. */
export function ProjectPage({ projectId }: { projectId: string }) {
  const project = useQuery(api.projects.queries.getById, { projectId });
  if (project === undefined) return <Splash>Opening the project …</Splash>;
  if (project === null) return <NotFoundPage what="project" />;
  return <OpenProject project={project} />;
}

function OpenProject({ project }: { project: Project }) {
  const [tab, setTab] = useState<Tab>("conversation");
  const conversation = useConversation(project);
  const panel = (name: Tab): string =>
    `min-h-0 min-w-0 ${tab === name ? "flex" : "hidden"} flex-col lg:flex`;
  return (
    <main id="content" data-fill className="flex min-h-0 flex-1 flex-col">
      <ProjectHeader project={project} />
      {project.status === "failed" && (
        <FailureBanner key={project.statusChangedAt} project={project} />
      )}
      <Tabs tab={tab} onChange={setTab} />
      <div className="grid min-h-0 flex-1 lg:grid-cols-[minmax(24rem,2fr)_3fr]">
        <section
          id="panel-conversation"
          aria-label="Conversation"
          className={`${panel("conversation")} lg:border-r lg:border-line`}
        >
          <ConversationPanel project={project} conversation={conversation} />
        </section>
        <section id="panel-preview" aria-label="Preview" className={panel("preview")}>
          <Preview project={project} turns={conversation.turns} />
        </section>
      </div>
    </main>
  );
}
