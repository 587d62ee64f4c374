import { useAction, useMutation } from "convex/react";
import { useState } from "react";
import { api } from "@backend/_generated/api";
import { useUser } from "../auth/user";
import { stillPending, without, withProblem, withSent, type Pending } from "../lib/conversation";
import { keepDraft, keptDraft } from "../lib/drafts";
import { explainPrompt } from "../lib/errors";
import type { Message, Project } from "../lib/types";

/**
 * Sends prompts, and keeps those that the conversation does not have yet, over a reload too. The id that each
 * prompt is given here makes sure that one sent twice is stored once.
 */
export function usePrompts(project: Project, messages: readonly Message[]) {
  const { _id: projectId, status } = project;
  const key = `${useUser()._id}:${projectId}:sent`;
  const [pending, setPending] = useState<Pending[]>(() =>
    kept(key).map((each) => ({ ...each, problem: "This is not in the conversation yet." })),
  );
  const ensureRunning = useAction(api.projects.actions.ensureRunning);
  const startTurn = useMutation(api.turns.mutations.start);

  const send = async ({ clientMessageId, content }: Pending): Promise<void> => {
    const sent = { clientMessageId, content };
    setPending((now) => withSent(now, sent));
    keep(key, withSent(stillPending(kept(key), messages), sent));
    try {
      if (status === "stopped" || status === "archived") await ensureRunning({ projectId });
      await startTurn({ projectId, prompt: content, clientMessageId });
      keep(key, without(kept(key), clientMessageId));
    } catch (error) {
      const problem = explainPrompt(error);
      setPending((now) => withProblem(now, clientMessageId, problem));
    }
  };
  const forget = ({ clientMessageId }: Pending): void => {
    setPending((now) => without(now, clientMessageId));
    keep(key, without(kept(key), clientMessageId));
  };
  return { pending: stillPending(pending, messages), send, forget };
}

/** Those that have been sent from this tab and of which nobody has said that they were taken. */
function kept(key: string): Pending[] {
  // Nobody but `keep` writes it.
  return JSON.parse(keptDraft(key) || "[]") as Pending[];
}

function keep(key: string, pending: readonly Pending[]): void {
  keepDraft(key, pending.length === 0 ? "" : JSON.stringify(pending));
}
