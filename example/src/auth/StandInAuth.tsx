import { ConvexProviderWithAuth, useConvexAuth, type ConvexReactClient } from "convex/react";
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { forgetDrafts } from "../lib/drafts";
import { SessionProvider } from "./session";
import { fetchToken } from "./standIn";
import { StandInContext, useStandIn, type StandInState } from "./standInContext";
import { StandInSignIn } from "./StandInSignIn";

const KEY = "quaver:person"; // in sessionStorage: each tab is a person of its own

/** People sign in at the Clerk stand-in, by choosing who they are. */
export default function StandInAuth(props: { client: ConvexReactClient; children: ReactNode }) {
  const [signIn, setSignIn] = useState({ personId: sessionStorage.getItem(KEY), count: 0 });
  const state = useMemo<StandInState>(
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
    <StandInContext value={state}>
      <ConvexProviderWithAuth client={props.client} useAuth={useStandInAuth}>
        <StandInSession>{props.children}</StandInSession>
      </ConvexProviderWithAuth>
    </StandInContext>
  );
}

/** What Convex asks of a provider. A new `fetchAccessToken` makes it authenticate anew. */
function useStandInAuth() {
  const { personId, count } = useStandIn();
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

function StandInSession({ children }: { children: ReactNode }) {
  const { personId, choose } = useStandIn();
  const { isAuthenticated, isLoading } = useConvexAuth();
  const signOut = (): void => {
    forgetDrafts();
    choose(null);
  };
  const expired = personId !== null && !isAuthenticated && !isLoading;
  return (
    <SessionProvider value={{ SignIn: StandInSignIn, expired, signOut }}>
      {children}
    </SessionProvider>
  );
}
