import { useEffect } from "react";
import { markNavigated } from "../hooks/navigation";
import { Button } from "../ui/Button";
import { Logo } from "../ui/Logo";
import { useSession } from "./session";

/** The page for signed-out visitors. */
export function SignInPage() {
  const { SignIn, expired, signOut } = useSession();
  useEffect(markNavigated, []); // so that the next page gets the focus
  return (
    <main className="mx-auto grid w-full max-w-6xl flex-1 items-center grid-cols-1 gap-12 px-5 py-12 lg:grid-cols-2 lg:gap-24">
      <title>Sign in – Quaver</title>
      <div className="space-y-5">
        <Logo className="-ml-2 size-14 text-accent" />
        <h1 className="text-4xl font-semibold sm:text-5xl">Say it. See it built.</h1>
        <p className="max-w-md text-lg text-muted">
          Tell Quaver what you would like. An agent builds it in a sandbox of its own, and you watch
          it come together.
        </p>
      </div>
      <div className="w-full max-w-md rounded-2xl border border-line bg-surface p-6 shadow-lift sm:p-8 lg:justify-self-end">
        {expired && (
          <div role="alert" className="mb-6 space-y-3 rounded-xl bg-danger-soft p-4 text-sm">
            <p>Your sign-in has ended. Sign in again: what you typed is kept.</p>
            <Button variant="quiet" onClick={signOut}>
              Sign out instead
            </Button>
          </div>
        )}
        <SignIn />
      </div>
    </main>
  );
}
