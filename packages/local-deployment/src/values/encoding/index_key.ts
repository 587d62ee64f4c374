import { CommitTsPlaceholder, type Value } from "convex/values";
import { ByteWriter } from "./byte_writer.ts";
import { type ConvexObject, fieldNames, MAX_INT64 } from "../kinds.ts";

/**
 * The tags of Convex's sort keys (crates/value/src/sorting.rs). An int64's tag lies as far from
 * `INT64_ZERO` as its size needs: 1, 2, 4 or 8 bytes.
 */
const TAG = {
  UNDEFINED: 0x01,
  NULL: 0x03,
  INT64_ZERO: 0x08,
  FLOAT64: 0x0d,
  FALSE: 0x0e,
  TRUE: 0x0f,
  STRING: 0x10,
  BYTES: 0x11,
  ARRAY: 0x12,
  OBJECT: 0x15,
} as const;

const TERMINATOR = 0x00;
const ESCAPE = 0xff;

const writer = new ByteWriter();
const floatBits = new DataView(new ArrayBuffer(8));

/**
 * Encodes the values of an index's fields so that comparing the bytes compares the values in
 * Convex's total order. Each value's encoding delimits itself; the key is their concatenation.
 *
 * An unresolved commit timestamp sorts as the largest int64. Every NaN is one NaN, above infinity.
 *
 * @param values - The fields' values in index order, `undefined` for an absent one.
 * @returns The key. The key of the first few fields is a prefix of the key of all.
 */
export function encodeIndexKey(values: readonly (Value | undefined)[]): Uint8Array {
  writer.reset();
  for (const value of values) write(value);
  return writer.finish();
}

/**
 * The end of the range of keys whose first fields have exactly the values of `prefix`.
 *
 * Incrementing the last byte would not do: the key of `"a"` is a prefix of the key of `"a\0"`. But
 * where the latter goes on with an escape, `ff`, the next field goes on with a tag, which is lower.
 *
 * @param prefix - The key of an index's first few fields, or of all of them.
 * @returns A key above all of those, and not above any other key that sorts after them; null, for
 *   no bound, when the prefix is empty.
 */
export function prefixEnd(prefix: Uint8Array): Uint8Array | null {
  if (prefix.length === 0) return null;
  const result = new Uint8Array(prefix.length + 1);
  result.set(prefix);
  result[prefix.length] = ESCAPE;
  return result;
}

/** The smallest key above `key`. */
export function keyAfter(key: Uint8Array): Uint8Array {
  const after = new Uint8Array(key.length + 1);
  after.set(key);
  return after;
}

/**
 * Compares two keys as SQLite compares blobs: byte by byte, a prefix first.
 *
 * @returns Negative, zero or positive.
 */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function write(value: Value | undefined): void {
  if (typeof value === "string") {
    writer.byte(TAG.STRING);
    writer.escapedString(value);
  } else if (typeof value === "number") {
    writeFloat64(value);
  } else if (value === undefined) {
    writer.byte(TAG.UNDEFINED);
  } else if (value === null) {
    writer.byte(TAG.NULL);
  } else if (typeof value === "boolean") {
    writer.byte(value ? TAG.TRUE : TAG.FALSE);
  } else if (typeof value === "bigint") {
    writeInt64(value);
  } else if (value instanceof ArrayBuffer) {
    writer.byte(TAG.BYTES);
    writer.escapedBytes(new Uint8Array(value));
  } else if (value instanceof CommitTsPlaceholder) {
    writeInt64(MAX_INT64);
  } else if (Array.isArray(value)) {
    writer.byte(TAG.ARRAY);
    for (const element of value) write(element);
    writer.byte(TERMINATOR);
  } else {
    writeObject(value);
  }
}

function writeObject(object: ConvexObject): void {
  writer.byte(TAG.OBJECT);
  for (const field of fieldNames(object)) {
    writer.escapedString(field);
    // Without it an empty name would read as the object's end. No name contains a NUL, so the pair
    // can't be an escaped one.
    if (field === "") writer.byte(ESCAPE);
    write(object[field]);
  }
  writer.byte(TERMINATOR);
}

function writeInt64(value: bigint): void {
  if (value === 0n) {
    writer.byte(TAG.INT64_ZERO);
    return;
  }
  const steps = int64Steps(value);
  writer.byte(value < 0n ? TAG.INT64_ZERO - steps : TAG.INT64_ZERO + steps);
  writer.int64(value, 2 ** (steps - 1));
}

/** 1, 2, 3 or 4 for an integer that fits 1, 2, 4 or 8 bytes. */
function int64Steps(value: bigint): number {
  if (value >= -0x80n && value < 0x80n) return 1;
  if (value >= -0x8000n && value < 0x8000n) return 2;
  return value >= -0x80000000n && value < 0x80000000n ? 3 : 4;
}

function writeFloat64(value: number): void {
  floatBits.setFloat64(0, value);
  const high = floatBits.getUint32(0);
  const low = floatBits.getUint32(4);
  writer.byte(TAG.FLOAT64);
  if (Number.isNaN(value)) {
    // The sign and payload of a NaN are not JavaScript's to keep: one that the engine happened to
    // negate must not move to the other end of the index.
    writer.word64(0xfff80000, 0);
  } else if (high >= 0x80000000) {
    writer.word64(~high, ~low);
  } else {
    writer.word64(high + 0x80000000, low);
  }
}
