import { createContext, use, type ComponentType } from "react";

/** What the app needs of Clerk, or of its emulator. */
export interface Session {
  /** The sign-in form. */
  SignIn: ComponentType;
  /** Somebody was signed in, but the deployment no longer accepts their token. */
  expired: boolean;
  signOut: () => void;
}

const SessionContext = createContext<Session | null>(null);

/** Provides the session. */
export const SessionProvider = SessionContext.Provider;

/** The session. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error("useSession needs a SessionProvider above it");
  return session;
}
