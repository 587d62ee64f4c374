import { useAction, useQuery } from "convex/react";
import { useEffect, useEffectEvent, useState, type ReactNode } from "react";
import { api } from "@backend/_generated/api";
import { isQuaverError } from "@backend/lib/errors";
import { navigate } from "../hooks/useRoute";
import { explain } from "../lib/errors";
import { pathOf } from "../lib/routes";
import { useNotice } from "../shell/notices";
import { Button } from "../ui/Button";
import { Problem } from "../ui/Problem";
import { Splash } from "../ui/Splash";
import { useSession } from "./session";
import { UserProvider } from "./user";

const WEBHOOK_GRACE_MS = 1000; // Clerk's webhook is usually faster than that

/** Shows what is inside once the deployment knows who is there. */
export function LoginGate({ children }: { children: ReactNode }) {
  const login = useQuery(api.auth.users.userLoginStatus);
  const [known, setKnown] = useState(false);
  if (login?.user && !known) setKnown(true);
  if (login?.user) return <UserProvider value={login.user}>{children}</UserProvider>;
  if (login?.status === "No Clerk User") return known ? <Deleted /> : <SettingUp />;
  return <Splash>Signing you in …</Splash>;
}

/** The account is gone, by what was done here or elsewhere: leads out, and says why. */
function Deleted() {
  const { signOut } = useSession();
  const notice = useNotice();
  const leave = useEffectEvent(() => {
    signOut();
    navigate(pathOf({ page: "projects" }), { replace: true });
    notice("This account has been deleted.", { stays: true });
  });
  useEffect(() => leave(), []);
  return <Splash>Signing you out …</Splash>;
}

/** A first sign-in that is faster than Clerk's webhook, or has none to wait for. */
function SettingUp() {
  const { signOut } = useSession();
  const [deleted, setDeleted] = useState(false);
  const sync = useAction(api.auth.users.syncCurrentUser);
  const [problem, setProblem] = useState<string | null>(null);
  const setUp = useEffectEvent(async () => {
    setProblem(null);
    try {
      await sync();
    } catch (error) {
      if (isQuaverError(error, "UNAUTHENTICATED")) setDeleted(true);
      else setProblem(explain(error));
    }
  });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => void setUp(), WEBHOOK_GRACE_MS);
    return () => clearTimeout(timer);
  }, [attempt]);
  if (deleted) return <Deleted />;
  if (problem === null) return <Splash>Setting up your account …</Splash>;
  return (
    <main className="mx-auto w-full max-w-md space-y-4 px-5 py-24">
      <h1 className="text-2xl font-semibold">Your account is not ready yet</h1>
      <Problem onRetry={() => setAttempt(attempt + 1)}>{problem}</Problem>
      <Button tone="quiet" onClick={signOut}>
        Sign out
      </Button>
    </main>
  );
}
