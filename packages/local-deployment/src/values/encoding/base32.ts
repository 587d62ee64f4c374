/** Crockford's alphabet in lower case. Unlike Crockford, decoding allows no look-alikes. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

const NOT_A_DIGIT = 0xff;

/** The value of each ASCII character as a digit. */
const DIGITS = new Uint8Array(0x80).fill(NOT_A_DIGIT);
for (let digit = 0; digit < ALPHABET.length; digit++) DIGITS[ALPHABET.charCodeAt(digit)] = digit;

/**
 * Encodes bytes in base 32, the last digit padded with zero bits.
 *
 * @param bytes - The bytes.
 */
export function encodeBase32(bytes: readonly number[]): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET.charAt((buffer >> (bits - 5)) & 31);
  }
  return bits === 0 ? text : text + ALPHABET.charAt((buffer << (5 - bits)) & 31);
}

/**
 * Decodes base 32. Bits beyond the last whole byte are dropped, so two texts can mean the same.
 *
 * @param text - Any string.
 * @returns The bytes, or null when a character is not of the alphabet.
 */
export function decodeBase32(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let length = 0;
  let buffer = 0;
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = DIGITS[text.charCodeAt(i)] ?? NOT_A_DIGIT;
    if (digit === NOT_A_DIGIT) return null;
    buffer = ((buffer << 5) | digit) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length++] = buffer >> bits;
  }
  return bytes;
}
