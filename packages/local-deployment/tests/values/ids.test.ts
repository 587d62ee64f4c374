import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DeveloperError } from "../../src/values/developer_error.ts";
import { decodeId, encodeId, isId } from "../../src/values/ids.ts";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

const tableNumbers = fc.oneof(
  fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  fc.constantFrom(1, 127, 128, 10_001, 2 ** 14, 2 ** 21, 2 ** 28, 2 ** 31, 2 ** 32 - 1),
);
const internalIds = fc.uint8Array({ minLength: 16, maxLength: 16 });

const failure = (message: string) =>
  expect.objectContaining({ code: "InvalidId", message }) as DeveloperError;

describe("ids", () => {
  test("read the id of the public documentation", () => {
    const id = "kg27rxfv99gzp01wmph0gvt92d6hnvy6";
    const { tableNumber, internalId } = decodeId(id);
    expect(tableNumber).toBe(540);
    expect(encodeId(tableNumber, internalId)).toBe(id);
  });

  test("come back as they went", () => {
    fc.assert(
      fc.property(tableNumbers, internalIds, (tableNumber, internalId) => {
        const id = encodeId(tableNumber, internalId);
        expect(id.length).toBeGreaterThanOrEqual(31);
        expect(id.length).toBeLessThanOrEqual(37);
        expect(decodeId(id)).toEqual({ tableNumber, internalId });
      }),
    );
  });

  test("of user tables have 32 characters", () => {
    expect(encodeId(10_001, new Uint8Array(16))).toHaveLength(32);
  });

  test("notice a single changed character", () => {
    const changes = fc.record({
      at: fc.nat({ max: 36 }),
      to: fc.constantFrom(...Array.from(ALPHABET), "i", "L", "é"),
    });
    fc.assert(
      fc.property(tableNumbers, internalIds, changes, (tableNumber, internalId, { at, to }) => {
        const id = encodeId(tableNumber, internalId);
        const changed = id.slice(0, at) + to + id.slice(at + 1);
        expect(isId(changed)).toBe(changed === id);
      }),
      { numRuns: 5000 },
    );
  });

  test("refuse what is none in production's words", () => {
    const id = "kg27rxfv99gzp01wmph0gvt92d6hnvy6";
    expect(() => decodeId("")).toThrow(failure("Unable to decode ID: Invalid ID length 0"));
    expect(() => decodeId("é".repeat(50))).toThrow(
      failure("Unable to decode ID: Invalid ID length 100"),
    );
    expect(() => decodeId(id.toUpperCase())).toThrow(
      failure("Unable to decode ID: ID wasn't valid base32"),
    );
    expect(() => decodeId("z".repeat(32))).toThrow(
      failure("Unable to decode ID: Invalid table number"),
    );
    expect(() => decodeId("0".repeat(32))).toThrow(
      failure("Unable to decode ID: Invalid table number"),
    );
    expect(() => decodeId(`${id.slice(0, 10)}0${id.slice(11)}`)).toThrow(
      /^Unable to decode ID: Invalid ID version \d+ \(expected \d+\)$/,
    );
    expect(() => decodeId(`${id}0`)).toThrow(failure("Unable to decode ID: Invalid ID length 33"));
  });

  test("are not made for a table or document that can't be", () => {
    expect(() => encodeId(0, new Uint8Array(16))).toThrow(RangeError);
    expect(() => encodeId(2 ** 32, new Uint8Array(16))).toThrow(RangeError);
    expect(() => encodeId(1.5, new Uint8Array(16))).toThrow(RangeError);
    expect(() => encodeId(1, new Uint8Array(15))).toThrow(RangeError);
  });
});
