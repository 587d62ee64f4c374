import { createContext, Script } from "node:vm";
import { describe, expect, test } from "vitest";
import { createConsole, formatLogLine, LogSink } from "../../src/runtime/console.ts";
import { inspectorIn } from "../../src/runtime/inspect.ts";

/** Runs code with the console in a realm of its own, and gives the lines that it logged. */
function logged(code: string): string[] {
  const context = createContext({});
  const sink = new LogSink();
  const write = (level: Parameters<LogSink["write"]>[0], messages: readonly string[]) => {
    sink.write(level, messages, 0);
  };
  const inspect = inspectorIn((script) => script.runInContext(context));
  const stack = () => "\n    at handler (../convex/a.ts:1:2)";
  Object.assign(context, { console: createConsole(write, { inspect, stack }) });
  new Script(code).runInContext(context);
  return sink.lines.map(formatLogLine);
}
const shown = (expression: string) => logged(`console.log(${expression})`)[0];

describe("values, as npm's object-inspect prints them in production", () => {
  test.each([
    ["'text', 1, true, null, undefined, 3n, -0", "'text' 1 true null undefined 3n -0"],
    [String.raw`"it's", "a\nb\u001b"`, String.raw`'it\'s' 'a\nb\x1B'`],
    ["{}, [], [1, 2]", "{} [] [ 1, 2 ]"],
    ["{ a: 1 }", "{\n  a: 1\n}"],
    ["{ a: 1, b: [1, { c: 2 }] }", "{\n  a: 1,\n  b: [\n    1,\n    {\n      c: 2\n    }\n  ]\n}"],
    ["new Map([[1, 2]]), new Set([1])", "Map (1) {\n  1 => 2\n} Set (1) {\n  1\n}"],
    ["new Error('no'), new RangeError('far')", "[Error: no] [RangeError: far]"],
    ["Object.assign(new Error('no'), { data: 1 })", "{ [Error: no] data: 1 }"],
    ["new (class Foo { x = 1 })()", "Foo {\n  x: 1\n}"],
    ["Object.create(null)", "[Object: null prototype] {}"],
    ["() => 1, function named() {}", "[Function (anonymous)] [Function: named]"],
    ["new Date(0).getTime(), /x/g, Symbol('s')", "0 /x/g Symbol(s)"],
  ])("%s", (expression, text) => {
    expect(shown(expression)).toBe(`[LOG] ${text}`);
  });

  test("an object says how it is printed: `process.env` shows nothing of itself", () => {
    const env =
      "new Proxy({}, { get: (_t, p) => (p === 'inspect' ? () => '[process.env]' : 's3cret') })";
    expect(shown(env)).toBe("[LOG] [process.env]");
    expect(shown(`{ env: ${env} }`)).toBe("[LOG] {\n  env: [process.env]\n}");
  });

  test("deep ones and long strings are shown in part", () => {
    expect(shown("{a:{b:{c:{d:{e:{f:1}}}}}}")).toContain("e: [Object]");
    expect(shown("{a:{b:{c:{d:{e:[1]}}}}}")).toContain("e: [Array]");
    expect(shown("'x'.repeat(40000)")).toMatch(/^\[LOG\] 'x{32767} \(truncated due to length\)$/);
  });
});

describe("methods", () => {
  test("all that there are, and each with its level", () => {
    expect(
      logged("for (const at of ['debug','log','info','warn','error']) console[at](at)"),
    ).toEqual([
      "[DEBUG] 'debug'",
      "[LOG] 'log'",
      "[INFO] 'info'",
      "[WARN] 'warn'",
      "[ERROR] 'error'",
    ]);
    const names =
      "console.log(Object.keys(console).sort().join(), String(console), typeof console.table)";
    expect(logged(names)).toEqual([
      "[LOG] 'debug,error,info,log,time,timeEnd,timeLog,trace,warn' '[object console]' 'undefined'",
    ]);
  });

  test("trace tells the frames", () => {
    expect(logged("console.trace('here', { a: 1 })")).toEqual([
      "[LOG] 'here' {\n  a: 1\n} \n    at handler (../convex/a.ts:1:2)\n",
    ]);
  });

  test("timers", () => {
    const lines = logged(`
      console.time("t"); console.time("t"); console.timeLog("t", 1); console.timeEnd("t");
      console.timeEnd("t"); console.timeLog(); console.time(null); console.timeEnd(null)`);
    expect(lines.map((line) => line.replace(/\d+ms/, "Nms"))).toEqual([
      "[WARN] Timer 't' already exists",
      "[INFO] t: Nms 1",
      "[INFO] t: Nms",
      "[WARN] Timer 't' does not exist",
      "[WARN] Timer 'default' does not exist",
      "[INFO] null: Nms",
    ]);
  });
});

describe("limits", () => {
  test("255 lines, and one that says that there were more", () => {
    const lines = logged("for (let i = 0; i < 300; i++) console.log(i)");
    expect(lines).toHaveLength(256);
    expect(lines.slice(-2)).toEqual([
      "[LOG] 254",
      "[ERROR] Log overflow (maximum 256). Remaining log lines omitted.",
    ]);
    expect(logged("for (let i = 0; i < 255; i++) console.log(i)").at(-1)).toBe("[LOG] 254");
  });

  test("32,768 bytes of a line, of all arguments together, and never half a character", () => {
    const sink = new LogSink();
    sink.write("LOG", ["a".repeat(32_760), "b".repeat(7)], 0);
    sink.write("LOG", ["a".repeat(32_760), "b".repeat(8), "c"], 0);
    sink.write("LOG", ["a".repeat(32_764), "\u00e9\u00e9"], 0);
    sink.write("LOG", ["a".repeat(32_768), "b"], 0);
    const lengths = sink.lines.map(({ messages }) => messages.map((m) => Buffer.byteLength(m)));
    expect(lengths).toEqual([
      [32_760, 7],
      [32_760, 7],
      [32_764, 2],
      [32_768, 0],
    ]);
    expect(sink.lines.map(({ isTruncated }) => isTruncated)).toEqual([false, true, true, true]);
  });

  test("of Node: 256 lines, a million characters, lines of any length", () => {
    const limits = { lines: 256, characters: 1_048_576, lineBytes: Infinity };
    const many = new LogSink(undefined, limits);
    for (let i = 0; i < 300; i++) many.write("LOG", [String(i)], 0);
    expect(many.lines.map(formatLogLine).slice(-2)).toEqual([
      "[LOG] 255",
      "[ERROR] Log overflow (maximum 256). Remaining log lines omitted.",
    ]);
    const long = new LogSink(undefined, limits);
    for (let i = 0; i < 20; i++) long.write("LOG", ["x".repeat(100_000)], 0);
    expect(long.lines).toHaveLength(11);
    expect(long.lines.at(-1)?.messages).toEqual([
      "Log overflow (maximum 1M characters). Remaining log lines omitted.",
    ]);
  });
});
