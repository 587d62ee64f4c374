import { MAX_ZIPPED_BYTES, MAX_UNZIPPED_BYTES } from "../limits/push.ts";
import { deflateRawSync } from "node:zlib";
import type { PushedModule } from "../runtime/modules/compile.ts";
import { formatSize } from "../values/limits.ts";
import { moduleErrors } from "./errors/modules.ts";

/**
 * Refuses a push whose sources and source maps are too large, packed or unpacked.
 *
 * @param maximum - The limits, in bytes: production's.
 * @throws PushError `ModulesTooLarge`
 */
export function checkPackageSize(
  modules: readonly PushedModule[],
  maximum = { zipped: MAX_ZIPPED_BYTES, unzipped: MAX_UNZIPPED_BYTES },
): void {
  const files = modules.flatMap(({ source, sourceMap }) => [source, sourceMap ?? ""]);
  const unzipped = sum(files.map((file) => Buffer.byteLength(file)));
  // What is small unpacked is small packed: packing is only tried for what might be too large.
  if (unzipped < Math.min(maximum.zipped, maximum.unzipped)) return;
  const zipped = sum(files.map((file) => deflateRawSync(file).length));
  if (zipped >= maximum.zipped) {
    throw moduleErrors.tooLarge("zipped", formatSize(zipped), formatSize(maximum.zipped));
  }
  if (unzipped >= maximum.unzipped) {
    throw moduleErrors.tooLarge("unzipped", formatSize(unzipped), formatSize(maximum.unzipped));
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
