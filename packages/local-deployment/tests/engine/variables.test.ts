/** Which changes of environment variables are refused: production's limits, by production's codes. */
import { expect, test } from "vitest";
import { checkVariableChanges, type DeclaredVariables } from "../../src/engine/code/variables.ts";

const MODE =
  '{"type":"union","value":[{"type":"literal","value":"a"},{"type":"literal","value":"b"}]}';
const declared: DeclaredVariables = [
  ["NEEDED", { type: "value", value: '{"type":"string"}' }],
  ["MODE", { type: "value", value: MODE, optional: true }],
];

type Change = readonly [name: string, value: string | null];

function check(changes: readonly Change[], present: Record<string, string> = {}): void {
  const asked = changes.map(([name, value]) => ({ name, value }));
  checkVariableChanges(present, asked, declared);
}

const KIB = 1024;
const named = (count: number, value = ""): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`V${String(i).padStart(3, "0")}`, value]),
  );

test.each<[string, Change[], Record<string, string>?]>([
  ["a name of 256 bytes", [["A".repeat(256), ""]]],
  ["an underscore first", [["_a1", ""]]],
  ["a value of 8 KiB", [["A", "é".repeat(4 * KIB)]]],
  ["the 512th variable", [["A", ""]], named(511)],
  [
    "one in place of another when there are 512",
    [
      ["V000", null],
      ["A", ""],
    ],
    named(512),
  ],
  ["512 KiB in all", [["A", "x".repeat(8 * KIB - 1 - 63 * 4)]], named(63, "x".repeat(8 * KIB))],
  ["what the app declares", [["MODE", "b"]]],
  [
    "without one that may be left out",
    [
      ["MODE", null],
      ["CONVEX_CLOUD_URL", null],
    ],
  ],
])("%s is allowed", (_, changes, present) => {
  check(changes, present);
});

test.each<[string, Change[], Record<string, string>?]>([
  ["EnvironmentVariableNameInvalid", [["1A", ""]]],
  ["EnvironmentVariableNameInvalid", [["A-B", null]]],
  ["EnvironmentVariableNameInvalid", [["", ""]]],
  ["EnvironmentVariableNameInvalid", [["A\n", ""]]],
  ["EnvironmentVariableNameTooLong", [["A".repeat(257), ""]]],
  ["EnvironmentVariableValueTooLarge", [["A", "x".repeat(8 * KIB + 1)]]],
  // Bytes count, not characters.
  ["EnvironmentVariableValueTooLarge", [["A", `${"é".repeat(4 * KIB)}x`]]],
  ["EnvVarNameForbidden", [["CONVEX_SITE_URL", "https://a.test"]]],
  ["RequiredEnvironmentVariable", [["NEEDED", null]], { NEEDED: "there" }],
  ["InvalidEnvironmentVariable", [["MODE", "secret-c"]]],
  ["EnvVarLimitMet", [["A", ""]], named(512)],
  [
    "EnvVarTotalSizeLimitMet",
    [["A", "x".repeat(8 * KIB - 63 * 4)]],
    named(63, "x".repeat(8 * KIB)),
  ],
])("%s: %j", (code, changes, present) => {
  const refused = expect(() => {
    check(changes, present);
  });
  refused.toThrow(expect.objectContaining({ code }) as Error);
  refused.not.toThrow("secret");
});
