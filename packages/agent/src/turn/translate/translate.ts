import type { OpencodeEvent, TextPart, ToolPart } from "../opencode/events.ts";
import type { Limits } from "../settings.ts";
import { createAnswerWriter, type Saying } from "./answer.ts";
import { endless, failedAgainAndAgain, failedWith, mayPass } from "./failure.ts";
import { stepTitle } from "./step-title.ts";

/** What the launcher does with opencode's events. */
export interface Translator {
  /** Takes the next event. @returns what it says of opencode: that it works, is through, or is to be stopped */
  take(event: OpencodeEvent): "working" | "idle" | "stop";
  /** Ends the last line. */
  end(): void;
  /** Why the turn failed, in words, as far as the events tell. */
  readonly failure: string | undefined;
  /** opencode's id of the conversation, once it is known. */
  readonly sessionId: string | undefined;
}

/** What the translation depends on. */
export interface TranslatorOptions {
  /** The app's folder. */
  app: string;
  limits: Limits;
  /** Takes what is to be printed, in the backend's protocol. */
  write: (text: string) => void;
  /** The conversation that is continued, if one is. */
  sessionId?: string | undefined;
}

const MAX_WAIT_MS = 90_000; // for a service that says when to come back

/** A part of the answer, and how much of it was printed. */
interface Said {
  saying: Saying;
  length: number;
}

/** Translates opencode's events into the backend's protocol. Of several conversations, the first is the project's. */
export function createTranslator(options: TranslatorOptions): Translator {
  const { app, limits, write } = options;
  const answer = createAnswerWriter(write);
  const silent = new Set<string>(); // messages that aren't the model's answer
  const said = new Map<string, Said>(); // by the part's id
  const steps = new Map<string, string>(); // what was said last of each use of a tool
  let { sessionId } = options;
  let failure: string | undefined;
  let isToStop = false;
  let lengthSinceTool = 0;

  const stopFor = (reason: string) => {
    failure ??= reason;
    isToStop = true;
  };
  const say = (part: Said, partId: string, piece: string) => {
    answer.say(part.saying, partId, piece);
    part.length += piece.length;
    lengthSinceTool += piece.length;
    if (lengthSinceTool > limits.answerLength) stopFor(endless(limits.answerLength));
  };
  const takeText = ({ type, id, messageID, synthetic, text, time }: TextPart) => {
    if (silent.has(messageID) || synthetic) return;
    const part = said.get(id) ?? { saying: type, length: 0 };
    said.set(id, part);
    if (time?.end !== undefined) say(part, id, text.slice(part.length));
  };
  const takeTool = ({ id, tool, state }: ToolPart) => {
    lengthSinceTool = 0;
    const status = statusOf(state);
    if (status === undefined || steps.get(id) === status) return;
    steps.set(id, status);
    const title = stepTitle(tool, state.input ?? {}, app);
    answer.line(`::step:: ${JSON.stringify({ title, status })}`);
  };
  const takeRetry = ({
    attempt,
    message,
    next,
  }: {
    attempt: number;
    message: string;
    next: number;
  }) => {
    const isLast = attempt > limits.retries || !mayPass(message) || next - Date.now() > MAX_WAIT_MS;
    if (isLast) stopFor(failedAgainAndAgain(message, attempt));
  };
  /** Whether an event belongs to the project's own conversation; a helper of the agent's has another. */
  const isOurs = (id: string) => {
    sessionId ??= id;
    return id === sessionId;
  };

  const takeEvent = (event: OpencodeEvent): void => {
    switch (event.type) {
      case "session.created":
        if (event.properties.info.parentID === undefined) isOurs(event.properties.info.id);
        return;
      case "message.updated": {
        const { id, role, summary, sessionID } = event.properties.info;
        if (isOurs(sessionID) && (role !== "assistant" || summary === true)) silent.add(id);
        return;
      }
      case "message.part.updated": {
        const { part } = event.properties;
        if (!isOurs(part.sessionID)) return;
        if (part.type === "tool") takeTool(part);
        else takeText(part);
        return;
      }
      case "message.part.delta": {
        const { partID, field, delta } = event.properties;
        const part = said.get(partID);
        if (part && field === "text") say(part, partID, delta);
        return;
      }
      case "session.status": {
        const { sessionID, status } = event.properties;
        if (isOurs(sessionID) && status.type === "retry") takeRetry(status);
        return;
      }
      case "session.error": {
        const { sessionID, error } = event.properties;
        if (error && (sessionID === undefined || isOurs(sessionID))) failure ??= failedWith(error);
      }
    }
  };

  return {
    take: (event) => {
      takeEvent(event);
      if (isToStop) return "stop";
      const isIdle = event.type === "session.status" && event.properties.status.type === "idle";
      return isIdle && isOurs(event.properties.sessionID) ? "idle" : "working";
    },
    end: () => answer.end(),
    get failure() {
      return failure;
    },
    get sessionId() {
      return sessionId;
    },
  };
}

/** The status of a step; undefined before the tool's arguments are known. */
function statusOf({
  status,
  metadata,
}: ToolPart["state"]): "running" | "done" | "failed" | undefined {
  switch (status) {
    case "pending":
      return undefined;
    case "running":
      return "running";
    case "completed":
      return (metadata?.exit ?? 0) === 0 ? "done" : "failed";
    case "error":
      return "failed";
  }
}
