/** Makes the calls of an attempt, and reports what tells their answers apart. */
import { convexToJson, type Value } from "convex/values";
import { tryDecodeId } from "../../../packages/local-deployment/src/values/ids.ts";
import type { PublicFunction } from "../../../scripts/lib/function-spec.ts";
import type { TestUser } from "../../support/user.ts";
import { argumentPaths, argumentsFor } from "./argument-paths.ts";
import type { Attacker, Attackers } from "./attacker.ts";
import { namesSomething, type Attempt } from "./attempts.ts";
import { neverExisted } from "./database.ts";

/** A new attacker is never refused for having called too often. */
const MAX_ATTACKERS = 2;

/** A whole answer: the HTTP status, and the body as it was sent. */
export interface Answer {
  status: number;
  body: unknown;
}

/** The result of a comparison. */
export interface Compared {
  calls: number;
  /** What was wrong, in words. */
  findings: string[];
}

/** Calls any function, as the official client does. Nothing is thrown for a refusal: it is the answer. */
export async function call(
  user: TestUser,
  { kind, path }: Pick<PublicFunction, "kind" | "path">,
  args: Record<string, unknown>,
): Promise<Answer> {
  const request = { path, format: "convex_encoded_json", args: [convexToJson(args as Value)] };
  const response = await fetch(`${user.world.deployment.url}/api/${kind}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${await user.token()}` },
    body: JSON.stringify(request),
  });
  return { status: response.status, body: await response.json() };
}

const REQUEST_ID = /\[Request ID: [0-9a-f]+\]/g;
/** JavaScriptCore gives other columns for the same call once it has compiled it anew. */
const COLUMN = /(\.[jt]sx?:\d+):\d+/g;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What may be in an answer without telling anything. */
interface Context {
  /** What the call itself named. */
  named: string[];
  /** The owner's identifiers, which are kept as they are. */
  owned: ReadonlySet<string>;
  /** When the call was made, in ms since the epoch: a later time is that of the call. */
  since: number;
}

/** The answer as one text, the same for calls that differ in what they named alone. */
export function comparable(answer: Answer, context: Context): string {
  return JSON.stringify(answer, (_, value: unknown) => {
    if (typeof value === "string") return normalizedText(value, context);
    return typeof value === "number" && value >= context.since ? "<now>" : value;
  });
}

function normalizedText(text: string, { named, owned }: Context): string {
  const bare = withoutNamed(text, named).replaceAll(REQUEST_ID, "").replaceAll(COLUMN, "$1");
  if (owned.has(bare)) return bare;
  // What the call itself has made has a new id each time.
  const id = tryDecodeId(bare);
  if (id) return `<an id of table ${id.tableNumber}>`;
  return UUID.test(bare) ? "<a UUID>" : bare;
}

function withoutNamed(text: string, named: string[]): string {
  return named.reduce((rest, name) => rest.replaceAll(name, "<named>"), text);
}

/** The owner's identifiers in an answer, beyond those that the call named. */
function leakedBy(answer: Answer, { named, owned }: Omit<Context, "since">): string[] {
  const text = withoutNamed(JSON.stringify(answer.body), named);
  return [...owned].filter((identifier) => text.includes(identifier));
}

/** What is wrong with the answers to an attempt's calls, one for each variant. */
export function findingsIn(
  { what, variants }: Attempt,
  answered: readonly { answer: Answer; since: number }[],
  owned: ReadonlySet<string>,
): string[] {
  const findings: string[] = [];
  let first: string | undefined;
  for (const [index, { answer, since }] of answered.entries()) {
    const { name, chosen } = variants[index]!;
    const context = { named: [...chosen.values()], owned, since };
    const leaked = leakedBy(answer, context);
    findings.push(...leaked.map((it) => `${what}: ${name}: the answer contains ${it}`));
    const text = comparable(answer, context);
    first ??= text;
    if (text !== first) findings.push(`${what}: distinguishable: owned ${first}, ${name} ${text}`);
  }
  return findings;
}

/** The code of the backend's refusal, if it was one. */
function codeOf({ body }: Answer): string | undefined {
  return (body as { errorData?: { code?: string } | null }).errorData?.code;
}

/** Makes an attempt's calls, and compares the answers. */
export async function compare(
  attackers: Attackers,
  attempt: Attempt,
  owned: ReadonlySet<string>,
): Promise<Compared> {
  for (let tried = 1; tried <= MAX_ATTACKERS; tried++) {
    const answers = await answersTo(attackers, attempt);
    if (answers) return { calls: answers.length, findings: findingsIn(attempt, answers, owned) };
    attackers.replace();
  }
  return { calls: 0, findings: [`${attempt.what}: a new attacker was refused as RATE_LIMITED`] };
}

/** One answer for each call; null when the attacker is rate-limited. */
async function answersTo(attackers: Attackers, { fn, withOptional, variants }: Attempt) {
  const attacker = await attackers.current();
  const answered: { answer: Answer; since: number }[] = [];
  for (const { chosen } of variants) {
    const since = Date.now();
    const args = argumentsFor(fn, attacker.filling(withOptional), chosen);
    const answer = await call(attacker.user, fn, args);
    if (codeOf(answer) === "RATE_LIMITED") return null;
    answered.push({ answer, since });
    await restoreAfter(attackers, attacker, fn, answer);
  }
  return answered;
}

async function restoreAfter(
  attackers: Attackers,
  attacker: Attacker,
  { kind }: PublicFunction,
  { body }: Answer,
): Promise<void> {
  const hasChanged = kind !== "query" && (body as { status?: string }).status === "success";
  if (hasChanged && !(await attacker.restore())) attackers.replace();
}

/**
 * The control: what is the attacker's own is not answered as missing. Without it, arguments that are refused for a
 * reason of their own would be answered alike whatever they name.
 */
export async function compareOwn(
  attackers: Attackers,
  fn: PublicFunction,
  owned: ReadonlySet<string>,
): Promise<Compared> {
  const nothing = { named: [], owned: new Set<string>(), since: Infinity };
  let attacker = await attackers.current();
  const paths = argumentPaths(fn).filter(namesSomething);
  const missing = new Map<string, string>();
  for (const { path, table, field } of paths) {
    const filling = attacker.filling(false);
    const own = table === undefined ? filling.text(field) : filling.id(table)!;
    const args = argumentsFor(fn, filling, new Map([[path, neverExisted(own)]]));
    missing.set(path, comparable(await call(attacker.user, fn, args), nothing));
  }
  const callWithOwn = () => call(attacker.user, fn, argumentsFor(fn, attacker.filling(false)));
  let answer = await callWithOwn();
  if (codeOf(answer) === "RATE_LIMITED") {
    attackers.replace();
    attacker = await attackers.current();
    answer = await callWithOwn();
  }
  await restoreAfter(attackers, attacker, fn, answer);
  const text = comparable(answer, nothing);
  const isInvalid = codeOf(answer) === "INVALID_ARGUMENT" || text.includes("ArgumentValidation");
  const alike = [...missing].filter(([, other]) => other === text);
  return {
    calls: paths.length + 1,
    findings: [
      ...leakedBy(answer, { named: [], owned }).map((it) => `${fn.path}: contains ${it}`),
      ...(isInvalid ? [`${fn.path}: the generated arguments are invalid: ${text}`] : []),
      ...alike.map(([path]) => `${fn.path} ${path}: own is answered as missing: ${text}`),
    ],
  };
}
