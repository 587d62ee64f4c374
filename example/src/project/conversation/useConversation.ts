import { usePaginatedQuery } from "convex/react";
import { useEffect, useMemo } from "react";
import { api } from "@backend/_generated/api";
import type { Project, Turn } from "../../lib/types";
import { arrange, timeOf } from "./conversation";

// The first page is sent again whole on each change; those after it are not, unless they change.
const NEWEST_MESSAGES = 5;
const NEWEST_TURNS = 4;
// `usePaginatedQuery` splits a page of more than twice the first one's size, and asks for both halves anew.
const OLDER_MESSAGES = 2 * NEWEST_MESSAGES;
const OLDER_TURNS = 2 * NEWEST_TURNS;

/** A project's conversation, as far as it has been loaded, live. */
export type Conversation = ReturnType<typeof useConversation>;

/** Reads the messages and the turns of a project, the newest first, and as many turns as belong to the messages. */
export function useConversation({ _id: projectId, prompt }: Project) {
  const messages = usePaginatedQuery(
    api.messages.queries.pageByProject,
    { projectId },
    { initialNumItems: NEWEST_MESSAGES },
  );
  const turns = usePaginatedQuery(
    api.turns.queries.pageByProject,
    { projectId },
    { initialNumItems: NEWEST_TURNS },
  );
  const isComplete = messages.status === "Exhausted";
  const since = isComplete ? -Infinity : (messages.results.at(-1)?.createdAt ?? Infinity);
  const running = turns.results.find(({ status }) => status === "running");

  // The answer will stand among the messages where the turn began: that part is loaded before it comes.
  const lacksMessages = running !== undefined && since > timeOf(running);
  const lacksTurns = !reachesTo(since, turns.results.at(-1));
  useEffect(() => {
    if (lacksMessages && messages.status === "CanLoadMore") messages.loadMore(OLDER_MESSAGES);
  }, [lacksMessages, messages]);
  useEffect(() => {
    if (lacksTurns && turns.status === "CanLoadMore") turns.loadMore(OLDER_TURNS);
  }, [lacksTurns, turns]);

  const isLoading = [messages.status, turns.status].includes("LoadingFirstPage");
  const arranged = useMemo(
    () =>
      arrange({
        messages: messages.results.toReversed(),
        turns: turns.results.toReversed(),
        prompt,
        since,
      }),
    [messages.results, turns.results, prompt, since],
  );
  return {
    ...arranged,
    /** The newest first. */
    messages: messages.results,
    /** The newest first; undefined until they are loaded. */
    turns: isLoading ? undefined : turns.results,
    running,
    status: isLoading ? "LoadingFirstPage" : messages.status,
    loadMore: () => messages.loadMore(OLDER_MESSAGES),
  };
}

/** Do the loaded turns reach back to the oldest loaded message, and to the one that runs? */
function reachesTo(since: number, oldest: Turn | undefined): boolean {
  return oldest === undefined || (oldest.status !== "queued" && timeOf(oldest) <= since);
}
