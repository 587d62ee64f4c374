import type { Target } from "./convex-cli.ts";
import { CommandFailure } from "./failure.ts";

/** No request to a deployment on this machine should take longer. */
const REQUEST_TIMEOUT_MS = 15_000;

/**
 * Calls an administrator's endpoint of a deployment.
 * @returns the parsed answer, or null when it is empty
 * @throws CommandFailure `DEPLOYMENT_REFUSED` for any answer but a 2xx
 */
export async function callSystem(target: Target, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(new URL(path, target.url), {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Convex ${target.adminKey}` },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new CommandFailure(
      "DEPLOYMENT_REFUSED",
      `POST ${path} was answered with ${response.status}: ${text.slice(0, 500)}`,
    );
  }
  return text === "" ? null : JSON.parse(text);
}
