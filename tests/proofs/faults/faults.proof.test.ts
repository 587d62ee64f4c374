/**
 * The promise: whatever call fails and wherever the process dies, within one sweep no sandbox runs without a project,
 * no project stays in a working state or says what isn't so, and nothing of a deleted person goes on. Each operation
 * is recorded once; then it is played once for every way in which each of its calls can fail, and with `kill -9` before
 * and after each call and once each transaction is committed.
 */
import { expect, test } from "vitest";
import { campaign, listing, summaryOf, titleOf, type Case } from "./campaign.ts";
import { OPERATIONS } from "./operations.ts";
import { FULL_SIZE, report } from "../report.ts";

/** Most of a case is waiting. */
const LANES = FULL_SIZE ? 6 : 2;

/** In the ordinary run one of so many cases: prime, so that every way and every operation is among them. */
const SAMPLE_OF = 17;

/** A pattern of the names of the cases to play, to look into them. */
const ONLY = process.env.PROVE_ONLY;

function choose(found: Case[]): Case[] {
  if (ONLY !== undefined) return found.filter((one) => new RegExp(ONLY).test(titleOf(one)));
  return FULL_SIZE ? found : found.filter((_, index) => index % SAMPLE_OF === 0);
}

test("every fault, at every call and every step, is over after one sweep", async (context) => {
  const { recordings, found, injected, violations } = await campaign({
    operations: OPERATIONS,
    lanes: LANES,
    choose,
    ...(FULL_SIZE && {
      onProgress: (done, all, name, wrong) => {
        console.error([`${String(done)} of ${String(all)}: ${name}`, ...wrong].join("\n  WRONG: "));
      },
    }),
  });
  if (FULL_SIZE) console.error(listing(recordings));
  const counts = `${String(injected.length)} injected of ${String(found.length)} found`;
  report(
    context,
    `faults: ${counts}, ${String(violations.length)} violations (${summaryOf(recordings)})`,
  );
  expect(violations).toEqual([]);
  expect(found.filter((one) => !injected.includes(one)).map(titleOf)).toEqual([]);
});
