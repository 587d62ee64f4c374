import { createContext, use, type ComponentType } from "react";

/** What the app needs from whoever signs people in: Clerk, or its emulator. */
export interface Session {
  /** The page to sign in on. */
  SignIn: ComponentType;
  /** Whether somebody was signed in, and the deployment no longer takes their token. */
  expired: boolean;
  signOut: () => void;
}

const SessionContext = createContext<Session | null>(null);

/** Gives the session to what is below. */
export const SessionProvider = SessionContext.Provider;

/** The session. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error("useSession needs a SessionProvider above it");
  return session;
}
