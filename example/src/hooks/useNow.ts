import { useEffect, useState } from "react";

const SECOND_MS = 1000;

/**
 * The time in ms since the epoch, renewed each second while `isTicking`.
 *
 * @returns the time of the latest tick; once it has stopped ticking, that of the last one
 */
export function useNow(isTicking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isTicking) return;
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, [isTicking]);
  return now;
}
