/** What the other services see: each call that reached them, and what they hold of the victim. */
import type { Call } from "@quaver/emulators";
import type { World } from "../../support/world.ts";

/** The calls that came in since the last look, without those by which people sign in. */
export function takeCalls({ clerk, daytona, stripe }: World): string[] {
  return Object.entries({ clerk, daytona, stripe }).flatMap(([name, { faults }]) => {
    const calls = faults.calls().filter((call) => name !== "clerk" || call.path.startsWith("/v1/"));
    faults.clear();
    return calls.filter(isRequest).map(({ method, path }) => `${name} ${method} ${path}`);
  });
}

function isRequest({ method }: Call): boolean {
  return method !== "WEBHOOK";
}

/** Fields that say when a sandbox was last used, which the victim's own agent does all the time. */
const MOVING = new Set(["updatedAt", "lastActivityAt"]);

/**
 * Everything the services answer about these names, as one text for each that they know.
 *
 * @param names - any names at all; each service is asked about each
 */
export async function stateOf(world: World, names: string[]): Promise<Record<string, string>> {
  const { clerk, daytona, stripe } = world;
  const asked = [
    ...names.map((name) => ({
      url: `${daytona.url}/sandbox/${encodeURIComponent(name)}`,
      key: daytona.apiKey,
    })),
    ...names.map((name) => ({
      url: `${clerk.url}/v1/users/${encodeURIComponent(name)}`,
      key: clerk.secretKey,
    })),
    ...["customers", "subscriptions", "invoices", "checkout/sessions", "payment_intents"].flatMap(
      (kind) =>
        names.map((name) => ({
          url: `${stripe.url}/v1/${kind}/${encodeURIComponent(name)}`,
          key: stripe.secretKey,
        })),
    ),
  ];
  const state: Record<string, string> = {};
  for (const { url, key } of asked) {
    const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
    if (response.ok) state[url] = settled(await response.json());
  }
  takeCalls(world);
  return state;
}

/** What differs between two such states, in words. */
export function changesOutside(
  before: Record<string, string>,
  after: Record<string, string>,
): string[] {
  return Object.keys({ ...before, ...after })
    .filter((url) => before[url] !== after[url])
    .map((url) => `${url}: ${before[url] ?? "nothing"} -> ${after[url] ?? "nothing"}`);
}

function settled(value: unknown): string {
  return JSON.stringify(value, (field, item: unknown) => (MOVING.has(field) ? undefined : item));
}
