import { ConvexProviderWithAuth, useConvexAuth, type ConvexReactClient } from "convex/react";
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { clearDrafts } from "../../lib/drafts";
import { fetchToken } from "./api";
import { EmulatorContext, useEmulator, type EmulatorState } from "./context";
import { EmulatorSignIn } from "./EmulatorSignIn";
import { SessionProvider } from "../session";

const KEY = "quaver:person"; // in sessionStorage, so that each tab has its own user

/** Sign-in at the Clerk emulator, by choosing a user. */
export default function EmulatorAuth(props: { client: ConvexReactClient; children: ReactNode }) {
  const [signIn, setSignIn] = useState({ userId: sessionStorage.getItem(KEY), signIns: 0 });
  const state = useMemo<EmulatorState>(
    () => ({
      ...signIn,
      setUserId: (userId) => {
        if (userId === null) sessionStorage.removeItem(KEY);
        else sessionStorage.setItem(KEY, userId);
        setSignIn(({ signIns }) => ({ userId, signIns: signIns + 1 }));
      },
    }),
    [signIn],
  );
  return (
    <EmulatorContext value={state}>
      <ConvexProviderWithAuth client={props.client} useAuth={useEmulatorAuth}>
        <EmulatorSession>{props.children}</EmulatorSession>
      </ConvexProviderWithAuth>
    </EmulatorContext>
  );
}

/** The hook that `ConvexProviderWithAuth` takes. A new `fetchAccessToken` makes it authenticate again. */
function useEmulatorAuth() {
  const { userId, signIns } = useEmulator();
  const fetchAccessToken = useCallback(
    async () => (userId === null ? null : await fetchToken(userId)),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the same person may sign in again
    [userId, signIns],
  );
  return useMemo(
    () => ({ isLoading: false, isAuthenticated: userId !== null, fetchAccessToken }),
    [userId, fetchAccessToken],
  );
}

function EmulatorSession({ children }: { children: ReactNode }) {
  const { userId, setUserId } = useEmulator();
  const { isAuthenticated, isLoading } = useConvexAuth();
  const signOut = (): void => {
    clearDrafts();
    setUserId(null);
  };
  const expired = userId !== null && !isAuthenticated && !isLoading;
  return (
    <SessionProvider value={{ SignIn: EmulatorSignIn, expired, signOut }}>
      {children}
    </SessionProvider>
  );
}
