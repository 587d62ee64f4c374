import { usePaginatedQuery } from "convex/react";
import { useRef, useState } from "react";
import { api } from "@backend/_generated/api";
import { useDraft } from "../hooks/useDraft";
import { useOnVisible } from "../hooks/useOnVisible";
import { prependToDraft, type PendingPrompt } from "../lib/pendingPrompts";
import type { Project } from "../lib/types";
import { IconButton } from "../ui/Button";
import { ErrorAlert } from "../ui/ErrorAlert";
import { LoadMore } from "../ui/LoadMore";
import { Composer } from "./Composer";
import { MessageView } from "./MessageView";
import { Prompt } from "./Prompt";
import { usePrompts } from "./usePrompts";

const PER_PAGE = 30;

/**
 * The messages, the newest at the bottom, and the composer. The list is laid out in reverse (`flex-col-reverse`), so
 * that the browser keeps the scroll position at the newest line while it grows, and when older messages are loaded.
 */
export function Conversation({ project }: { project: Project }) {
  const { results, status, loadMore } = usePaginatedQuery(
    api.messages.queries.pageByProject,
    { projectId: project._id },
    { initialNumItems: PER_PAGE },
  );
  const { pending, send, dismiss } = usePrompts(project, results);
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
            {status === "CanLoadMore" && <LoadMore onMore={() => loadMore(PER_PAGE)} />}
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
                <PendingPromptView
                  key={each.clientMessageId}
                  pending={each}
                  onRetry={() => void send(each)}
                  onDismiss={() => {
                    dismiss(each);
                    draft.write(prependToDraft(each.content, draft.text));
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

const TEXTS: Record<Project["status"], string> = {
  creating: "The sandbox is being made …",
  generating: "The agent is at work …",
  ready: "The project is ready.",
  stopped: "The project is stopped.",
  archived: "The project is archived.",
  failed: "", // `FailureBanner` says why
};

/** Announces each status to screen readers; shown above the composer while the project is being worked on. */
function Announcer({ project: { status } }: { project: Project }) {
  const working = status === "creating" || status === "generating";
  return (
    <p role="status" className="px-5 text-sm text-work">
      <span className={working ? "inline-block animate-breathe py-2" : "sr-only"}>
        {TEXTS[status]}
      </span>
    </p>
  );
}

type PendingPromptViewProps = {
  pending: PendingPrompt;
  onRetry: () => void;
  onDismiss: () => void;
};

/** A prompt that is being sent, or was refused: then with the reason. */
function PendingPromptView({ pending, onRetry, onDismiss }: PendingPromptViewProps) {
  const { content, error } = pending;
  return (
    <div className="space-y-2">
      <Prompt faint>{content}</Prompt>
      {error === undefined ? (
        <p className="text-right text-sm text-muted">Sending …</p>
      ) : (
        <ErrorAlert onRetry={onRetry} onDismiss={onDismiss}>
          {error}
        </ErrorAlert>
      )}
    </div>
  );
}
