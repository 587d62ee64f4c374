/** What is tried in each argument of each function, and what it is compared with. */
import { randomInt } from "node:crypto";
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
const ONE_IN = 40;

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
  const each = attempts(fixture, fn, true);
  return each.length === 0 ? [] : [...each, ...attemptsAtAll(fixture, fn)];
}

/** The attempts that may succeed, on the attacker's own: what is written contains an identifier of the owner's. */
export function attemptsToWrite(fixture: Fixture, fn: PublicFunction): Attempt[] {
  return attempts(fixture, fn, false);
}

function attempts(fixture: Fixture, fn: PublicFunction, isAccess: boolean): Attempt[] {
  return argumentPaths(fn).flatMap((argument, index) => {
    const mustBeRefused = fn.kind === "query" || namesSomething(argument);
    if (mustBeRefused !== isAccess) return [];
    const withBoth = FULL_SIZE && isAccess && hasOptional(fn.args);
    return identifiersFor(fixture, argument, index + fn.path.length, isAccess).flatMap(
      (identifier) =>
        (withBoth ? [false, true] : [index % 2 === 1]).map((withOptional) => ({
          fn,
          what: `${fn.path} ${argument.path}: ${identifier.kind}`,
          withOptional,
          variants: variantsFor(fixture, argument, identifier).filter(
            ({ name }) => FULL_SIZE || isAccess || name === "owned" || name === "never existed",
          ),
        })),
    );
  });
}

/** All identifiers; in the ordinary run, those that fit and a part of the others. */
function identifiersFor(
  fixture: Fixture,
  argument: ArgumentPath,
  index: number,
  isAccess: boolean,
): Identifier[] {
  if (FULL_SIZE) return fixture.identifiers;
  const fitting = fittingIdentifiers(fixture, argument);
  const others = fixture.identifiers.filter((one) => !fitting.includes(one));
  const chosen = [...fitting, ...others.filter((_, number) => number % ONE_IN === index % ONE_IN)];
  // Writing takes longer than being refused.
  return isAccess ? chosen : chosen.slice(0, 1);
}

function variantsFor(
  { removed }: Fixture,
  { path, table }: ArgumentPath,
  { kind, value }: Identifier,
): Variant[] {
  const ofRemoved = removed.get(kind)?.value;
  const values: Record<string, string> = { owned: value };
  // An identifier that is too long for a field is refused with its length, whoever's it is.
  if (ofRemoved?.length === value.length) values.removed = ofRemoved;
  values["never existed"] = neverExisted(value);
  if (table === undefined) {
    // Of the same form: a path with "//" in it is refused, whatever it names.
    values["random text"] = value.replaceAll(/\w/g, () => randomInt(16).toString(16));
  }
  return Object.entries(values).map(([name, one]) => ({ name, chosen: new Map([[path, one]]) }));
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
function attemptsAtAll(fixture: Fixture, fn: PublicFunction): Attempt[] {
  const choices = argumentPaths(fn)
    .map((argument) => ({ path: argument.path, fitting: fittingIdentifiers(fixture, argument) }))
    .filter(({ fitting }) => fitting.length > 0);
  if (choices.length < 2) return [];
  const rounds = Math.max(...choices.map(({ fitting }) => fitting.length));
  const values: Record<string, (identifier: Identifier) => string> = {
    owned: ({ value }) => value,
    removed: ({ kind, value }) => fixture.removed.get(kind)?.value ?? neverExisted(value),
    "never existed": ({ value }) => neverExisted(value),
  };
  return Array.from({ length: rounds }, (_, round) => {
    const chosen = choices.map(({ path, fitting }) => {
      return { path, identifier: fitting[round % fitting.length]! };
    });
    return {
      fn,
      what: `${fn.path} ${chosen.map(({ path, identifier }) => `${path}: ${identifier.kind}`).join(", ")}`,
      withOptional: false,
      variants: Object.entries(values).map(([name, valueOf]) => ({
        name,
        chosen: new Map(chosen.map(({ path, identifier }) => [path, valueOf(identifier)])),
      })),
    };
  });
}
