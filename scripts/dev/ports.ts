import { createServer } from "node:net";
import { CommandFailure } from "../lib/failure.ts";
import type { Memory } from "./memory.ts";

/** The listeners of `bun run dev`, and where each is unless told otherwise. The first two are Convex's own. */
const USUAL_PORTS = { deployment: 3210, site: 3211, clerk: 3212, daytona: 3213, stripe: 3214 };

/** Something that listens. */
export type Listener = keyof typeof USUAL_PORTS;

/**
 * The port each listener should ask for; 0 means any free one. Never for `stripe`: the deployment,
 * which starts before it, has to be told where Stripe's requests go.
 */
export type Ports = Record<Listener, number>;

/** How to choose ports. */
export interface PortChoice {
  /** Any will do at first, instead of the usual ones. */
  freePorts: boolean;
  /** Those of the last start must be free again, even if any would do. */
  insist: boolean;
}

/**
 * Chooses ports: those this data folder had before, else the usual ones, or any with `freePorts`.
 * @throws CommandFailure `PORT_IN_USE` when one is taken that can't be given up
 */
export async function choosePorts(
  remembered: Memory["ports"],
  { freePorts, insist }: PortChoice,
): Promise<Ports> {
  const choose = async (listener: Listener): Promise<number> => {
    const wanted = remembered[listener] ?? (freePorts ? 0 : USUAL_PORTS[listener]);
    if (wanted === 0 || (await isFree(wanted))) return wanted;
    if (freePorts && !insist) return 0;
    throw new CommandFailure(
      "PORT_IN_USE",
      `Port ${wanted} (${listener}) is in use, perhaps by another \`bun run dev\`. ` +
        "Stop what listens there, or add --free-ports (and --data-dir, to run a second one).",
    );
  };
  return {
    deployment: await choose("deployment"),
    site: await choose("site"),
    clerk: await choose("clerk"),
    daytona: await choose("daytona"),
    stripe: (await choose("stripe")) || (await freePort()),
  };
}

/** The port in a listener's address. */
export function portOf(url: string): number {
  return Number(new URL(url).port);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen({ port: 0, host: "127.0.0.1" }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1" }, () => probe.close(() => resolve(true)));
  });
}
