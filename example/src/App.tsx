import { useConvexAuth } from "convex/react";
import { useEffect } from "react";
import { LoginGate } from "./auth/LoginGate";
import { useSession } from "./auth/session";
import { SignInPage } from "./auth/SignInPage";
import { AccountPage } from "./account/AccountPage";
import { navigate, useRoute } from "./hooks/useRoute";
import { checkoutOutcome, pathOf, type Route } from "./lib/routes";
import { ProjectPage } from "./project/ProjectPage";
import { ProjectsPage } from "./projects/ProjectsPage";
import { ConnectionBanner } from "./shell/ConnectionBanner";
import { ErrorBoundary } from "./shell/ErrorBoundary";
import { Header } from "./shell/Header";
import { MissingPage } from "./shell/MissingPage";
import { Splash } from "./ui/Splash";

/** Everything: who is there first, then the page that the address names. */
export function App() {
  useReturnFromCheckout();
  return (
    <div className="flex min-h-dvh flex-col has-data-fill:h-dvh">
      <ConnectionBanner />
      <Entrance />
    </div>
  );
}

function Entrance() {
  const { isLoading, isAuthenticated } = useConvexAuth();
  const { expired } = useSession();
  const route = useRoute();
  if (isLoading) return <Splash>Signing you in …</Splash>;
  if (!isAuthenticated || expired) return <SignInPage />;
  return (
    <ErrorBoundary>
      <LoginGate>
        <Header />
        <ErrorBoundary key={JSON.stringify(route)}>
          <Page route={route} />
        </ErrorBoundary>
      </LoginGate>
    </ErrorBoundary>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "projects":
      return <ProjectsPage />;
    case "project":
      return <ProjectPage key={route.projectId} projectId={route.projectId} />;
    case "account":
      return <AccountPage />;
    case "missing":
      return <MissingPage />;
  }
}

/** Stripe sends people back to the front door, with `?checkout=…`; they want to see their account. */
function useReturnFromCheckout() {
  useEffect(() => {
    if (checkoutOutcome(location.search) === null) return;
    navigate(pathOf({ page: "account" }) + location.search, { replace: true });
  }, []);
}
