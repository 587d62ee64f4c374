/** Makes the calls of an attempt, and reports what tells their answers apart. */
import { makeFunctionReference } from "convex/server";
import { tryDecodeId } from "../../../packages/local-deployment/src/values/ids.ts";
import type { PublicFunction } from "../../../scripts/lib/function-spec.ts";
import type { TestUser } from "../../support/user.ts";
import { argumentPaths, argumentsFor, type ArgumentPath } from "./argument-paths.ts";
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

/** Calls any function. Nothing is thrown for a refusal: it is the answer. */
export async function call(
  user: TestUser,
  { kind, path }: Pick<PublicFunction, "kind" | "path">,
  args: Record<string, unknown>,
): Promise<Answer> {
  let answer: Answer | undefined;
  const client = await user.client(async (...request) => {
    const response = await fetch(...request);
    answer = { status: response.status, body: await response.clone().json() };
    return response;
  });
  const result =
    kind === "query"
      ? client.query(makeFunctionReference<"query">(path), args)
      : kind === "mutation"
        ? client.mutation(makeFunctionReference<"mutation">(path), args)
        : client.action(makeFunctionReference<"action">(path), args);
  const failure: unknown = await result.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (answer === undefined) throw new Error(`${path} was not answered`, { cause: failure });
  return answer;
}

const REQUEST_ID = /\[Request ID: [0-9a-f]+\]/g;
/** JavaScriptCore gives other columns for the same call once it has compiled it anew. */
const COLUMN = /(\.[jt]sx?:\d+):\d+/g;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What may be in an answer without telling anything. */
export interface Context {
  /** What the call itself named. */
  named: string[];
  /** The owner's identifiers, which are kept as they are. */
  owned: ReadonlySet<string>;
  /** When the call was made, in ms since the epoch: a later time is that of the call. */
  since: number;
}

/** The answer as one text, the same for calls that differ in what they named alone. */
export function comparable(answer: Answer, context: Context): string {
  return JSON.stringify(normalized(answer, context));
}

function normalized(value: unknown, context: Context): unknown {
  if (typeof value === "string") return normalizedText(value, context);
  if (typeof value === "number") return value >= context.since ? "<now>" : value;
  if (Array.isArray(value)) return value.map((item) => normalized(item, context));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, item]) => [field, normalized(item, context)]),
  );
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
export function leakedBy(answer: Answer, { named, owned }: Omit<Context, "since">): string[] {
  const text = withoutNamed(JSON.stringify(answer.body), named);
  return [...owned].filter((identifier) => text.includes(identifier));
}

/** The code of the backend's refusal, if it was one. */
function codeOf({ body }: Answer): string | undefined {
  return (body as { errorData?: { code?: string } | null }).errorData?.code;
}

function succeeded({ body }: Answer): boolean {
  return (body as { status?: string }).status === "success";
}

/** Compares the answers to an attempt's calls. */
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

interface Answered {
  answer: Answer;
  since: number;
}

/** One answer for each call; null when the attacker is rate-limited. */
async function answersTo(
  attackers: Attackers,
  { fn, withOptional, variants }: Attempt,
): Promise<Answered[] | null> {
  const attacker = await attackers.current();
  const answered: Answered[] = [];
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
  answer: Answer,
): Promise<void> {
  if (kind === "query" || !succeeded(answer)) return;
  if (!(await attacker.restore())) attackers.replace();
}

function findingsIn(
  { what, variants }: Attempt,
  answered: Answered[],
  owned: ReadonlySet<string>,
): string[] {
  const findings: string[] = [];
  const texts = answered.map(({ answer, since }, index) => {
    const { name, chosen } = variants[index]!;
    const context = { named: [...chosen.values()], owned, since };
    const leaked = leakedBy(answer, context);
    findings.push(...leaked.map((it) => `${what}: ${name}: the answer contains ${it}`));
    return comparable(answer, context);
  });
  for (const [index, text] of texts.entries()) {
    if (text === texts[0]) continue;
    const { name } = variants[index]!;
    findings.push(`${what}: distinguishable: owned ${texts[0]}, ${name} ${text}`);
  }
  return findings;
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
  let attacker = await attackers.current();
  const missing: { argument: ArgumentPath; text: string }[] = [];
  const paths = argumentPaths(fn).filter(namesSomething);
  for (const argument of paths) {
    const own = ownIdentifier(attacker, fn, argument);
    const chosen = new Map([[argument.path, neverExisted(own)]]);
    const args = argumentsFor(fn, attacker.filling(false), chosen);
    missing.push({ argument, text: textOf(await call(attacker.user, fn, args)) });
  }
  let answer = await call(attacker.user, fn, argumentsFor(fn, attacker.filling(false)));
  if (codeOf(answer) === "RATE_LIMITED") {
    attackers.replace();
    attacker = await attackers.current();
    answer = await call(attacker.user, fn, argumentsFor(fn, attacker.filling(false)));
  }
  await restoreAfter(attackers, attacker, fn, answer);
  const text = textOf(answer);
  const isInvalid = codeOf(answer) === "INVALID_ARGUMENT" || text.includes("ArgumentValidation");
  return {
    calls: paths.length + 1,
    findings: [
      ...leakedBy(answer, { named: [], owned }).map((it) => `${fn.path}: contains ${it}`),
      ...(isInvalid ? [`${fn.path}: the generated arguments are invalid: ${text}`] : []),
      ...missing
        .filter((other) => other.text === text)
        .map(({ argument }) => `${fn.path} ${argument.path}: own is answered as missing: ${text}`),
    ],
  };
}

/** What of the attacker's own goes into an argument. */
function ownIdentifier(
  attacker: Attacker,
  fn: PublicFunction,
  { table, field }: ArgumentPath,
): string {
  const filling = attacker.filling(false);
  const own = table === undefined ? filling.text(field) : filling.id(table);
  if (own !== undefined) return own;
  throw new Error(`${fn.path}: ${field}: the attacker has nothing in ${table ?? ""}`);
}

function textOf(answer: Answer): string {
  return comparable(answer, { named: [], owned: new Set(), since: Infinity });
}
