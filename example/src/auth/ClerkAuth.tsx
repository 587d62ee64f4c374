import { ClerkProvider, SignIn, useAuth, useClerk } from "@clerk/react";
import { useConvexAuth, type ConvexReactClient } from "convex/react";
import { ConvexProviderWithClerk } from "convex/react-clerk";
import type { ReactNode } from "react";
import { CLERK_PUBLISHABLE_KEY } from "../env";
import { forgetDrafts } from "../hooks/useDraft";
import { SessionProvider } from "./session";

/** People sign in with Clerk. Loaded only where there is a publishable key. */
export default function ClerkAuth(props: { client: ConvexReactClient; children: ReactNode }) {
  return (
    <ClerkProvider publishableKey={CLERK_PUBLISHABLE_KEY ?? ""} afterSignOutUrl="/">
      <ConvexProviderWithClerk client={props.client} useAuth={useAuth}>
        <ClerkSession>{props.children}</ClerkSession>
      </ConvexProviderWithClerk>
    </ClerkProvider>
  );
}

function ClerkSession({ children }: { children: ReactNode }) {
  const clerk = useClerk();
  const { isSignedIn = false } = useAuth();
  const { isAuthenticated, isLoading } = useConvexAuth();
  const signOut = (): void => {
    forgetDrafts();
    void clerk.signOut();
  };
  const expired = isSignedIn && !isAuthenticated && !isLoading;
  return (
    <SessionProvider value={{ SignIn: ClerkSignIn, expired, signOut }}>{children}</SessionProvider>
  );
}

function ClerkSignIn() {
  return <SignIn routing="hash" />;
}
