/** The proofs of the design's promises: what each says in the end, and at which size it runs. */
import type { TestContext } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** The line that `bun run prove` prints for the proof. */
    proof?: string;
  }
}

/** Whether this is `bun run prove`: then the proofs run at the size that the design names. */
export const FULL_SIZE = process.env.PROVE === "1";

/** Leaves the line that `bun run prove` prints, whether or not the test then fails. */
export function report({ task }: TestContext, line: string): void {
  task.meta.proof = line;
}
