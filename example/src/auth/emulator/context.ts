import { createContext, use } from "react";

/** The user who is signed in at the emulator, in this tab. */
export interface EmulatorState {
  userId: string | null;
  /** How often somebody has signed in or out. */
  signIns: number;
  /** Signs in as this user; null signs out. */
  setUserId: (userId: string | null) => void;
}

/** Provided by `EmulatorAuth`. */
export const EmulatorContext = createContext<EmulatorState | null>(null);

/** The state of the sign-in at the emulator. */
export function useEmulator(): EmulatorState {
  const state = use(EmulatorContext);
  if (state === null) throw new Error("useEmulator needs an EmulatorContext above it");
  return state;
}
