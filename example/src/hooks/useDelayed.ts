import { useEffect, useState } from "react";

/** True once `flag` has been true for `ms` without a break: what passes at once is not worth a word. */
export function useDelayed(flag: boolean, ms: number): boolean {
  const [elapsed, setElapsed] = useState(false);
  useEffect(() => {
    if (!flag) return;
    const timer = setTimeout(() => setElapsed(true), ms);
    return () => {
      clearTimeout(timer);
      setElapsed(false);
    };
  }, [flag, ms]);
  return flag && elapsed;
}
