/**
 * `bun run bench stream`: what following an answer costs, by its size, by the length of the conversation and by how many
 * follow it. The agent writes at an even pace over half a minute, in pieces that end within a line. What is more than
 * the backend stores (100,000 characters) is cut off. With `--quick`, two cases.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { costOf } from "../../tests/proofs/scale/measure.ts";
import type { Completion } from "../../tests/support/function-log.ts";
import type { World } from "../../tests/support/world.ts";
import { ROOT } from "../lib/convex-cli.ts";
import { measureTurn, startStreamWorld, type Case, type Measured } from "./stream/measure.ts";

/** Turns that are measured at once, each on a deployment of its own. */
const AT_ONCE = 2;

const FULL = {
  answers: [10_000, 100_000, 400_000],
  messages: [0, 100, 1_000],
  watchers: [1, 10],
  seconds: 30,
  minute: 60,
};
const QUICK = {
  answers: [10_000, 100_000],
  messages: [1_000],
  watchers: [1],
  seconds: 30,
  minute: 30,
};

/** The goals. */
const SENT_PER_BYTE = 2.5;
const SENT_PER_SECOND = 1000;
const WRITTEN_PER_BYTE = 4;
const RUNS = 4;
const LATENCY_MS = 1500;

const COUNTED = [
  "projects/queries:getById",
  "projects/queries:listForCurrentUser",
  "messages/queries:listByProject",
];

/** Measures, and prints tables. */
export async function benchStream({ quick }: { quick: boolean }): Promise<void> {
  const { answers, messages, watchers, seconds, minute } = quick ? QUICK : FULL;
  const paces = [0, minute * 1000].map((bytes) => {
    return { bytes, seconds: minute, messages: 0, watchers: 1 };
  });
  const cases = answers.flatMap((bytes) =>
    messages.flatMap((count) =>
      watchers.map((each) => ({ bytes, seconds, messages: count, watchers: each })),
    ),
  );
  const results = await measureAll([...paces, ...cases]);
  const streamed = results.slice(paces.length);
  print("Sent, from the start of the turn until its message is there", streamed, sentOf);
  print("Written, run again, and seen after the agent's write", streamed, writtenOf);
  process.stdout.write(
    "\nFunction calls and action-seconds of a minute of a turn, with one watcher\n",
  );
  const [silent, talking] = results.slice(0, paces.length).map(callsOf);
  console.table({ "a silent agent": silent, "1 kB a second": talking });
  const missed = streamed.flatMap(goalsOf).filter(({ value, most }) => value > most).length;
  const goals = `at most ${SENT_PER_BYTE} times the answer and ${kb(SENT_PER_SECOND)} a second to each watcher`;
  process.stdout.write(
    `\nGoals: ${goals}, ${WRITTEN_PER_BYTE} times the answer written, ${RUNS} runs of each query, ` +
      `${LATENCY_MS} ms at the median. Missed: ${missed}.\n`,
  );
}

type Result = Case & Measured;

/** Measures on as many deployments as are used at once. @returns the results in the order of the cases */
async function measureAll(cases: readonly Case[]): Promise<Result[]> {
  const results: Result[] = [];
  const left = cases.entries();
  const worlds = await Promise.all(Array.from({ length: AT_ONCE }, startStreamWorld));
  try {
    const measureOn = async (world: World) => {
      for (const [index, each] of left) {
        results[index] = { ...each, ...(await measureTurn(world, each)) };
        process.stderr.write(`${nameOf(each)}: measured\n`);
      }
    };
    await Promise.all(worlds.map(measureOn));
  } finally {
    await Promise.all(worlds.map((world) => world.close()));
  }
  return results;
}

function nameOf({ bytes, messages, watchers }: Case): string {
  const people = `${watchers} watcher${watchers === 1 ? "" : "s"}`;
  return `${bytes / 1000} kB, ${messages} messages, ${people}`;
}

/** What is held against a goal. */
interface Measure {
  value: number;
  most: number;
}

function sentTo({ sent, stored, seconds }: Result): Measure {
  return { value: sent, most: SENT_PER_BYTE * stored + SENT_PER_SECOND * seconds };
}

function writtenBy({ log, stored }: Result): Measure {
  return { value: costOf(log).writtenBytes, most: WRITTEN_PER_BYTE * stored };
}

function runsIn({ log }: Result): Measure[] {
  return COUNTED.map((name) => {
    const runs = log.filter(({ identifier, cachedResult }) => identifier === name && !cachedResult);
    return { value: runs.length, most: RUNS };
  });
}

function latencyOf({ latencies }: Result): Measure {
  return { value: percentile(latencies, 0.5), most: LATENCY_MS };
}

function goalsOf(result: Result): Measure[] {
  return [sentTo(result), writtenBy(result), ...runsIn(result), latencyOf(result)];
}

function sentOf(result: Result): Record<string, string> {
  const { stored, seconds, sentByList } = result;
  const sent = sentTo(result);
  return {
    stored: kb(stored),
    seconds: seconds.toFixed(1),
    "to each watcher": marked(sent, kb),
    "times the answer": times(sent.value, stored),
    goal: kb(sent.most),
    "by listByProject alone": kb(sentByList),
  };
}

function writtenOf(result: Result): Record<string, string> {
  const { stored, log, latencies } = result;
  const written = writtenBy(result);
  const whole = (value: number) => String(Math.round(value));
  const [getById, list, listByProject] = runsIn(result).map((runs) => marked(runs, whole));
  return {
    written: marked(written, kb),
    "times the answer": times(written.value, stored),
    documents: String(costOf(log).written),
    getById: String(getById),
    listForCurrentUser: String(list),
    listByProject: String(listByProject),
    "median ms": marked(latencyOf(result), whole),
    "p95 ms": whole(percentile(latencies, 0.95)),
  };
}

/** By the turn itself and, as "watched", by all that its watchers subscribe to. */
function callsOf({ log, seconds }: Result): Record<string, string> {
  const perMinute = (value: number) => ((value * 60) / seconds).toFixed(1);
  const calls = (some: readonly Completion[]) => perMinute(some.length);
  const time = (some: readonly Completion[]) =>
    perMinute(some.reduce((sum, { executionTime }) => sum + executionTime, 0));
  const actions = log.filter(({ udfType }) => udfType === "Action");
  const queries = log.filter(({ udfType }) => udfType === "Query");
  return {
    queries: calls(queries.filter((query) => !isWatched(query))),
    mutations: calls(log.filter(({ udfType }) => udfType === "Mutation")),
    actions: calls(actions),
    "queries, watched": calls(queries.filter(isWatched)),
    "Node's action-seconds": time(actions.filter(isNode)),
    "the isolate's": time(actions.filter((action) => !isNode(action))),
  };
}

function isWatched({ identifier }: Completion): boolean {
  return /\/(queries|users):/.test(identifier);
}

function isNode({ identifier, componentPath }: Completion): boolean {
  const [module = ""] = identifier.split(":");
  if (componentPath !== null) return false;
  return readFileSync(join(ROOT, "convex", `${module}.ts`), "utf8").startsWith('"use node"');
}

function print(
  title: string,
  results: readonly Result[],
  row: (result: Result) => Record<string, string>,
): void {
  process.stdout.write(`\n${title}\n`);
  console.table(Object.fromEntries(results.map((result) => [nameOf(result), row(result)])));
}

function marked({ value, most }: Measure, show: (value: number) => string): string {
  return value > most ? `${show(value)} MISSED` : show(value);
}

const kb = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

function times(bytes: number, stored: number): string {
  return (bytes / stored).toFixed(2);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}
