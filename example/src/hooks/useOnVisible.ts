import { useEffect, useEffectEvent, useRef, type RefObject } from "react";

/**
 * Tells when an element comes into view or leaves it. For the end of a list that has more.
 *
 * @returns the ref to give to the element
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
