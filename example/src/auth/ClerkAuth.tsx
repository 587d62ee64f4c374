import { ClerkFailed, ClerkProvider, SignIn, useAuth, useClerk } from "@clerk/react";
import { useConvexAuth, type ConvexReactClient } from "convex/react";
import { ConvexProviderWithClerk } from "convex/react-clerk";
import type { ReactNode } from "react";
import { CLERK_PUBLISHABLE_KEY } from "../env";
import { clearDrafts } from "../lib/drafts";
import { text } from "../text";
import { ErrorAlert } from "../ui/ErrorAlert";
import { SessionProvider } from "./session";

/** Clerk's form in this app's colours, light and dark, without a card around it. */
const APPEARANCE = {
  variables: {
    colorPrimary: "var(--accent)",
    colorPrimaryForeground: "var(--on-accent)",
    colorBackground: "var(--surface)",
    colorForeground: "var(--ink)",
    colorMutedForeground: "var(--muted)",
    colorInput: "var(--surface)",
    colorInputForeground: "var(--ink)",
    colorNeutral: "var(--ink)",
    colorDanger: "var(--danger)",
    fontFamily: "inherit",
  },
  elements: {
    rootBox: { width: "100%" },
    cardBox: { width: "100%", boxShadow: "none" },
  },
};

/** Sign-in by Clerk. Loaded only where there is a publishable key. */
export default function ClerkAuth(props: { client: ConvexReactClient; children: ReactNode }) {
  return (
    <ClerkProvider
      publishableKey={CLERK_PUBLISHABLE_KEY ?? ""}
      afterSignOutUrl="/"
      appearance={APPEARANCE}
    >
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
    clearDrafts();
    void clerk.signOut();
  };
  const expired = isSignedIn && !isAuthenticated && !isLoading;
  return (
    <SessionProvider value={{ SignIn: ClerkSignIn, expired, signOut }}>
      <ClerkFailed>
        <ErrorAlert onRetry={() => location.reload()}>{text.signIn.clerkUnavailable}</ErrorAlert>
      </ClerkFailed>
      {children}
    </SessionProvider>
  );
}

function ClerkSignIn() {
  return <SignIn routing="hash" />;
}
