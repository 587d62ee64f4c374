/** The calls under way: each function that runs, its caller, and the lease that it has. */
import { AsyncLocalStorage } from "node:async_hooks";
import * as z from "zod";

/** What occurred in all runs, by kind, and the violations of the present run. */
export class Findings {
  readonly #seen = new Map<string, number>();
  violations: string[] = [];

  /** Counts something that occurred. */
  note(what: string, times = 1): void {
    this.#seen.set(what, this.count(what) + times);
  }

  violation(what: string): void {
    this.violations.push(what);
  }

  /** How often something occurred. */
  count(what: string): number {
    return this.#seen.get(what) ?? 0;
  }
}

const lease = z.object({ projectId: z.string(), token: z.string() });
const claimed = z.object({ isOrphan: z.boolean(), lease: z.optional(lease) });

/** A lease, as functions pass it to each other. */
export type LeaseRef = z.infer<typeof lease>;

/** One call of a function, or of a tab. */
export interface Frame {
  readonly name: string;
  readonly parent?: Frame | undefined;
  /** The lease in its arguments, or in the result of a function that it called. */
  lease?: LeaseRef | undefined;
  /** Set when the runtime ends the function. */
  cut?: boolean;
  /** Called when it will never return. */
  abandon?: () => void;
}

const frames = new AsyncLocalStorage<Frame>();

/** The frame of the running code. */
export function currentFrame(): Frame | undefined {
  return frames.getStore();
}

/** Runs `work` in a frame of its own. */
export function inFrame<T>(
  { name, args, abandon }: { name: string; args?: unknown; abandon?: () => void },
  work: (frame: Frame) => Promise<T>,
): Promise<T> {
  const parent = currentFrame();
  const frame: Frame = { name, parent, lease: lease.safeParse(args).data };
  if (abandon) frame.abandon = abandon;
  return frames.run(frame, () => work(frame));
}

/** Records a result that a function got from another: it may be a lease. */
export function recordResult(frame: Frame | undefined, result: unknown): void {
  if (frame === undefined) return;
  const taken = lease.safeParse(result).data;
  if (taken) frame.lease = taken;
  const claim = claimed.safeParse(result).data;
  if (claim) frame.lease = claim.lease;
}

/** The lease under which a frame acts. */
export function leaseOf(frame: Frame | undefined): LeaseRef | undefined {
  return frame && (frame.lease ?? leaseOf(frame.parent));
}

/** Where the calls began: a tab, or a function that the scheduler runs. */
export function rootOf(frame: Frame): Frame {
  return frame.parent ? rootOf(frame.parent) : frame;
}

/** The name of where the running code's calls began, for schedules to be readable. */
export function rootName(): string {
  const frame = currentFrame();
  return frame ? rootOf(frame).name : "the scheduler";
}
