/** A timestamp as clients read it: base64 of eight bytes, little endian. */
export function encodeTs(ts: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(ts);
  return bytes.toString("base64");
}

/** Decodes a timestamp of `encodeTs`. @throws Error `BadTimestamp` */
export function decodeTs(encoded: string): bigint {
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.length !== 8) throw new Error("BadTimestamp: a timestamp is eight bytes in base64");
  return bytes.readBigUInt64LE();
}
