import { createContext, use } from "react";

/** Who is signed in at the stand-in, in this tab. */
export interface StandInState {
  personId: string | null;
  /** How often somebody has signed in or out. */
  count: number;
  /** Signs in as this person, or out. */
  choose: (personId: string | null) => void;
}

/** See `StandInState`. */
export const StandInContext = createContext<StandInState | null>(null);

/** Who is signed in at the stand-in. */
export function useStandIn(): StandInState {
  const state = use(StandInContext);
  if (state === null) throw new Error("useStandIn needs a StandInContext above it");
  return state;
}
