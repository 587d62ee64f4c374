import { useEffect } from "react";
import { markNavigated } from "../hooks/navigation";
import { text } from "../text";
import { Button } from "../ui/Button";
import { Logo } from "../ui/Logo";
import { useSession } from "./session";

/** The page for signed-out visitors. */
export function SignInPage() {
  const { SignIn, expired, signOut } = useSession();
  useEffect(markNavigated, []); // so that the next page gets the focus
  return (
    <main className="mx-auto grid w-full max-w-lg flex-1 grid-cols-1 content-center items-center gap-12 px-5 py-12 lg:max-w-6xl lg:grid-cols-2 lg:gap-24">
      <title>{text.common.windowTitle(text.signIn.title)}</title>
      <div className="space-y-5">
        <Logo className="-ml-2 size-14 text-accent" />
        <h1 className="text-4xl font-semibold sm:text-5xl">{text.signIn.heading}</h1>
        <p className="max-w-md text-lg text-muted">{text.signIn.about}</p>
      </div>
      <div className="w-full max-w-md rounded-2xl border border-line bg-surface p-6 shadow-lift sm:p-8 lg:justify-self-end">
        {expired && (
          <div role="alert" className="mb-6 space-y-3 rounded-xl bg-danger-soft p-4 text-sm">
            <p>{text.errors.unauthenticated}</p>
            <Button variant="quiet" onClick={signOut}>
              {text.common.signOut}
            </Button>
          </div>
        )}
        <SignIn />
      </div>
    </main>
  );
}
