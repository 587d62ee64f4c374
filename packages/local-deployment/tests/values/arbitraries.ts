import { jsonToConvex, type Value } from "convex/values";
import fc from "fast-check";

/** The placeholder, which only decoding hands out. */
export const COMMIT_TS = jsonToConvex({ $commitTs: null });

/** Strings with control characters, NUL, and characters inside and outside the BMP. */
const strings = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom("", "\0", "\0\0", "a\0", "a", "ab", "é", "\uffff", "\u{10000}", "\u{1f600}"),
);

const floats = fc.oneof(
  fc.double(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE),
);

const EDGES = [0n, 1n, 0x7fn, 0x80n, 0x7fffn, 0x8000n, 0x7fffffffn, 0x80000000n, 2n ** 63n - 1n];

const int64s = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(...EDGES.flatMap((edge) => [edge, -edge, -edge - 1n])),
);

const bytes = fc
  .uint8Array({ maxLength: 6 })
  .map((array) => Uint8Array.from(array).buffer)
  .chain((buffer) => fc.constantFrom(buffer, new ArrayBuffer(0), Uint8Array.of(0, 0xff).buffer));

const names = fc.oneof(
  fc.constantFrom("", "a", "aa", "b", "a b", "~", "_x"),
  fc.stringMatching(/^[a-z]{1,3}$/),
);

/** Any Convex value: nested, with the edges of every type well represented. */
export const values: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom<Value>(null, true, false, COMMIT_TS),
    floats,
    int64s,
    strings,
    bytes,
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(names, tie("value")), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value;

/** A value or an absent field. */
export const maybeValues = fc.option(values, { nil: undefined, freq: 10 });

/** Values of which equal ones and neighbours come up often. */
export const fewValues = fc.constantFrom<Value | undefined>(
  ...[undefined, null, -1n, 0n, 1n, -0, 0, 1, NaN, false, true, "", "a", "a\0", "b"],
  ...[[], [0], [0, 1], {}, { a: 1 }],
);
