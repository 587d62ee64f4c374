import { usePaginatedQuery } from "convex/react";
import { useRef, useState } from "react";
import { api } from "@backend/_generated/api";
import { useDraft } from "../hooks/useDraft";
import { useOnVisible } from "../hooks/useOnVisible";
import { putBack } from "../lib/conversation";
import type { Project } from "../lib/types";
import { IconButton } from "../ui/Button";
import { More } from "../ui/More";
import { Announcer } from "./Announcer";
import { Composer } from "./Composer";
import { MessageView } from "./MessageView";
import { PendingView } from "./PendingView";
import { Prompt } from "./Prompt";
import { usePrompts } from "./usePrompts";

const PER_PAGE = 30;

/**
 * What was said, the newest at the bottom. The box is laid out from its bottom upwards: so the browser
 * itself stays at the newest line while it grows, and in its place when older ones are put on top.
 */
export function Conversation({ project }: { project: Project }) {
  const { results, status, loadMore } = usePaginatedQuery(
    api.messages.queries.pageByProject,
    { projectId: project._id },
    { initialNumItems: PER_PAGE },
  );
  const { pending, send, forget } = usePrompts(project, results);
  const draft = useDraft(project._id);
  const [atEnd, setAtEnd] = useState(true);
  const end = useOnVisible<HTMLDivElement>(setAtEnd);
  const box = useRef<HTMLDivElement>(null);
  const toEnd = (): void => box.current?.scrollTo({ top: 0, behavior: "smooth" });
  const messages = results.toReversed();
  return (
    <>
      <div className="relative flex min-h-0 flex-1 flex-col">
        <div
          ref={box}
          // eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex -- so that the keyboard can scroll it
          tabIndex={0}
          role="log"
          aria-label="Messages"
          aria-live="off"
          className="flex min-h-0 flex-1 flex-col-reverse overflow-y-auto focus-visible:-outline-offset-2"
        >
          <div className="mb-auto space-y-6 px-4 py-6 sm:px-6">
            {status === "CanLoadMore" && <More onMore={() => loadMore(PER_PAGE)} />}
            {status.startsWith("Loading") && (
              <p className="py-3 text-center text-sm text-muted">Loading …</p>
            )}
            {status === "Exhausted" && <Prompt>{project.prompt}</Prompt>}
            {messages.map((message) => (
              <MessageView
                key={message._id}
                message={message}
                growing={project.status === "generating" && message === messages.at(-1)}
              />
            ))}
            {status !== "LoadingFirstPage" &&
              pending.map((each) => (
                <PendingView
                  key={each.clientMessageId}
                  pending={each}
                  onRetry={() => void send(each)}
                  onDismiss={() => {
                    forget(each);
                    draft.write(putBack(each.content, draft.text));
                  }}
                />
              ))}
            <div ref={end} className="-mt-6 h-px" />
          </div>
        </div>
        {!atEnd && (
          <IconButton
            icon="down"
            label="To the newest message"
            onClick={toEnd}
            className="absolute right-4 bottom-3 animate-arrive rounded-full border border-line bg-surface shadow-lift"
          />
        )}
      </div>
      <Announcer project={project} />
      <Composer
        project={project}
        draft={draft}
        onSend={(content) => {
          toEnd();
          void send({ clientMessageId: crypto.randomUUID(), content });
        }}
      />
    </>
  );
}
