/** The external calls of an operation, found by recording, and named so that they are found again. */
import type { Call } from "@quaver/emulators";
import { SERVICES, type Lane, type Service } from "./lane.ts";

/** One external call: the `nth` to this method and path of a service since the operation began. */
export interface ExternalCall {
  service: Service;
  method: string;
  /** With `:id` for whatever differs from one run to the next. */
  path: string;
  nth: number;
}

/** The parts of an emulator that the backend calls; the rest is what the driver itself uses, and the tokens' keys. */
export const BACKENDS_OWN: Record<Service, RegExp> = {
  clerk: /^\/v1\//,
  daytona: /^\//,
  stripe: /^\/v1\//,
};

/** All calls that were made since the faults were last cleared, service by service. */
export function recordedCalls({ world }: Lane): ExternalCall[] {
  return SERVICES.flatMap((service) => {
    const seen = new Map<string, number>();
    const own = world[service].faults.calls().filter((call) => isBackendsOwn(service, call));
    return own.map((call) => {
      const path = withoutIds(call.path);
      const nth = (seen.get(`${call.method} ${path}`) ?? 0) + 1;
      seen.set(`${call.method} ${path}`, nth);
      return { service, method: call.method, path, nth };
    });
  });
}

function isBackendsOwn(service: Service, { method, path }: Call): boolean {
  return method !== "WEBHOOK" && BACKENDS_OWN[service].test(path);
}

/** Ids are long and have digits in them; or, as happens to one of Stripe's in seventy, capitals alone. */
function withoutIds(path: string): string {
  return path
    .split("/")
    .map((part) => (part.length >= 8 && /[\dA-Z]/.test(part) ? ":id" : part))
    .join("/");
}

/** The rule of a fault that befalls this call. */
export function ruleFor({ method, path, nth }: ExternalCall) {
  const pattern = path.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(":id", "[^/]{8,}");
  return { method, path: new RegExp(`^${pattern}$`), nth };
}

/** For people: "daytona POST /api/sandbox (2)". */
export function nameOf({ service, method, path, nth }: ExternalCall): string {
  return `${service} ${method} ${path} (${String(nth)})`;
}
