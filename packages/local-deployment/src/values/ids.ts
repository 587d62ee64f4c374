import { decodeBase32, encodeBase32 } from "./encoding/base32.ts";
import { DeveloperError } from "./developer_error.ts";

/** A document's id, taken apart. */
export interface DecodedId {
  /** The table's number, from 1 to 2^32 - 1. User tables start at 10001. */
  readonly tableNumber: number;
  /** The 16 bytes that tell the table's documents apart. */
  readonly internalId: Uint8Array;
}

const INTERNAL_ID_BYTES = 16;
const CHECKSUM_BYTES = 2;
const MAX_TABLE_NUMBER = 2 ** 32 - 1;

// One to five bytes of table number, the internal id and the checksum, in base 32.
const MIN_ID_LENGTH = 31;
const MAX_ID_LENGTH = 37;

/**
 * Writes an id: base 32 of the table number (LEB128), the internal id and a Fletcher-16 checksum.
 *
 * @param tableNumber - The table's number, an integer from 1 to 2^32 - 1.
 * @param internalId - 16 bytes.
 * @returns The id, 31 to 37 characters.
 * @throws RangeError when an argument is out of range.
 */
export function encodeId(tableNumber: number, internalId: Uint8Array): string {
  if (!Number.isInteger(tableNumber) || tableNumber < 1 || tableNumber > MAX_TABLE_NUMBER) {
    throw new RangeError(`Table number ${tableNumber} is not between 1 and ${MAX_TABLE_NUMBER}`);
  }
  if (internalId.length !== INTERNAL_ID_BYTES) {
    throw new RangeError(`Internal id has ${internalId.length} bytes, not ${INTERNAL_ID_BYTES}`);
  }
  const bytes: number[] = [];
  let rest = tableNumber;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest, ...internalId);
  const checksum = fletcher16(bytes, bytes.length);
  bytes.push(checksum & 0xff, checksum >> 8);
  return encodeBase32(bytes);
}

/**
 * Takes an id apart.
 *
 * @param id - Any string.
 * @returns Its parts.
 * @throws DeveloperError `InvalidId`, in production's words, when it is not an id.
 */
export function decodeId(id: string): DecodedId {
  const decoded = decode(id);
  if (typeof decoded !== "string") return decoded;
  throw new DeveloperError("InvalidId", `Unable to decode ID: ${decoded}`);
}

/**
 * Takes an id apart where something that is none is nothing unusual.
 *
 * @param id - Any string.
 * @returns Its parts, or null when it is not an id.
 */
export function tryDecodeId(id: string): DecodedId | null {
  const decoded = decode(id);
  return typeof decoded === "string" ? null : decoded;
}

/**
 * Whether a string is an id, of whatever table.
 *
 * @param id - Any string.
 */
export function isId(id: string): boolean {
  return tryDecodeId(id) !== null;
}

/** An id's parts, or the reason why it is none. */
function decode(id: string): DecodedId | string {
  // Before anything that depends on the length: a hostile id may be megabytes long.
  if (id.length < MIN_ID_LENGTH || id.length > MAX_ID_LENGTH) return invalidLength(id);
  const bytes = decodeBase32(id);
  if (bytes === null) return "ID wasn't valid base32";
  const table = decodeTableNumber(bytes);
  if (table === null) return "Invalid table number";
  const { tableNumber, size } = table;
  const internalEnd = size + INTERNAL_ID_BYTES;
  if (bytes.length < internalEnd + CHECKSUM_BYTES) return invalidLength(id);
  const expected = fletcher16(bytes, internalEnd);
  const found = (bytes[internalEnd] ?? 0) | ((bytes[internalEnd + 1] ?? 0) << 8);
  if (expected !== found) return `Invalid ID version ${found} (expected ${expected})`;
  const internalId = bytes.slice(size, internalEnd);
  // One document, one id: spare bits and a padded table number would make a second spelling.
  if (encodeId(tableNumber, internalId) !== id) return invalidLength(id);
  return { tableNumber, internalId };
}

function decodeTableNumber(bytes: Uint8Array): { tableNumber: number; size: number } | null {
  let tableNumber = 0;
  for (let size = 1; size <= 5; size++) {
    const byte = bytes[size - 1] ?? 0;
    tableNumber += (byte & 0x7f) * 0x80 ** (size - 1);
    if (byte >= 0x80) continue;
    return tableNumber < 1 || tableNumber > MAX_TABLE_NUMBER ? null : { tableNumber, size };
  }
  return null;
}

/** Fletcher-16 with modulus 256 (RFC 1145, appendix I) of the first `length` bytes. */
function fletcher16(bytes: ArrayLike<number>, length: number): number {
  let low = 0;
  let high = 0;
  for (let i = 0; i < length; i++) {
    low = (low + (bytes[i] ?? 0)) & 0xff;
    high = (high + low) & 0xff;
  }
  return (high << 8) | low;
}

function invalidLength(id: string): string {
  return `Invalid ID length ${Buffer.byteLength(id)}`;
}
