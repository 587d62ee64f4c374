import { useEffect, useState } from "react";

const EVERY_MS = 30_000; // what is shown of it are minutes

/** The time, in ms since the epoch, renewed twice a minute. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
