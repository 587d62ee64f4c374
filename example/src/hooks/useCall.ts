import { useState } from "react";
import { errorMessage } from "../lib/errors";

/** A call that the user starts: whether it is running, and the error of the last one. */
export interface Call<Args extends unknown[]> {
  /** Makes the call, unless it is running already; resolves to whether it succeeded. Never throws. */
  run: (...args: Args) => Promise<boolean>;
  busy: boolean;
  error: string | null;
  /** Clears the error. */
  dismiss: () => void;
}

/**
 * Tracks a call of a mutation, an action, or several of them.
 *
 * @param since - when the state that the user sees began, such as `statusChangedAt`; an error is no
 *   longer shown once this changes
 */
export function useCall<Args extends unknown[]>(
  call: (...args: Args) => Promise<unknown>,
  since?: number,
): Call<Args> {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<{ message: string; since: number | undefined } | null>(null);
  const run = async (...args: Args): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    setFailed(null);
    try {
      await call(...args);
      return true;
    } catch (error) {
      setFailed({ message: errorMessage(error), since });
      return false;
    } finally {
      setBusy(false);
    }
  };
  const error = failed?.since === since ? (failed?.message ?? null) : null;
  return { run, busy, error, dismiss: () => setFailed(null) };
}
