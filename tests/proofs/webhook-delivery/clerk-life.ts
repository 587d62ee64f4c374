/** What can happen at Clerk. */
import fc from "fast-check";
import type { Life } from "./life.ts";

/** See `clerkChanges`. */
export type ClerkChange = { sender: "clerk" } & (
  | { kind: "named"; name: string } // `user.updated`; of somebody new, `user.created`
  | { kind: "retold" } // the same version of them by another event: Clerk does so at a sign-in
  | { kind: "deleted" } // `user.deleted`
);

/** Changes at Clerk, deletions among them seldom. */
export const clerkChanges: fc.Arbitrary<ClerkChange> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      sender: fc.constant("clerk"),
      kind: fc.constant("named"),
      name: fc.constantFrom("Ada", "Augusta", "Byron", "Lovelace"),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ sender: "clerk", kind: "retold" }) },
  { weight: 1, arbitrary: fc.constant({ sender: "clerk", kind: "deleted" }) },
);

/** A life after a change at Clerk; null when that can't happen in it. */
export function afterClerk(life: Life, { kind }: ClerkChange): Life | null {
  if (life.account === "deleted") return null;
  if (kind === "named") return { ...life, account: "open" };
  if (life.account === "none") return null;
  return kind === "retold" ? life : { ...life, account: "deleted" };
}
