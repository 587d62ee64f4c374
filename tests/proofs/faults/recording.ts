/** What an operation consists of: its external calls and its committed transactions, named so that they are found again. */
import type { Call } from "@quaver/emulators";
import { FunctionLog, type Completion } from "../../support/function-log.ts";
import { SERVICES, type Service, type Worker } from "./worker.ts";

/** One external call: the `nth` to this method and path of a service since the operation began. */
export interface ExternalCall {
  service: Service;
  method: string;
  /** With `:id` for whatever differs from one run to the next. */
  path: string;
  nth: number;
}

/** A committed transaction: the `nth` of this function since the operation began. */
export interface Commit {
  /** With the component that it belongs to, if any. */
  function: string;
  nth: number;
}

/** The paths that the backend calls. The others are called by the test itself, and for the keys of tokens. */
export const BACKEND_PATHS: Record<Service, RegExp> = {
  clerk: /^\/v1\//,
  daytona: /^\//,
  stripe: /^\/v1\//,
};

/** All calls that were made since the faults were last cleared, service by service. */
export function recordedCalls({ world }: Worker): ExternalCall[] {
  return SERVICES.flatMap((service) => {
    const count = counter();
    return world[service].faults
      .calls()
      .filter((call) => isByBackend(service, call))
      .map(({ method, path }) => {
        const shape = withoutIds(path);
        return { service, method, path: shape, nth: count(`${method} ${shape}`) };
      });
  });
}

function isByBackend(service: Service, { method, path }: Call): boolean {
  return method !== "WEBHOOK" && BACKEND_PATHS[service].test(path);
}

/** Ids are long and have digits in them; or, as happens to one of Stripe's in seventy, capitals alone. */
function withoutIds(path: string): string {
  return path
    .split("/")
    .map((part) => (part.length >= 8 && /[\dA-Z]/.test(part) ? ":id" : part))
    .join("/");
}

/** The rule of a fault for this call. */
export function ruleFor({ method, path, nth }: ExternalCall) {
  const pattern = path.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(":id", "[^/]{8,}");
  return { method, path: new RegExp(`^${pattern}$`), nth };
}

/** As in "daytona POST /api/sandbox (2)". */
export function titleOfCall({ service, method, path, nth }: ExternalCall): string {
  return `${service} ${method} ${path} (${nth})`;
}

/**
 * The transactions that have been committed since `log` began: all of the app's, and the first of each function of a
 * component, as how often the workpool polls for work depends on timing.
 */
export async function recordedCommits(log: FunctionLog): Promise<Commit[]> {
  const count = counter();
  return (await log.next()).filter(isCommit).flatMap((completion) => {
    const name = nameOf(completion);
    const nth = count(name);
    return completion.componentPath && nth > 1 ? [] : [{ function: name, nth }];
  });
}

/** Counts how often it has been given each name. */
function counter(): (name: string) => number {
  const counts = new Map<string, number>();
  return (name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count;
  };
}

function isCommit({ udfType, error }: Completion): boolean {
  return udfType === "Mutation" && error === null;
}

function nameOf({ componentPath, identifier }: Completion): string {
  return componentPath ? `${componentPath}/${identifier}` : identifier;
}

/** Calls `then` as soon as a transaction has been committed; returns once it is watched for. */
export async function whenCommitted(
  { world }: Worker,
  commit: Commit,
  then: () => Promise<void>,
): Promise<void> {
  const log = await FunctionLog.from(world.deployment);
  void watch(log, commit).then(async (found) => {
    if (found) await then();
  });
}

async function watch(log: FunctionLog, commit: Commit): Promise<boolean> {
  try {
    for (let seen = 0; seen < commit.nth;) {
      const commits = (await log.next()).filter(isCommit);
      seen += commits.filter((completion) => nameOf(completion) === commit.function).length;
    }
    return true;
  } catch {
    return false; // the deployment has been stopped: the case is over
  }
}
