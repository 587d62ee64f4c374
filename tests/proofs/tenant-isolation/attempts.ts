/** What is tried in each argument of each function, and what it is compared with. */
import { randomBytes } from "node:crypto";
import type { PublicFunction } from "../../../scripts/lib/function-spec.ts";
import { FULL_SIZE } from "../report.ts";
import { argumentPaths, hasOptional, type ArgumentPath } from "./argument-paths.ts";
import { neverExisted, type Identifier } from "./database.ts";
import type { Fixture } from "./fixture.ts";

/** One call of a comparison. */
interface Variant {
  /** What it is called in a finding. */
  name: string;
  /** The identifiers that it names, by argument path. */
  chosen: ReadonlyMap<string, string>;
}

/** Calls that must be answered alike: the first names something of the owner's, the others nothing that exists. */
export interface Attempt {
  fn: PublicFunction;
  /** What a finding says was tried. */
  what: string;
  /** Whether optional arguments are given. */
  withOptional: boolean;
  variants: Variant[];
}

/** In the ordinary run each argument gets one in so many of the identifiers that are not of its kind. */
const ONE_IN = 8;

/**
 * Whether an argument names something that exists, rather than holding what a user writes. An id that the client makes
 * up (`clientMessageId`) is what a user writes.
 */
export function namesSomething({ table, field }: ArgumentPath): boolean {
  return table !== undefined || (field.endsWith("Id") && !field.startsWith("client"));
}

/**
 * The attempts on a function that must be refused, or that only read: each argument that names something, and all
 * arguments at once, so that nothing is the attacker's own.
 */
export function attemptsToAccess(fixture: Fixture, fn: PublicFunction): Attempt[] {
  const paths = argumentPaths(fn);
  const isAccess = paths.some((argument) => mustBeRefused(fn, argument));
  return [
    ...attemptsAtEach(fixture, fn, paths, (argument) => mustBeRefused(fn, argument)),
    ...(isAccess ? attemptsAtAll(fixture, fn, paths) : []),
  ];
}

/** The attempts that may succeed, on the attacker's own: what is written contains an identifier of the owner's. */
export function attemptsToWrite(fixture: Fixture, fn: PublicFunction): Attempt[] {
  const paths = argumentPaths(fn);
  return attemptsAtEach(fixture, fn, paths, (argument) => !mustBeRefused(fn, argument));
}

function mustBeRefused(fn: PublicFunction, argument: ArgumentPath): boolean {
  return fn.kind === "query" || namesSomething(argument);
}

function attemptsAtEach(
  fixture: Fixture,
  fn: PublicFunction,
  paths: ArgumentPath[],
  isChosen: (argument: ArgumentPath) => boolean,
): Attempt[] {
  return paths.flatMap((argument, index) =>
    isChosen(argument) ? attemptsAt(fixture, fn, argument, index) : [],
  );
}

function attemptsAt(
  fixture: Fixture,
  fn: PublicFunction,
  argument: ArgumentPath,
  index: number,
): Attempt[] {
  const fitting = fittingIdentifiers(fixture, argument);
  const others = fixture.identifiers.filter((one) => !fitting.includes(one));
  const chosen = FULL_SIZE
    ? fixture.identifiers
    : [...fitting, ...others.filter((_, number) => number % ONE_IN === index % ONE_IN)];
  const isAccess = mustBeRefused(fn, argument);
  // Writing takes longer than being refused.
  const tried = FULL_SIZE || isAccess ? chosen : chosen.slice(0, 2);
  const withBoth = FULL_SIZE && isAccess && hasOptional(fn.args);
  return tried.flatMap((identifier) =>
    (withBoth ? [false, true] : [index % 2 === 1]).map((withOptional) => ({
      fn,
      what: `${fn.path} ${argument.path}: ${identifier.kind}`,
      withOptional,
      variants: variantsFor(fixture, argument, identifier),
    })),
  );
}

function variantsFor(
  { removed }: Fixture,
  argument: ArgumentPath,
  identifier: Identifier,
): Variant[] {
  const ofRemoved = removed.get(identifier.kind);
  // An identifier that is too long for a field is refused with its length, whoever's it is.
  const { length } = identifier.value;
  const values = [
    ["owned", identifier.value],
    ...(ofRemoved?.value.length === length ? [["removed", ofRemoved.value]] : []),
    ["never existed", neverExisted(identifier.value)],
    ...(argument.table === undefined ? [["random text", randomText(length)]] : []),
  ] as const;
  return values.map(([name = "", value = ""]) => ({
    name,
    chosen: new Map([[argument.path, value]]),
  }));
}

function randomText(length: number): string {
  return randomBytes(length).toString("hex").slice(0, length);
}

/** The identifiers of an argument's kind: of the table's documents, or of what the field is named after. */
export function fittingIdentifiers(
  { identifiers }: Fixture,
  { table, field }: ArgumentPath,
): Identifier[] {
  const documents = `app/${table ?? `${field.replace(/Id$/, "")}s`}._id`;
  return identifiers.filter(
    ({ kind }) =>
      kind === documents ||
      kind.endsWith(`.${field}`) ||
      (/[cC]ursor$/.test(field) && kind.startsWith("cursor of")),
  );
}

/** All arguments at once: the owner's project with the owner's cursor, for one. */
function attemptsAtAll(fixture: Fixture, fn: PublicFunction, paths: ArgumentPath[]): Attempt[] {
  const choices = paths
    .map((argument) => ({
      path: argument.path,
      fitting: fittingIdentifiers(fixture, argument),
    }))
    .filter(({ fitting }) => fitting.length > 0);
  if (choices.length < 2) return [];
  const rounds = Math.max(...choices.map(({ fitting }) => fitting.length));
  return Array.from({ length: rounds }, (_, round) => {
    const chosen = choices.map(
      ({ path, fitting }) => [path, fitting[round % fitting.length]!] as const,
    );
    const variant = (name: string, valueOf: (identifier: Identifier) => string): Variant => ({
      name,
      chosen: new Map(chosen.map(([path, identifier]) => [path, valueOf(identifier)])),
    });
    return {
      fn,
      what: `${fn.path} ${chosen.map(([path, { kind }]) => `${path}: ${kind}`).join(", ")}`,
      withOptional: false,
      variants: [
        variant("owned", ({ value }) => value),
        variant(
          "removed",
          ({ kind, value }) => fixture.removed.get(kind)?.value ?? neverExisted(value),
        ),
        variant("never existed", ({ value }) => neverExisted(value)),
      ],
    };
  });
}
