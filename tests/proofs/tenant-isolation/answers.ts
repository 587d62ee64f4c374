/** What can be compared of an answer: all of it, but for what differs each time. */
import { tryDecodeId } from "../../../packages/local-deployment/src/values/ids.ts";
import type { Answer } from "./caller.ts";

const REQUEST_ID = /\[Request ID: [0-9a-f]+\]/g;
/** JavaScriptCore gives other columns for the same call once it has compiled it anew. */
const COLUMN = /(\.[jt]sx?:\d+):\d+/g;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What may be in an answer without its telling anything. */
export interface Harmless {
  /** What the call itself named: an answer that repeats it says nothing new. */
  tried: string[];
  /** Names of the victim's things, which are kept as they are wherever they turn up. */
  hers: ReadonlySet<string>;
  /** When the stranger began, in ms since the epoch: a later time is that of the call. */
  since: number;
}

/** The answer as one text, the same for calls that differ in what they named alone. */
export function comparable(answer: Answer, harmless: Harmless): string {
  return JSON.stringify(plain(answer, harmless));
}

function plain(value: unknown, harmless: Harmless): unknown {
  if (typeof value === "string") return plainText(value, harmless);
  if (typeof value === "number") return value >= harmless.since ? "<now>" : value;
  if (Array.isArray(value)) return value.map((item) => plain(item, harmless));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, item]) => [field, plain(item, harmless)]),
  );
}

function plainText(text: string, { tried, hers }: Harmless): string {
  const bare = tried
    .reduce((rest, name) => rest.replaceAll(name, "<tried>"), text)
    .replaceAll(REQUEST_ID, "")
    .replaceAll(COLUMN, "$1");
  if (hers.has(bare)) return bare;
  // What the call itself has made has a new name each time.
  const id = tryDecodeId(bare);
  if (id) return `<an id of table ${id.tableNumber}>`;
  return UUID.test(bare) ? "<a UUID>" : bare;
}

/** The names of the victim's things that an answer tells beyond those that the call named. */
export function toldBy(answer: Answer, { tried, hers }: Omit<Harmless, "since">): string[] {
  const text = tried.reduce(
    (rest, name) => rest.replaceAll(name, "<tried>"),
    JSON.stringify(answer.body),
  );
  return [...hers].filter((name) => text.includes(name));
}

/** The code that a call was refused with, if it was by the app. */
export function codeOf({ body }: Answer): string | undefined {
  const { errorData } = body as { errorData?: { code?: string } | null };
  return errorData?.code;
}

/** Whether a call went through. */
export function wentThrough({ body }: Answer): boolean {
  return (body as { status?: string }).status === "success";
}
