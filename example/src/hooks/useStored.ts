import { useState } from "react";

/** A number that this browser keeps under a name. */
export function useStoredNumber(name: string, initial: number): [number, (value: number) => void] {
  const key = `quaver:${name}`;
  const [value, setValue] = useState(() => {
    const stored = Number(localStorage.getItem(key) ?? NaN);
    return Number.isFinite(stored) ? stored : initial;
  });
  const store = (next: number): void => {
    setValue(next);
    localStorage.setItem(key, next.toString());
  };
  return [value, store];
}
