import { createServer } from "node:net";
import { CommandFailure } from "../../lib/failure.ts";
import type { Memory } from "./memory.ts";

/**
 * The listeners of `bun run dev`, and the port of each by default. The first two are Convex's own, the last
 * is Vite's.
 */
export const USUAL_PORTS = {
  deployment: 3210,
  site: 3211,
  clerk: 3212,
  daytona: 3213,
  stripe: 3214,
  model: 3215,
  example: 5173,
};

/** Something that listens. */
export type Listener = keyof typeof USUAL_PORTS;

/** The port each listener should ask for. */
export type Ports = Record<Listener, number>;

/** How to choose ports. */
export interface PortChoice {
  /** Any will do at first, instead of the usual ones. */
  freePorts: boolean;
  /** Those of the last start must be free again: a run that is just ending may have them. */
  insist: boolean;
}

/** A choice of ports, and whose was taken. */
export interface ChosenPorts {
  ports: Ports;
  /** Each listener that had to move on from a port that is in use. */
  moved: { listener: Listener; from: number; to: number }[];
}

/** Below those that a system gives to what asks for any (from 32,768 on Linux, 49,152 elsewhere); so many for each process. */
const FREE_PORTS = { first: 20_000, count: 12_000, each: 8 };

/** Loopback, in both kinds of address: a browser tries the other one first. */
const LOOPBACK = ["127.0.0.1", "::1"];

/** What a system without IPv6 says; nothing listens there. */
const NO_SUCH_ADDRESS = ["EADDRNOTAVAIL", "EAFNOSUPPORT"];

/**
 * Chooses ports: those this data folder had before, else the usual ones, or any with `freePorts`. One that is in use
 * gives way to another. All are known before anything starts, because the parts are configured with each other's addresses.
 * @throws CommandFailure `PORT_IN_USE` when one of the last start is taken and `insist` asks for it
 */
export async function choosePorts(
  remembered: Memory["ports"],
  { freePorts, insist }: PortChoice,
): Promise<ChosenPorts> {
  const ports: Ports = { ...USUAL_PORTS };
  const moved: ChosenPorts["moved"] = [];
  const given = new Set<number>();
  for (const listener of listeners()) {
    const usual = USUAL_PORTS[listener];
    const wanted = remembered[listener] ?? (freePorts ? undefined : usual);
    if (wanted !== undefined && !given.has(wanted) && (await isFree(wanted))) {
      ports[listener] = wanted;
    } else if (insist && remembered[listener] !== undefined) {
      const message = `Port ${remembered[listener]} (${listener}) is in use.`;
      throw new CommandFailure("PORT_IN_USE", message);
    } else {
      ports[listener] = freePorts ? await anyPort(given) : await nextPort(listener, given);
      if (wanted !== undefined) moved.push({ listener, from: wanted, to: ports[listener] });
    }
    given.add(ports[listener]);
  }
  return { ports, moved };
}

function listeners(): Listener[] {
  // The keys of a literal are those of its type.
  return Object.keys(USUAL_PORTS) as Listener[];
}

/** The first free port from a listener's usual one on that is no other's usual one. */
async function nextPort(listener: Listener, given: Set<number>): Promise<number> {
  const usual = USUAL_PORTS[listener];
  const others = Object.values(USUAL_PORTS).filter((port) => port !== usual);
  return await firstFree(usual, new Set([...given, ...others]));
}

/**
 * A free port, looked for from another number on than other processes do: a port is listened on seconds after it was
 * chosen, and what starts meanwhile must not get it.
 */
async function anyPort(given: Set<number>): Promise<number> {
  const { first, count, each } = FREE_PORTS;
  return await firstFree(first + ((process.pid * each) % count), given);
}

async function firstFree(from: number, taken: Set<number>): Promise<number> {
  let next = from;
  while (taken.has(next) || !(await isFree(next))) next += 1;
  return next;
}

/** Whether nothing listens on a port of this machine. */
export async function isFree(port: number): Promise<boolean> {
  const free = await Promise.all(LOOPBACK.map((host) => isFreeAt(host, port)));
  return !free.includes(false);
}

function isFreeAt(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error) => {
      resolve("code" in error && NO_SUCH_ADDRESS.includes(String(error.code)));
    });
    probe.listen({ port, host }, () => probe.close(() => resolve(true)));
  });
}
