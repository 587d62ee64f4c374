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

/** Follows a mutation, an action, or several of them. */
export function useCall<Args extends unknown[]>(
  call: (...args: Args) => Promise<unknown>,
): Call<Args> {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const run = async (...args: Args): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    setProblem(null);
    try {
      await call(...args);
      return true;
    } catch (error) {
      setProblem(explain(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { run, busy, problem, dismiss: () => setProblem(null) };
}
