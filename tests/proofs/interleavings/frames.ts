/** Who is at work: a function that runs, whoever called it, and the lease that they act under. */
import { AsyncLocalStorage } from "node:async_hooks";
import * as z from "zod";

const lease = z.object({ projectId: z.string(), token: z.string() });
const claimed = z.object({ ours: z.boolean(), lease: z.optional(lease) });

/** A lease as it is passed about. */
export type Held = z.infer<typeof lease>;

/** One call of a function, or a tab. */
export interface Frame {
  readonly name: string;
  readonly parent?: Frame | undefined;
  /** The lease that was given to it, or that it was given by a function it called. */
  lease?: Held | undefined;
  /** Set when the runtime is to give up on it. */
  cut?: boolean;
  /** Told when it will never return. */
  abandon?: () => void;
}

const frames = new AsyncLocalStorage<Frame>();

/** The frame of whoever asks. */
export function currentFrame(): Frame | undefined {
  return frames.getStore();
}

/** Runs this in a frame of its own. */
export function inFrame<T>(
  { name, args, abandon }: { name: string; args?: unknown; abandon?: () => void },
  work: (frame: Frame) => Promise<T>,
): Promise<T> {
  const parent = currentFrame();
  const frame: Frame = { name, parent, lease: lease.safeParse(args).data };
  if (abandon) frame.abandon = abandon;
  return frames.run(frame, () => work(frame));
}

/** Remembers what a function was given back by another: it may be a lease. */
export function noteResult(frame: Frame | undefined, result: unknown): void {
  if (frame === undefined) return;
  const taken = lease.safeParse(result).data;
  if (taken) frame.lease = taken;
  const claim = claimed.safeParse(result).data;
  if (claim) frame.lease = claim.lease;
}

/** The lease under which a frame acts. */
export function leaseOf(frame: Frame | undefined): Held | undefined {
  return frame && (frame.lease ?? leaseOf(frame.parent));
}

/** Where it all began: a tab, or a function that the scheduler runs. */
export function rootOf(frame: Frame): Frame {
  return frame.parent ? rootOf(frame.parent) : frame;
}

/** The name of where the frame of whoever asks began, for a schedule to be read. */
export function whoAsks(): string {
  const frame = currentFrame();
  return frame ? rootOf(frame).name : "the scheduler";
}
