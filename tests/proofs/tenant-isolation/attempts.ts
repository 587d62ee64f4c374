/** What is tried at each place of each function, and with what it is compared. */
import { randomBytes } from "node:crypto";
import { FULL_SIZE } from "../report.ts";
import { neverExisted, type Identifier } from "./identifiers.ts";
import { hasOptional, placesOf, type Place } from "./places.ts";
import type { PublicFunction } from "../../../scripts/lib/function-spec.ts";
import type { Stage } from "./stage.ts";

/** One call of a comparison: what it is called in a finding, and what it names where, by the place's path. */
export interface Arm {
  name: string;
  chosen: ReadonlyMap<string, string>;
}

/** Calls that must be answered alike: the first names a thing of the victim's, the others nothing that there is. */
export interface Attempt {
  fn: PublicFunction;
  /** What a finding says was tried. */
  what: string;
  /** Whether optional arguments are given. */
  full: boolean;
  arms: Arm[];
}

/** In the ordinary run each place gets one in so many of the names that are not made for it. */
const ONE_IN = 8;

/**
 * Whether a place names a thing of somebody's, rather than holding what a person writes; a name that the sender gives
 * (`clientMessageId`) is what she writes.
 */
export function namesAThing({ table, field }: Place): boolean {
  return table !== undefined || (field.endsWith("Id") && !field.startsWith("client"));
}

/**
 * The attempts on a function that must be refused, or only read: each place that names a thing, and all places at
 * once, in which nothing is the stranger's own.
 */
export function attemptsAtThings(stage: Stage, fn: PublicFunction): Attempt[] {
  const places = placesOf(fn);
  return [
    ...attemptsAtEach(stage, fn, places, (place) => isRefused(fn, place)),
    ...(places.some((place) => isRefused(fn, place)) ? attemptsAtAll(stage, fn, places) : []),
  ];
}

/** The attempts that may go through, on the stranger's own things: what she writes has a name of the victim's in it. */
export function attemptsInWriting(stage: Stage, fn: PublicFunction): Attempt[] {
  return attemptsAtEach(stage, fn, placesOf(fn), (place) => !isRefused(fn, place));
}

function isRefused(fn: PublicFunction, place: Place): boolean {
  return fn.kind === "query" || namesAThing(place);
}

function attemptsAtEach(
  stage: Stage,
  fn: PublicFunction,
  places: Place[],
  isMeant: (place: Place) => boolean,
): Attempt[] {
  return places.flatMap((place, index) =>
    isMeant(place) ? attemptsAt(stage, fn, place, index) : [],
  );
}

function attemptsAt(stage: Stage, fn: PublicFunction, place: Place, index: number): Attempt[] {
  const fitting = fittingNames(stage, place);
  const others = stage.hers.filter((name) => !fitting.includes(name));
  const chosen = FULL_SIZE
    ? stage.hers
    : [...fitting, ...others.filter((_, number) => number % ONE_IN === index % ONE_IN)];
  // What a person writes is stored, which takes longer than a look.
  const tried = FULL_SIZE || isRefused(fn, place) ? chosen : chosen.slice(0, 2);
  return tried.flatMap((name) =>
    fullnesses(fn, place, index).map((full) => ({
      fn,
      what: `${fn.path} ${place.path}: ${name.kind}`,
      full,
      arms: armsFor(stage, place, name),
    })),
  );
}

/** With optional arguments and without, or (where that takes long) one or the other. */
function fullnesses(fn: PublicFunction, place: Place, index: number): boolean[] {
  const both = FULL_SIZE && isRefused(fn, place) && hasOptional(fn.args);
  return both ? [false, true] : [index % 2 === 1];
}

function armsFor({ removed }: Stage, place: Place, name: Identifier): Arm[] {
  const fake = removed.get(name.kind);
  // A name that is too long for a field is refused with its length, whoever's it is.
  const { length } = name.value;
  const values = [
    ["hers", name.value],
    ...(fake?.value.length === length ? [["removed", fake.value]] : []),
    ["never there", neverExisted(name.value)],
    ...(place.table === undefined ? [["nonsense", nonsense(length)]] : []),
  ] as const;
  return values.map(([arm = "", value = ""]) => ({
    name: arm,
    chosen: new Map([[place.path, value]]),
  }));
}

/** Text that is no name of anything. */
function nonsense(length: number): string {
  return randomBytes(length).toString("hex").slice(0, length);
}

/** The names that a place is made for: of the table's documents, or of what the field is called after. */
export function fittingNames({ hers }: Stage, { table, field }: Place): Identifier[] {
  const documents = `app/${table ?? `${field.replace(/Id$/, "")}s`}._id`;
  return hers.filter(
    ({ kind }) =>
      kind === documents ||
      kind.endsWith(`.${field}`) ||
      (/[cC]ursor$/.test(field) && kind.startsWith("cursor of")),
  );
}

/** Everything at once: her project with her cursor, for one. */
function attemptsAtAll(stage: Stage, fn: PublicFunction, places: Place[]): Attempt[] {
  const made = places
    .map((place) => ({ path: place.path, names: fittingNames(stage, place) }))
    .filter(({ names }) => names.length > 0);
  if (made.length < 2) return [];
  const rounds = Math.max(...made.map(({ names }) => names.length));
  return Array.from({ length: rounds }, (_, round) => {
    const names = made.map(({ path, names }) => [path, names[round % names.length]] as const);
    const arm = (name: string, valueOf: (name: Identifier) => string): Arm => ({
      name,
      chosen: new Map(names.map(([path, name]) => [path, name ? valueOf(name) : ""])),
    });
    return {
      fn,
      what: `${fn.path} ${names.map(([path, name]) => `${path}: ${name?.kind ?? ""}`).join(", ")}`,
      full: false,
      arms: [
        arm("hers", ({ value }) => value),
        arm("removed", ({ kind, value }) => stage.removed.get(kind)?.value ?? neverExisted(value)),
        arm("never there", ({ value }) => neverExisted(value)),
      ],
    };
  });
}
