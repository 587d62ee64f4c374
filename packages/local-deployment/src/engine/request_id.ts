/** Sixteen hexadecimal digits, as production's request ids. */
export function newRequestId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex");
}
