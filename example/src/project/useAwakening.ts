import { useEffect, useState, type RefObject } from "react";

/** When an app should have started at the latest that was not there yet, in milliseconds. */
const LOADS_AFTER_MS = [2_000, 6_000];

/**
 * How often the frame of an app that is awakening has been loaded anew. A sandbox counts as started
 * before what is in it listens, and what the frame shows of another origin can't be told from here:
 * it is loaded again a little later, unless somebody is in it by then.
 */
export function useAwakening(awakening: boolean, frame: RefObject<HTMLIFrameElement | null>) {
  const [loads, setLoads] = useState(0);
  useEffect(() => {
    if (!awakening) return;
    const load = (): void => {
      if (document.activeElement !== frame.current) setLoads((count) => count + 1);
    };
    const timers = LOADS_AFTER_MS.map((ms) => setTimeout(load, ms));
    return () => timers.forEach(clearTimeout);
  }, [awakening, frame]);
  return loads;
}
