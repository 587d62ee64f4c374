/**
 * The promise: whichever call fails and wherever the process dies, after at most one sweep no sandbox runs without a
 * project, no project stays in a working status or disagrees with its sandbox, and nothing of a deleted user goes on.
 * Each operation is recorded once. Then it is run once for every way in which each of its calls can fail, with
 * `kill -9` before and after each call, and with `kill -9` after each commit.
 */
import { expect, test } from "vitest";
import { FULL_SIZE, report } from "../report.ts";
import { listing, runMatrix, summaryOf, titleOf, type Case } from "./fault-matrix.ts";
import { OPERATIONS } from "./operations.ts";

/** Most of a case is waiting. */
const WORKERS = FULL_SIZE ? 6 : 2;

/** The ordinary run takes one of so many cases: a prime number, so that every fault and every operation is among them. */
const SAMPLE_OF = 29;

/** A pattern of the titles of the cases to run, for debugging. */
const ONLY = process.env.PROVE_ONLY;

function choose(found: Case[]): Case[] {
  if (ONLY !== undefined) return found.filter((one) => new RegExp(ONLY).test(titleOf(one)));
  return FULL_SIZE ? found : found.filter((_, index) => index % SAMPLE_OF === 0);
}

test("one sweep repairs whatever a fault at any call or commit leaves", async (context) => {
  const { recordings, cases, injected, violations } = await runMatrix({
    operations: OPERATIONS,
    workers: WORKERS,
    choose,
    ...(FULL_SIZE && {
      onProgress: (done, all, title, wrong) => {
        console.error([`${done} of ${all}: ${title}`, ...wrong].join("\n  WRONG: "));
      },
    }),
  });
  if (FULL_SIZE) console.error(listing(recordings));
  report(
    context,
    `faults: ${injected.length} of ${cases.length} injected, ${violations.length} violations (${summaryOf(recordings)})`,
  );
  expect(violations).toEqual([]);
  expect(cases.filter((one) => !injected.includes(one)).map(titleOf)).toEqual([]);
});
