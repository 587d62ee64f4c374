import { useAction, useMutation } from "convex/react";
import { useEffect, useState } from "react";
import { api } from "@backend/_generated/api";
import { useUser } from "../../auth/user";
import { loadDraft, saveDraft } from "../../lib/drafts";
import { promptErrorMessage } from "../../lib/errors";
import {
  addError,
  addPending,
  notStored,
  removePending,
  type PendingPrompt,
} from "../../lib/pendingPrompts";
import type { Message, Project } from "../../lib/types";
import { text } from "../../text";

/**
 * Sends prompts, and keeps those that the conversation does not have yet, across a reload too. Each has a
 * `clientMessageId`, by which the backend takes a prompt that is sent twice once.
 */
export function usePrompts(project: Project, messages: readonly Message[]) {
  const { _id: projectId, status } = project;
  const key = `${useUser()._id}:${projectId}:sent`;
  const [pending, setPending] = useState<PendingPrompt[]>(() =>
    loadPending(key).map((each) => ({ ...each, error: text.conversation.unconfirmed })),
  );
  const unsent = notStored(pending, messages);
  // For good: one that is withdrawn later is not pending again.
  if (unsent.length < pending.length) setPending(unsent);
  useEffect(() => savePending(key, notStored(loadPending(key), messages)), [key, messages]);

  const ensureRunning = useAction(api.projects.actions.ensureRunning);
  const startTurn = useMutation(api.turns.mutations.start);

  const dismiss = ({ clientMessageId }: Pick<PendingPrompt, "clientMessageId">): void => {
    setPending((now) => removePending(now, clientMessageId));
    savePending(key, removePending(loadPending(key), clientMessageId));
  };
  const send = async ({ clientMessageId, content }: PendingPrompt): Promise<void> => {
    const sent = { clientMessageId, content };
    setPending((now) => addPending(now, sent));
    savePending(key, addPending(loadPending(key), sent));
    try {
      if (status === "stopped" || status === "archived") await ensureRunning({ projectId });
      await startTurn({ projectId, prompt: content, clientMessageId });
      dismiss(sent); // the conversation has it by now
    } catch (error) {
      const message = promptErrorMessage(error);
      setPending((now) => addError(now, clientMessageId, message));
    }
  };
  return { pending: unsent, send, dismiss };
}

/** The prompts that were sent from this tab and not confirmed. */
function loadPending(key: string): PendingPrompt[] {
  // Only `savePending` writes it.
  return JSON.parse(loadDraft(key) || "[]") as PendingPrompt[];
}

function savePending(key: string, pending: readonly PendingPrompt[]): void {
  saveDraft(key, pending.length === 0 ? "" : JSON.stringify(pending));
}
