/** Between two looks, in milliseconds. */
const LOOK_EVERY_MS = 10;
/** Removing 100,000 messages takes a minute or two on a busy machine. */
const GIVE_UP_MS = 15 * 60_000;

/** Looks until there is something (neither null, undefined nor false). @throws Error when it takes too long */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
): Promise<Exclude<T, null | undefined | false>> {
  const end = Date.now() + GIVE_UP_MS;
  for (;;) {
    const found = await look();
    // What is none of the three is what is left of T.
    if (found !== null && found !== undefined && found !== false) return found as never;
    if (Date.now() > end) throw new Error(`Waited too long for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
