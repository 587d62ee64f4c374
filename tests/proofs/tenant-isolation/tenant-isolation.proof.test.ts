/**
 * Tenant isolation: for every public function, each argument that can name something of an owner's is tried by another
 * signed-in user, the attacker, over the wire. The answer is the same as if it did not exist, and nothing changes. The
 * functions and their arguments come from `convex function-spec`: a new one is tried without being listed here.
 *
 * The owner has one of everything. The removed owner had the same: their identifiers are missing now. An attempt is the
 * same call with an identifier of the owner's, with the removed owner's of the same kind, with one that never existed,
 * and, where any text fits, with random text. The whole answers must be the same.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PublicFunction, Validator } from "../../../scripts/lib/function-spec.ts";
import { FULL_SIZE, report } from "../report.ts";
import { argumentPaths, argumentsFor, UnsupportedArguments } from "./argument-paths.ts";
import { Attackers } from "./attacker.ts";
import { attemptsToAccess, attemptsToWrite } from "./attempts.ts";
import { ChangeDetector, differences, servicesState, type Extent } from "./changes.ts";
import { compare, compareOwn, type Compared } from "./compare.ts";
import { callHttpEndpoints, callInternalFunctions } from "./entry-points.ts";
import { startFixture, type Fixture } from "./fixture.ts";
import { compareLive, receiveNothing } from "./live-queries.ts";

const MAX_LISTED = 100;
const MAX_LENGTH = 500;

/** After the calls of how many functions it is checked what they changed. */
const CHECKED_AFTER = FULL_SIZE ? 1 : 8;

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});

afterAll(async () => {
  // Without a fixture `beforeAll` has said why.
  await (fixture as Fixture | undefined)?.world.close();
});

test("an attacker learns nothing and changes nothing", async (context) => {
  const { functions } = fixture.spec;
  const owned = fixture.values;
  const attackers = new Attackers(fixture.world);
  const leaks: string[] = [];
  const changes: string[] = [];
  let attempts = 0;
  const add = ({ calls, findings }: Compared) => {
    attempts += calls;
    leaks.push(...findings);
  };
  /** Makes calls of each function, and adds what they changed. */
  const forEach = async (extent: Extent, callsOf: (fn: PublicFunction) => Promise<void>) => {
    const detector = await ChangeDetector.start(fixture, attackers, extent);
    for (let from = 0; from < functions.length; from += CHECKED_AFTER) {
      const group = functions.slice(from, from + CHECKED_AFTER);
      for (const fn of group) await callsOf(fn);
      const names = group.map(({ path }) => path).join(", ");
      changes.push(...(await detector.changes()).map((change) => `${names}: ${change}`));
    }
    return detector;
  };
  const services = await servicesState(fixture);
  await attackers.current();

  const detector = await forEach("everything", async (fn) => {
    for (const one of attemptsToAccess(fixture, fn)) add(await compare(attackers, one, owned));
  });
  add(await compareLive(fixture, attackers));
  add(await callHttpEndpoints(fixture));
  add(await callInternalFunctions(fixture, (await attackers.current()).user));
  changes.push(...(await detector.changes()));

  await forEach("owned", async (fn) => add(await compareOwn(attackers, fn, owned)));
  // Last, as the attacker's own messages contain the owner's identifiers from here on.
  await forEach("owned", async (fn) => {
    const writes = attemptsToWrite(fixture, fn);
    // Nobody who has already written, by another function, what is tried: it would be theirs then.
    if (writes.length > 0) attackers.replace();
    for (const one of writes) add(await compare(attackers, one, owned));
  });
  changes.push(...differences(services, await servicesState(fixture)));
  // After a successful attack the owner may have nothing left to act on.
  if (leaks.length + changes.length === 0) add(await receiveNothing(fixture, attackers));

  const paths = functions.flatMap((fn) => argumentPaths(fn)).length;
  report(
    context,
    `tenant isolation: ${functions.length} functions, ${paths} argument paths, ` +
      `${attempts.toLocaleString("en")} attempts, ${leaks.length} leaks, ${changes.length} changes`,
  );
  const findings = [...leaks, ...changes];
  expect(findings, listed(findings)).toEqual([]);
});

function listed(findings: string[]): string {
  const some = findings.slice(0, MAX_LISTED).map((finding) => finding.slice(0, MAX_LENGTH));
  return [`${findings.length} findings:`, ...some].join("\n");
}

test("every argument that can name something is found, however deep", () => {
  const fn = aFunction({
    type: "union",
    value: [
      { type: "null" },
      { type: "id", tableName: "projects" },
      { type: "array", value: { type: "string" } },
      { type: "record", keys: { type: "string" }, values: required({ type: "string" }) },
    ],
  });
  const paths = argumentPaths(fn).map(({ path }) => path);
  expect(paths).toEqual(["it|1", "it|2[]", "it|3{key}", "it|3{value}"]);
  const filling = { withOptional: false, text: () => "any", id: () => "any" };
  expect(paths.map((path) => argumentsFor(fn, filling, new Map([[path, "owned"]])))).toEqual([
    { it: "owned" },
    { it: ["owned"] },
    { it: { owned: "any" } },
    { it: { any: "owned" } },
  ]);
});

test("an argument that may be any value fails by the function's name", () => {
  const fn = aFunction({ type: "array", value: { type: "any" } });
  expect(() => argumentPaths(fn)).toThrow(
    new UnsupportedArguments("some/module:some: it[]: may be any value"),
  );
});

function aFunction(it: Validator): PublicFunction {
  const args: Validator = { type: "object", value: { it: required(it) } };
  return { kind: "query", path: "some/module:some", args, returns: { type: "null" } };
}

function required(fieldType: Validator) {
  return { fieldType, optional: false };
}
