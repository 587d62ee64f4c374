import { useAction, useQuery } from "convex/react";
import { useEffect, useEffectEvent, useState, type ReactNode } from "react";
import { navigate } from "wouter/use-browser-location";
import { api } from "@backend/_generated/api";
import { isQuaverError } from "@backend/lib/errors";
import { errorMessage } from "../lib/errors";
import { PATHS } from "../lib/routes";
import { showToast } from "../shell/toasts";
import { text } from "../text";
import { Button } from "../ui/Button";
import { ErrorAlert } from "../ui/ErrorAlert";
import { Splash } from "../ui/Splash";
import { useSession } from "./session";
import { UserProvider } from "./user";

const WEBHOOK_GRACE_MS = 1000; // Clerk's webhook is usually faster than that

/** Shows its children once the deployment has a row for the signed-in user. */
export function LoginGate({ children }: { children: ReactNode }) {
  const login = useQuery(api.auth.users.userLoginStatus);
  const [known, setKnown] = useState(false);
  if (login?.user && !known) setKnown(true);
  if (login?.user) return <UserProvider value={login.user}>{children}</UserProvider>;
  if (login?.status === "No Clerk User") return known ? <AccountDeleted /> : <AccountSetup />;
  return <Splash>{text.signIn.signingIn}</Splash>;
}

/** The account was deleted, here or elsewhere: signs out, and says why. */
function AccountDeleted() {
  const { signOut } = useSession();
  const leave = useEffectEvent(() => {
    signOut();
    navigate(PATHS.projects, { replace: true });
    void showToast(text.signIn.accountDeleted, { duration: Infinity });
  });
  useEffect(() => leave(), []);
  return <Splash>{text.signIn.signingOut}</Splash>;
}

/** The first sign-in: Clerk's webhook has not arrived yet, or there is none. */
function AccountSetup() {
  const { signOut } = useSession();
  const [deleted, setDeleted] = useState(false);
  const sync = useAction(api.auth.users.syncCurrentUser);
  const [error, setError] = useState<string | null>(null);
  const setUp = useEffectEvent(async () => {
    setError(null);
    try {
      await sync();
    } catch (error) {
      if (isQuaverError(error, "UNAUTHENTICATED")) setDeleted(true);
      else setError(errorMessage(error));
    }
  });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => void setUp(), WEBHOOK_GRACE_MS);
    return () => clearTimeout(timer);
  }, [attempt]);
  if (deleted) return <AccountDeleted />;
  if (error === null) return <Splash>{text.signIn.settingUp}</Splash>;
  return (
    <main className="mx-auto w-full max-w-md space-y-4 px-5 py-24">
      <h1 className="text-2xl font-semibold">{text.signIn.notReady}</h1>
      <ErrorAlert onRetry={() => setAttempt(attempt + 1)}>{error}</ErrorAlert>
      <Button variant="quiet" onClick={signOut}>
        {text.common.signOut}
      </Button>
    </main>
  );
}
