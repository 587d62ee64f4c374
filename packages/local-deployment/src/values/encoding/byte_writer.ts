const INITIAL_CAPACITY = 512;

// A buffer that one large string has stretched is given back rather than kept for ever.
const KEPT_CAPACITY = 64 * 1024;

/** A growing byte buffer that is reused from one key to the next. Not re-entrant. */
export class ByteWriter {
  private bytes = new Uint8Array(INITIAL_CAPACITY);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  /** Appends one byte. */
  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Appends a 64-bit word, given as its two halves, big-endian. */
  word64(high: number, low: number): void {
    this.reserve(8);
    this.view.setUint32(this.length, high);
    this.view.setUint32(this.length + 4, low);
    this.length += 8;
  }

  /** Appends the lowest `size` bytes of a 64-bit integer, big-endian. */
  int64(value: bigint, size: number): void {
    this.reserve(16);
    this.view.setBigInt64(this.length, value);
    this.bytes.copyWithin(this.length, this.length + 8 - size, this.length + 8);
    this.length += size;
  }

  /** Appends bytes, each zero followed by `ff`, and a terminating zero. */
  escapedBytes(source: Uint8Array): void {
    this.reserve(source.length * 2 + 1);
    const { bytes } = this;
    let at = this.length;
    for (const byte of source) {
      bytes[at++] = byte;
      if (byte === 0) bytes[at++] = 0xff;
    }
    bytes[at++] = 0;
    this.length = at;
  }

  /** Appends a string as UTF-8, each zero followed by `ff`, and a terminating zero. */
  escapedString(source: string): void {
    // One UTF-16 unit becomes at most three bytes (a NUL becomes two).
    this.reserve(source.length * 3 + 1);
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < source.length; i++) {
      const unit = source.charCodeAt(i);
      if (unit === 0) {
        bytes[at++] = 0;
        bytes[at++] = 0xff;
      } else if (unit < 0x80) {
        bytes[at++] = unit;
      } else if (unit < 0x800) {
        bytes[at++] = 0xc0 | (unit >> 6);
        bytes[at++] = 0x80 | (unit & 0x3f);
      } else {
        const point = codePointAt(source, i);
        if (point > 0xffff) {
          i++;
          bytes[at++] = 0xf0 | (point >> 18);
          bytes[at++] = 0x80 | ((point >> 12) & 0x3f);
        } else {
          bytes[at++] = 0xe0 | (point >> 12);
        }
        bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
        bytes[at++] = 0x80 | (point & 0x3f);
      }
    }
    bytes[at++] = 0;
    this.length = at;
  }

  /** Returns what was written, as an array of its own, and starts over. */
  finish(): Uint8Array {
    const result = this.bytes.slice(0, this.length);
    this.reset();
    return result;
  }

  /** Starts over, whatever an encoding that threw has left. */
  reset(): void {
    this.length = 0;
    if (this.bytes.length > KEPT_CAPACITY) this.replaceBuffer(new Uint8Array(INITIAL_CAPACITY));
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.length));
    this.replaceBuffer(larger);
  }

  private replaceBuffer(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}

/** The code point at `i`; half a surrogate pair counts as U+FFFD, as `TextEncoder` has it. */
function codePointAt(source: string, i: number): number {
  const point = source.codePointAt(i) ?? 0xfffd;
  return point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
}
