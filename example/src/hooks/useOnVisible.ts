import { useEffect, useEffectEvent, useRef, type RefObject } from "react";

/**
 * Calls back when an element enters or leaves the viewport, by IntersectionObserver.
 *
 * @returns the element's ref
 */
export function useOnVisible<T extends Element>(
  onChange: (visible: boolean) => void,
): RefObject<T | null> {
  const ref = useRef<T>(null);
  const tell = useEffectEvent(onChange);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new IntersectionObserver((entries) => {
      const latest = entries.at(-1);
      if (latest) tell(latest.isIntersecting);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return ref;
}
