import { execFileSync } from "node:child_process";
import { beforeAll, expect, test } from "vitest";
import { bunPath } from "../../../../tests/support/bun.ts";
import { v8Message } from "../../src/runtime/errors/v8_messages.ts";

/** Bodies of functions, each of which throws. */
const CASES = [
  "const a = undefined; return a.foo",
  "const a = null; return a.foo.bar",
  "const o = {}; return o.a.b",
  "const o = {}; return o[0].b",
  "const f=()=>undefined; return f().x",
  "const a = undefined; a.foo = 1",
  "const o={}; o.a.b = {c: 1}",
  "const o={}; o.a['b'] = 1",
  "const a=undefined; a.n += 1",
  "const a=undefined; a.n++",
  "const a=undefined; delete a.n",
  "const a = undefined; a.foo({ x: 1, y: [1,2] })",
  "const o={}; return o.a.b(1, 'a.b')",
  "const x = 1; x()",
  "const o = {}; o.foo()",
  "const o={a:{}}; o.a.foo()",
  "const o=[1]; o[0]()",
  "const o={}; o.foo('a. (In b)', 1)",
  "const x = 1; new x()",
  "const f=()=>1; new f()",
  "const o={a:{}}; new o.a.B(1)",
  "class A{}; A()",
  "return zzz",
  "zz; let zz = 1",
  "const [a] = undefined",
  "for (const x of {}) {}",
  "let u; for (const x of u) {}",
  "const o={}; for (const x of o.list) {}",
  "const {a} = undefined",
  "(({a}) => a)(undefined)",
  "const o={}; Math.max(...o)",
  "return 'a' in 'b'",
  "1 instanceof 2",
  "({}) instanceof ({})",
  "return 1n + 1",
  "return 1n * 2",
  "Math.max(1n)",
  "`${Symbol('a')}`",
  "+Symbol('a')",
  "return 1n / 0n",
  "JSON.stringify(1n)",
  "JSON.stringify({a:[1n]})",
  "(function f(){f()})()",
  "new Array(-1)",
  "[].length = -1",
  "(1).toFixed(101)",
  "(1).toPrecision(101)",
  "'a'.normalize('x')",
  "(1).toString(99)",
  "new Date(NaN).toISOString()",
  "[].reduce((a,b)=>a)",
  "Object.defineProperty(1,'a',{})",
  "new (class extends Object{constructor(){}})",
  "class P{ #x; static r(o){return o.#x} }; P.r({})",
  "decodeURIComponent('%')",
  "Map()",
  "Promise()",
  "Object.keys(null)",
  "const o={}; Object.entries(o.x)",
  "Object.assign(undefined, {})",
  "[1,2].sort(1)",
  "new WeakMap().set(1,1)",
  "new WeakSet().add(1)",
  "(function(){ return arguments.callee })()",
  "new Symbol()",
  "'a'.replaceAll(/a/, 'b')",
  "'a'.matchAll(/a/)",
  "return `${Object.create(null)}`",
  "new Proxy(1,{})",
  "new Date(Symbol())",
  "String.raw()",
  "new Intl.DateTimeFormat('en',{timeZone:'Nope'})",
  "new Intl.DateTimeFormat('en').format(NaN)",
  "let g; const f=function*(){g.next()}; g=f(); g.next()",
  "const o={db:undefined}; o.db.query('x')",
  "(function(){ return this.x })()",
  "const m={}; m['a-b'].c",
  "const o={f(){}}; o.f().g()",
  "const o={a:null}; return o?.a.b",
  "const o={}; o.tag`x`",
  "class A{}; class B extends A{m(){ super.q() }}; new B().m()",
  "new URL('x')",
  "new TextDecoder('utf-8',{fatal:true}).decode(new Uint8Array([255]))",
];

/** Runs each in a new function, and says what it threw; it is run here, and from its text in Bun. */
const thrownBy = (bodies: readonly string[]): string[] =>
  bodies.map((body) => {
    try {
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what the engine says of it is the question
      const call = new Function(`"use strict"; ${body}`) as () => unknown;
      return `nothing, but gave ${String(call())}`;
    } catch (error) {
      return (error as Error).message;
    }
  });

let inBun: string[];
beforeAll(() => {
  const script = `console.log(JSON.stringify((${thrownBy.toString()})(${JSON.stringify(CASES)})))`;
  // What it printed is a list of messages.
  inBun = JSON.parse(execFileSync(bunPath(), ["-e", script], { encoding: "utf8" })) as string[];
});

test.each(CASES.map((body, i) => [body, i] as const))("says what V8 says of %s", (body, i) => {
  expect(v8Message(inBun[i] ?? "")).toBe(thrownBy([body])[0]);
});

test("leaves messages that functions made", () => {
  for (const said of [
    "no such luck",
    "",
    "x is not a function",
    "it is not an object (evaluating",
  ]) {
    expect(v8Message(said)).toBe(said);
  }
});
