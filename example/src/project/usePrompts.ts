import { useAction } from "convex/react";
import { useState } from "react";
import { api } from "@backend/_generated/api";
import { stillPending, without, withProblem, withSent, type Pending } from "../lib/conversation";
import { explain } from "../lib/errors";
import type { Message, Project } from "../lib/types";

/**
 * Sends prompts, and keeps those that the conversation does not have yet. (`useAction` has no optimistic
 * updates, since nobody knows what an action will write.) The name that each prompt is given here makes
 * sure that one sent twice is taken once.
 */
export function usePrompts(project: Project, messages: readonly Message[]) {
  const [pending, setPending] = useState<Pending[]>([]);
  const ensureRunning = useAction(api.projects.actions.ensureRunning);
  const generate = useAction(api.projects.actions.generate);
  const { _id: projectId, status } = project;

  const send = async ({ clientMessageId, content }: Pending): Promise<void> => {
    setPending((now) => withSent(now, { clientMessageId, content }));
    try {
      if (status === "stopped" || status === "archived") await ensureRunning({ projectId });
      await generate({ projectId, prompt: content, clientMessageId });
    } catch (error) {
      const problem = explain(error);
      setPending((now) => withProblem(now, clientMessageId, problem));
    }
  };
  const forget = ({ clientMessageId }: Pending): void =>
    setPending((now) => without(now, clientMessageId));
  return { pending: stillPending(pending, messages), send, forget };
}
