import { useConvexAuth } from "convex/react";
import { lazy, Suspense, useEffect } from "react";
import { AccountPage } from "./account/AccountPage";
import { LoginGate } from "./auth/LoginGate";
import { useSession } from "./auth/session";
import { SignInPage } from "./auth/SignInPage";
import { navigate, useRoute } from "./hooks/useRoute";
import { checkoutResult, pathOf, type Route } from "./lib/routes";
import { ProjectsPage } from "./projects/ProjectsPage";
import { ConnectionBanner } from "./shell/ConnectionBanner";
import { ErrorBoundary } from "./shell/ErrorBoundary";
import { Header } from "./shell/Header";
import { NotFoundPage } from "./shell/NotFoundPage";
import { Splash } from "./ui/Splash";

const loadProjectPage = () => import("./project/ProjectPage");
const ProjectPage = lazy(loadProjectPage);

/** The whole app: the sign-in first, then the page of the current route. */
export function App() {
  useCheckoutRedirect();
  useEffect(() => {
    // After the first page, and before somebody opens a project. If that fails, it is loaded again then.
    loadProjectPage().catch(() => undefined);
  }, []);
  return (
    <div className="flex min-h-dvh flex-col has-data-fill:h-dvh">
      <ConnectionBanner />
      <Content />
    </div>
  );
}

function Content() {
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
      return (
        <Suspense fallback={<Splash>Opening the project …</Splash>}>
          <ProjectPage key={route.projectId} projectId={route.projectId} />
        </Suspense>
      );
    case "account":
      return <AccountPage />;
    case "notFound":
      return <NotFoundPage />;
  }
}

/** Stripe's checkout returns to `/?checkout=…`: its result is shown on the account page. */
function useCheckoutRedirect() {
  useEffect(() => {
    if (checkoutResult(location.search) === null) return;
    navigate(pathOf({ page: "account" }) + location.search, { replace: true });
  }, []);
}
