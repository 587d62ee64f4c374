import { useRef, useState } from "react";
import { useDraft } from "../../hooks/useDraft";
import { useOnVisible } from "../../hooks/useOnVisible";
import { prependToDraft } from "../../lib/pendingPrompts";
import type { Project } from "../../lib/types";
import { text } from "../../text";
import { IconButton } from "../../ui/Button";
import { LoadMore } from "../../ui/LoadMore";
import { Announcer } from "./Announcer";
import { Composer } from "./Composer";
import { EntryView } from "./EntryView";
import { PendingPromptView } from "./PendingPromptView";
import { SentPrompt } from "./Prompt";
import { QueuedPromptView } from "./QueuedPromptView";
import type { Conversation } from "./useConversation";
import { usePrompts } from "./usePrompts";

type ConversationPanelProps = { project: Project; conversation: Conversation };

/**
 * The conversation, the newest at the bottom, and the composer. The list is laid out in reverse (`flex-col-reverse`), so
 * that the browser keeps the scroll position at the newest line while it grows, and when older messages are loaded.
 */
export function ConversationPanel({ project, conversation }: ConversationPanelProps) {
  const { entries, queued, messages, turns = [], running, status, loadMore } = conversation;
  const { pending, send, dismiss } = usePrompts(project, messages);
  const draft = useDraft(project._id);
  const [atEnd, setAtEnd] = useState(true);
  const end = useOnVisible<HTMLDivElement>(setAtEnd);
  const box = useRef<HTMLDivElement>(null);
  const toEnd = (): void => box.current?.scrollTo({ top: 0, behavior: "smooth" });
  const input = useRef<HTMLTextAreaElement>(null);
  const edit = (content: string): void => {
    draft.write(prependToDraft(content, draft.text));
    input.current?.focus();
  };
  return (
    <>
      <div className="relative flex min-h-0 flex-1 flex-col">
        <div
          ref={box}
          // eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex -- so that the keyboard can scroll it
          tabIndex={0}
          role="log"
          aria-label={text.conversation.messages}
          aria-live="off"
          className="flex min-h-0 flex-1 flex-col-reverse overflow-y-auto focus-visible:-outline-offset-2"
        >
          <div className="mb-auto space-y-6 px-4 py-6 sm:px-6">
            {status === "CanLoadMore" && <LoadMore onMore={loadMore} />}
            {status.startsWith("Loading") && (
              <p className="py-3 text-center text-sm text-muted">{text.common.loading}</p>
            )}
            {status === "Exhausted" && (
              <SentPrompt content={project.prompt} onEdit={() => edit(project.prompt)} />
            )}
            {status !== "LoadingFirstPage" &&
              entries.map((entry) => (
                <EntryView
                  key={entry.key}
                  {...{ project, turns, entry }}
                  onTurnStart={toEnd}
                  onEdit={edit}
                />
              ))}
            {queued.length > 0 && (
              <ul aria-label={text.conversation.queue} className="space-y-3">
                {queued.map((each) => (
                  <QueuedPromptView key={each.turn._id} queued={each} onWithdrawn={draft.restore} />
                ))}
              </ul>
            )}
            {status !== "LoadingFirstPage" &&
              pending.map((each) => (
                <PendingPromptView
                  key={each.clientMessageId}
                  pending={each}
                  onRetry={() => void send(each)}
                  onDismiss={() => {
                    dismiss(each);
                    edit(each.content);
                  }}
                />
              ))}
            <div ref={end} className="-mt-6 h-px" />
          </div>
        </div>
        {!atEnd && (
          <IconButton
            icon="down"
            label={text.conversation.latest}
            onClick={toEnd}
            className="absolute right-4 bottom-3 animate-arrive rounded-full border border-line bg-surface shadow-lift"
          />
        )}
      </div>
      <Announcer project={project} turns={turns} />
      <Composer
        project={project}
        running={running}
        draft={draft}
        input={input}
        onSend={(content) => {
          toEnd();
          void send({ clientMessageId: crypto.randomUUID(), content });
        }}
      />
    </>
  );
}
