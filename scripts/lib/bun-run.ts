/** How a script of package.json is run: with Bun, or with npx where this one was started so. */
export function bunRun(script: string): string {
  const isByNpx = process.execPath.includes("/_npx/");
  return `${isByNpx ? "npx --yes bun@1" : "bun"} run ${script}`;
}
