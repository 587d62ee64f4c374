/** What went wrong with the model, in words for the person whose prompt it was. */
import type { ModelError } from "../opencode/events.ts";

/**
 * What of opencode's words about a request that it sends again belongs to which trouble. Its event has no more than
 * these words, which are the service's own or those of opencode's HTTP client.
 */
const TROUBLES = [
  { kind: "quota", words: /quota|billing|credit balance|insufficient|usage limit/i },
  { kind: "rateLimit", words: /rate.?limit|too many requests|overloaded|capacity/i },
  { kind: "connection", words: /connect|socket|closed|network|timed? ?out|reset|stream|fetch/i },
] as const;

type Trouble = (typeof TROUBLES)[number]["kind"] | "key" | "model" | "other";

const OPERATOR = "Whoever runs this deployment can";

const ADVICE: Record<Trouble, [what: string, advice: string]> = {
  key: ["The model's key was refused.", `${OPERATOR} put the right one into AGENT_ENV.`],
  quota: [
    "The model's quota is used up.",
    `${OPERATOR} raise it, or put another key into AGENT_ENV.`,
  ],
  rateLimit: ["The model is asked too often at the moment.", "Try again in a few minutes."],
  connection: ["The connection to the model broke.", "Try again."],
  model: ["The service has no such model.", `${OPERATOR} name another in QUAVER_MODEL.`],
  other: ["The model answered with an error.", "Try again."],
};

/** Whether a request that failed with these words may succeed when it is sent again. */
export function mayPass(message: string): boolean {
  return troubleIn(message) !== "quota";
}

/** What to say when requests have failed again and again. @param times - how often */
export function failedAgainAndAgain(message: string, times: number): string {
  const said = times === 1 ? "" : ` It was asked ${times} times.`;
  return inWords(troubleIn(message), message, said);
}

/** What to say when opencode has given up. */
export function failedWith({ name, data }: ModelError): string {
  const message = data?.message ?? name;
  const text = `${message} ${data?.responseBody ?? ""}`;
  const isKey = name === "ProviderAuthError";
  return inWords(isKey ? "key" : troubleOf(data?.statusCode, text), message);
}

/** What to say of an answer that has no end. @param length - in characters */
export function endless(length: number): string {
  return `The model's answer did not end: it was stopped after ${length} characters. Try again, with other words.`;
}

function troubleOf(status: number | undefined, text: string): Trouble {
  if (status === 401 || status === 403) return "key";
  if (status === 402) return "quota";
  if (status === 404 || /model not found/i.test(text)) return "model";
  return troubleIn(text);
}

function troubleIn(message: string): Trouble {
  return TROUBLES.find(({ words }) => words.test(message))?.kind ?? "other";
}

function inWords(trouble: Trouble, message: string, more = ""): string {
  const [what, advice] = ADVICE[trouble];
  const quoted = message.replace(/\s+/g, " ").trim().slice(0, MAX_QUOTE);
  return `${what}${more} ${advice}\nThe service said: ${quoted}`;
}

const MAX_QUOTE = 500; // characters
