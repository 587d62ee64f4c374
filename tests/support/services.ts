/** The services behind the emulators, asked as their dashboards would. */
import type { World } from "./world.ts";

/** The names of the emulators. */
export const SERVICES = ["clerk", "daytona", "stripe"] as const;
export type Service = (typeof SERVICES)[number];

/**
 * Sends a request with the service's secret key. @param path - below the emulator's URL
 * @returns the answer's JSON; null for what is not there
 */
export async function askService(
  world: Pick<World, Service>,
  service: Service,
  path: string,
  { method = "GET", body }: { method?: string; body?: object } = {},
): Promise<unknown> {
  const { url } = world[service];
  const key = service === "daytona" ? world.daytona.apiKey : world[service].secretKey;
  const answer = await fetch(url + path, {
    method,
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (answer.ok) return text === "" ? null : JSON.parse(text);
  if (answer.status === 404 && method === "GET") return null;
  throw new Error(`${method} ${service}${path}: ${answer.status} ${text}`);
}
