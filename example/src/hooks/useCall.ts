import { useState } from "react";
import { explain } from "../lib/errors";

/** A call that a person asked for: whether it is under way, and what went wrong with the last one. */
export interface Call<Args extends unknown[]> {
  /** Makes the call, unless it is under way; says whether it worked. Never throws. */
  run: (...args: Args) => Promise<boolean>;
  busy: boolean;
  problem: string | null;
  /** Forgets what went wrong. */
  dismiss: () => void;
}

/**
 * Follows a mutation, an action, or several of them.
 *
 * @param since - the moment since which things are as the person sees them when they ask for the
 *   call; once it is another, what went wrong is old news, and forgotten
 */
export function useCall<Args extends unknown[]>(
  call: (...args: Args) => Promise<unknown>,
  since?: number,
): Call<Args> {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<{ why: string; since: number | undefined } | null>(null);
  const run = async (...args: Args): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    setFailed(null);
    try {
      await call(...args);
      return true;
    } catch (error) {
      setFailed({ why: explain(error), since });
      return false;
    } finally {
      setBusy(false);
    }
  };
  const problem = failed?.since === since ? (failed?.why ?? null) : null;
  return { run, busy, problem, dismiss: () => setFailed(null) };
}
