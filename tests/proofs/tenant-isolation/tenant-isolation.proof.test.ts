/**
 * The stranger: for every public function, each argument that can name somebody else's thing is tried by a signed-in
 * person whose thing it isn't, over the wire. She is answered as if there were no such thing, and nothing changes. The
 * functions and their arguments come from `convex function-spec`: a new one is tried without being listed here.
 *
 * Ada has one of everything. Grace had, and is gone: what was hers is missing now. Eve, the stranger, has a little of
 * her own. An attempt is the same call with a name of Ada's, with Grace's of the same kind, with one that never was,
 * and where any text fits with nonsense: the answers, whole as they came, must be the same.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { FULL_SIZE, report } from "../report.ts";
import { attemptsAtThings, attemptsInWriting } from "./attempts.ts";
import { Cast } from "./cast.ts";
import { compare } from "./compare.ts";
import { callOnOwn } from "./control.ts";
import { knockAtHttp, knockAtInternal } from "./doors.ts";
import { compareLive, hearNothing } from "./live.ts";
import { changesOutside, stateOf } from "./outside.ts";
import { argumentsFor, placesOf, Unmakeable } from "./places.ts";
import type { PublicFunction, Validator } from "../../../scripts/lib/function-spec.ts";
import { setStage, type Stage } from "./stage.ts";
import { chanceOfLonger, timeAll, verdictOn } from "./timing.ts";
import { Watch } from "./watch.ts";

/** Calls of each kind per place; a few in the ordinary run, so that what measures is seen to work. */
const TIMED_PAIRS = FULL_SIZE ? 200 : 2;

const MAX_LISTED = 100;
const MAX_LENGTH = 500;

let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
});

afterAll(async () => {
  // Without a stage `beforeAll` has said why.
  await (stage as Stage | undefined)?.world.close();
});

test("a stranger learns nothing and changes nothing", async (context) => {
  const { functions } = stage.spec;
  const hers = new Set(stage.hers.map(({ value }) => value));
  const cast = new Cast(stage.world);
  const told: string[] = [];
  const changed: string[] = [];
  let attempts = 0;
  const note = ({ calls, findings }: { calls: number; findings: string[] }) => {
    attempts += calls;
    told.push(...findings);
  };
  const outside = await stateOf(stage.world, [...hers]);
  await cast.stranger();

  const everything = await Watch.begin(stage, cast, "everything");
  for (const fn of functions) {
    for (const attempt of attemptsAtThings(stage, fn)) note(await compare(cast, attempt, hers));
    changed.push(...(await everything.look()).map((change) => `${fn.path}: ${change}`));
  }
  note(await compareLive(stage, cast, hers));
  note(await knockAtHttp(stage));
  note(await knockAtInternal(stage, (await cast.stranger()).caller));
  const timings = await timeAll(stage, cast, TIMED_PAIRS);
  changed.push(...(await everything.look()));

  const only = await Watch.begin(stage, cast, "hers");
  for (const fn of functions) {
    note(await callOnOwn(cast, fn, hers));
    changed.push(...(await only.look()).map((change) => `${fn.path}: ${change}`));
  }
  for (const fn of functions) {
    for (const attempt of attemptsInWriting(stage, fn)) note(await compare(cast, attempt, hers));
    changed.push(...(await only.look()).map((change) => `${fn.path}: ${change}`));
  }
  changed.push(...changesOutside(outside, await stateOf(stage.world, [...hers])));
  // Once a stranger got through, there may be nothing left that Ada could do something to.
  if (told.length + changed.length === 0) note(await hearNothing(stage, cast));

  const places = functions.flatMap((fn) => placesOf(fn)).length;
  report(
    context,
    `stranger: ${functions.length} functions, ${places} places, ${attempts.toLocaleString("en")} attempts, ` +
      `${told.length} told apart, ${changed.length} changes; timing: ${verdictOn(timings, TIMED_PAIRS)}`,
  );
  const findings = [...told, ...changed];
  expect(findings, listed(findings)).toEqual([]);
});

/** As many findings as one cares to read. */
function listed(findings: string[]): string {
  const some = findings.slice(0, MAX_LISTED).map((finding) => finding.slice(0, MAX_LENGTH));
  return [`${findings.length} findings:`, ...some].join("\n");
}

test("every place that can name something is found, however deep", () => {
  const fn = aFunction({
    type: "union",
    value: [
      { type: "null" },
      { type: "id", tableName: "projects" },
      { type: "array", value: { type: "string" } },
      { type: "record", keys: { type: "string" }, values: required({ type: "string" }) },
    ],
  });
  const paths = placesOf(fn).map(({ path }) => path);
  expect(paths).toEqual(["it|1", "it|2[]", "it|3{key}", "it|3{value}"]);
  const made = paths.map((path) =>
    argumentsFor(
      fn,
      { full: false, text: () => "any", id: () => "any" },
      new Map([[path, "hers"]]),
    ),
  );
  expect(made).toEqual([
    { it: "hers" },
    { it: ["hers"] },
    { it: { hers: "any" } },
    { it: { any: "hers" } },
  ]);
});

test("an argument that can be anything fails by the function's name", () => {
  const fn = aFunction({ type: "array", value: { type: "any" } });
  expect(() => placesOf(fn)).toThrow(
    new Unmakeable("some/module:some: it[]: a stranger may put anything here"),
  );
});

test("a difference in times shows, and none doesn't", () => {
  expect(chanceOfLonger([1, 2, 3], [1, 2, 3])).toBe(0.5);
  expect(chanceOfLonger([4, 5, 6], [1, 2, 3])).toBe(1);
});

function aFunction(it: Validator): PublicFunction {
  const args: Validator = { type: "object", value: { it: required(it) } };
  return { kind: "query", path: "some/module:some", args, returns: { type: "null" } };
}

function required(fieldType: Validator) {
  return { fieldType, optional: false };
}
