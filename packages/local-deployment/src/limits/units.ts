/** Units of the limits, and how production's texts write them. */
export const MIB = 1024 * 1024;

/** A duration in milliseconds as production's texts show it: "30s", or "500ms". */
export function durationText(ms: number): string {
  return ms < 1_000 ? `${String(ms)}ms` : `${String(ms / 1_000)}s`;
}

/** Units of bytes as production's `format_bytes` tries them. */
const BYTE_UNITS = [
  [2 ** 30, "GiB"],
  [1e9, "GB"],
  [MIB, "MiB"],
  [1e6, "MB"],
  [1024, "KiB"],
  [1e3, "KB"],
] as const;

/** A number of bytes in a unit that it is a multiple of, or a tenth of one: "8 MiB", "1534 bytes". */
export function byteText(bytes: number): string {
  for (const [unit, name] of BYTE_UNITS) {
    if (bytes >= unit && (bytes * 10) % unit === 0) return `${String(bytes / unit)} ${name}`;
  }
  return `${String(bytes)} bytes`;
}
