/**
 * The promise: whichever call fails and wherever the process dies, after at most one sweep no sandbox runs without a
 * project, no project stays in a working status or disagrees with its sandbox, and nothing of a deleted user goes on.
 * Each operation is recorded once. Then it is run once for every way in which each of its calls can fail, with
 * `kill -9` before and after each call, and with `kill -9` after each commit.
 */
import { afterAll, expect, test } from "vitest";
import { FULL_SIZE, report } from "../report.ts";
import type { Fault } from "./faults.ts";
import { OPERATIONS, type Operation } from "./operations.ts";
import { runCase, type Outcome } from "./run-case.ts";
import { Worker } from "./worker.ts";

/** Most of a case is waiting. */
const WORKERS = FULL_SIZE ? 6 : 3;

/** How often a case is run whose fault did not occur: how often a state is polled for depends on timing. */
const ATTEMPTS = 3;

/** A pattern of the titles of the cases to run, to run one again. */
const ONLY = process.env.PROVE_ONLY;

interface Case {
  operation: Operation;
  fault: Fault;
}

const titleOf = ({ operation, fault }: Case) => `${operation.name}, ${fault.at}: ${fault.kind}`;

const workers: Worker[] = [];
afterAll(() => Promise.all(workers.map((worker) => worker.close())));

test("one sweep repairs whatever a fault at any call or commit leaves", async (context) => {
  const first = await Worker.start();
  workers.push(first);
  await Promise.all(
    Array.from({ length: WORKERS - 1 }, async () => workers.push(await Worker.start(first))),
  );
  const recorded = await onWorkers(OPERATIONS, async (worker, operation) => {
    const { violations, faults } = await runCase(worker, operation);
    expect(violations, `${operation.name}, without a fault: ${violations.join(", ")}`).toEqual([]);
    return faults.map((fault) => ({ operation, fault }));
  });
  const cases = chosenOf(recorded);
  let done = 0;
  const outcomes = await onWorkers(cases, async (worker, one) => {
    const outcome = await runUntilMet(worker, one);
    if (FULL_SIZE || ONLY !== undefined) {
      const lines = [`${++done} of ${cases.length}: ${titleOf(one)}`, ...outcome.violations];
      console.error(lines.join("\n  WRONG: "));
    }
    return outcome;
  });
  const titled = cases.map((one, index) => ({ title: titleOf(one), ...outcomes[index]! }));
  const wrong = titled.flatMap(({ title, violations }) =>
    violations.map((it) => `${title}: ${it}`),
  );
  const missed = titled.filter(({ met }) => !met).map(({ title }) => title);
  const points = new Set(recorded.flat().map(({ operation, fault }) => operation.name + fault.at));
  report(
    context,
    `faults: ${cases.length - missed.length} of ${cases.length} injected, ${wrong.length} violations ` +
      `(${OPERATIONS.length} operations, ${points.size} calls and commits)`,
  );
  const again = "To run one again: PROVE_ONLY=<pattern of its title> bun run prove faults";
  expect(wrong, [...wrong, again].join("\n")).toEqual([]);
  expect(missed, `did not occur: ${missed.join(", ")}`).toEqual([]);
});

/**
 * All cases; in the ordinary run, one of each operation and one of each kind of fault: each operation gets the next
 * kind, at the next of the calls or commits that have it.
 */
function chosenOf(recorded: readonly Case[][]): Case[] {
  const found = recorded.flat();
  if (ONLY !== undefined) return found.filter((one) => new RegExp(ONLY).test(titleOf(one)));
  if (FULL_SIZE) return found;
  const kinds = [...new Set(found.map(({ fault }) => fault.kind))];
  const ordinary = kinds.filter((kind) => recorded.every((some) => some.some(isOf(kind))));
  const rare = kinds.filter((kind) => !ordinary.includes(kind));
  return [
    ...recorded.map((some, index) => {
      const fitting = some.filter(isOf(ordinary[index % ordinary.length]!));
      return fitting[(index * 3) % fitting.length]!;
    }),
    ...rare.map((kind) => found.find(isOf(kind))!),
  ];
}

function isOf(kind: string): (one: Case) => boolean {
  return ({ fault }) => fault.kind === kind;
}

async function runUntilMet(worker: Worker, one: Case): Promise<Outcome> {
  for (let attempts = 1; ; attempts++) {
    const isLast = attempts === ATTEMPTS;
    try {
      const outcome = await runCase(worker, one.operation, one.fault);
      if (outcome.met || outcome.violations.length > 0 || isLast) return outcome;
    } catch (error) {
      // `fetch` lost a connection of the proof's own, as it may in hours of requests.
      if (!(error instanceof TypeError) || isLast) throw error;
      console.error(`${titleOf(one)}, once more after`, error);
    }
  }
}

/** Does each task on the next free worker; the results are in the order of the tasks. */
async function onWorkers<T, R>(
  tasks: readonly T[],
  work: (worker: Worker, task: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = tasks.entries();
  await Promise.all(
    workers.map(async (worker) => {
      for (const [index, task] of queue) results[index] = await work(worker, task);
    }),
  );
  return results;
}
