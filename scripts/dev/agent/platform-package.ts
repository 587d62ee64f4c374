import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/**
 * The package with opencode's program for this machine, chosen as `postinstall.mjs` of `opencode-ai` does: for a system
 * with musl instead of glibc, and for a processor without AVX2, there are others.
 *
 * @returns undefined when there is none
 */
export function platformPackage(): string | undefined {
  const { platform, arch } = process;
  const isKnown = ["linux", "darwin"].includes(platform) && ["x64", "arm64"].includes(arch);
  if (!isKnown) return undefined;
  const baseline = arch === "x64" && !hasAvx2() ? "-baseline" : "";
  return `opencode-${platform}-${arch}${baseline}${hasMusl() ? "-musl" : ""}`;
}

function hasAvx2(): boolean {
  if (process.platform === "darwin") return outputOf("sysctl", "-n", "hw.optional.avx2_0") === "1";
  try {
    return /(^|\s)avx2(\s|$)/i.test(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return false;
  }
}

function hasMusl(): boolean {
  if (process.platform !== "linux") return false;
  return existsSync("/etc/alpine-release") || /musl/i.test(outputOf("ldd", "--version"));
}

function outputOf(command: string, ...args: string[]): string {
  const { output } = spawnSync(command, args, { encoding: "utf8", timeout: 2_000 });
  return output.join("").trim();
}
