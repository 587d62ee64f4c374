/**
 * The other side of the comparison: what is the stranger's own is not answered as missing. Without that, arguments
 * that are refused for a reason of their own would be answered alike whatever they name.
 */
import { codeOf, comparable, toldBy, wentThrough } from "./answers.ts";
import { namesAThing } from "./attempts.ts";
import type { Answer } from "./caller.ts";
import type { Cast } from "./cast.ts";
import type { Compared } from "./compare.ts";
import { neverExisted } from "./identifiers.ts";
import { argumentsFor, placesOf, type Place } from "./places.ts";
import type { PublicFunction } from "../../../scripts/lib/function-spec.ts";
import type { Stranger } from "./stranger.ts";

/** Calls a function on the stranger's own things, and on missing ones. */
export async function callOnOwn(
  cast: Cast,
  fn: PublicFunction,
  hers: ReadonlySet<string>,
): Promise<Compared> {
  const places = placesOf(fn).filter(namesAThing);
  const missing: { place: Place; text: string }[] = [];
  let stranger = await cast.stranger();
  for (const place of places) {
    const chosen = new Map([[place.path, neverExisted(ownName(stranger, fn, place))]]);
    const args = argumentsFor(fn, stranger.filling(false), chosen);
    const answer = await stranger.caller.ask(fn, args);
    missing.push({ place, text: textOf(answer) });
  }
  let answer = await stranger.caller.ask(fn, argumentsFor(fn, stranger.filling(false)));
  if (codeOf(answer) === "RATE_LIMITED") {
    cast.dismiss();
    stranger = await cast.stranger();
    answer = await stranger.caller.ask(fn, argumentsFor(fn, stranger.filling(false)));
  }
  if (fn.kind !== "query" && wentThrough(answer) && !(await stranger.tidyUp())) cast.dismiss();
  return { calls: places.length + 1, findings: findingsIn(fn, answer, missing, hers) };
}

/** What goes into a place, when it is the stranger's own. */
function ownName(stranger: Stranger, fn: PublicFunction, { table, field }: Place): string {
  const filling = stranger.filling(false);
  const name = table === undefined ? filling.text(field) : filling.id(table);
  if (name !== undefined) return name;
  throw new Error(`${fn.path}: ${field}: the stranger has nothing of her own in ${table ?? ""}`);
}

function findingsIn(
  { path }: PublicFunction,
  answer: Answer,
  missing: { place: Place; text: string }[],
  hers: ReadonlySet<string>,
): string[] {
  const text = textOf(answer);
  const unfit = codeOf(answer) === "INVALID_ARGUMENT" || text.includes("ArgumentValidationError");
  return [
    ...toldBy(answer, { tried: [], hers }).map((name) => `${path}: the answer tells ${name}`),
    ...(unfit ? [`${path}: the arguments made for it don't fit: ${text}`] : []),
    ...missing
      .filter((other) => other.text === text)
      .map(({ place }) => `${path} ${place.path}: one's own is answered as missing: ${text}`),
  ];
}

function textOf(answer: Answer): string {
  return comparable(answer, { tried: [], hers: new Set(), since: Infinity });
}
