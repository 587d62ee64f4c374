import { expect, test } from "vitest";
import { checkPackageSize } from "../../src/push/package_size.ts";

const module = (source: string) => ({ path: "m.js", source, environment: "isolate" as const });
const maximum = { zipped: 100, unzipped: 2_000 };

test("a push's size is limited packed and unpacked, with its source maps", () => {
  expect(() => {
    checkPackageSize([module("a".repeat(1_999))], maximum);
  }).not.toThrow();
  expect(() => {
    checkPackageSize(
      [module("a".repeat(1_000)), { ...module(""), sourceMap: "a".repeat(1_000) }],
      maximum,
    );
  }).toThrow("Total module size exceeded the unzipped maximum (1.95 KiB > maximum size 1.95 KiB)");
  const noise = Array.from({ length: 500 }, (_, i) => String(i * 7_919)).join("");
  expect(() => {
    checkPackageSize([module(noise.slice(0, 1_500))], maximum);
  }).toThrow(/^Total module size exceeded the zipped maximum/);
});
