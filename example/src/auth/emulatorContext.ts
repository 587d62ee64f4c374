import { createContext, use } from "react";

/** Who is signed in at the emulator, in this tab. */
export interface EmulatorState {
  personId: string | null;
  /** How often somebody has signed in or out. */
  count: number;
  /** Signs in as this person, or out. */
  choose: (personId: string | null) => void;
}

/** See `EmulatorState`. */
export const EmulatorContext = createContext<EmulatorState | null>(null);

/** Who is signed in at the emulator. */
export function useEmulator(): EmulatorState {
  const state = use(EmulatorContext);
  if (state === null) throw new Error("useEmulator needs a EmulatorContext above it");
  return state;
}
