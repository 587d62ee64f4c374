import { ConvexProviderWithAuth, useConvexAuth, type ConvexReactClient } from "convex/react";
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { forgetDrafts } from "../lib/drafts";
import { SessionProvider } from "./session";
import { fetchToken } from "./emulator";
import { EmulatorContext, useEmulator, type EmulatorState } from "./emulatorContext";
import { EmulatorSignIn } from "./EmulatorSignIn";

const KEY = "quaver:person"; // in sessionStorage: each tab is a person of its own

/** People sign in at the Clerk emulator, by choosing who they are. */
export default function EmulatorAuth(props: { client: ConvexReactClient; children: ReactNode }) {
  const [signIn, setSignIn] = useState({ personId: sessionStorage.getItem(KEY), count: 0 });
  const state = useMemo<EmulatorState>(
    () => ({
      ...signIn,
      choose: (personId) => {
        if (personId === null) sessionStorage.removeItem(KEY);
        else sessionStorage.setItem(KEY, personId);
        setSignIn(({ count }) => ({ personId, count: count + 1 }));
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

/** What Convex asks of a provider. A new `fetchAccessToken` makes it authenticate anew. */
function useEmulatorAuth() {
  const { personId, count } = useEmulator();
  const fetchAccessToken = useCallback(
    async () => (personId === null ? null : await fetchToken(personId)),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the same person may sign in again
    [personId, count],
  );
  return useMemo(
    () => ({ isLoading: false, isAuthenticated: personId !== null, fetchAccessToken }),
    [personId, fetchAccessToken],
  );
}

function EmulatorSession({ children }: { children: ReactNode }) {
  const { personId, choose } = useEmulator();
  const { isAuthenticated, isLoading } = useConvexAuth();
  const signOut = (): void => {
    forgetDrafts();
    choose(null);
  };
  const expired = personId !== null && !isAuthenticated && !isLoading;
  return (
    <SessionProvider value={{ SignIn: EmulatorSignIn, expired, signOut }}>
      {children}
    </SessionProvider>
  );
}
