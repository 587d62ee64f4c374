import { useConvexAuth } from "convex/react";
import { lazy, Suspense, useEffect } from "react";
import { Route, Switch, useLocation } from "wouter";
import { navigate } from "wouter/use-browser-location";
import { LoginGate } from "./auth/LoginGate";
import { useSession } from "./auth/session";
import { SignInPage } from "./auth/SignInPage";
import { usePromptKey } from "./hooks/usePromptKey";
import { checkoutResult, PATHS } from "./lib/routes";
import { ProjectsPage } from "./projects/ProjectsPage";
import { CommandList } from "./shell/CommandList";
import { ConnectionBanner } from "./shell/ConnectionBanner";
import { Header } from "./shell/Header";
import { NotFoundPage } from "./shell/NotFoundPage";
import { PageBoundary } from "./shell/PageBoundary";
import { Splash } from "./ui/Splash";
import { text } from "./text";

const loadProjectPage = () => import("./project/ProjectPage");
const ProjectPage = lazy(loadProjectPage);
const AccountPage = lazy(() => import("./account/AccountPage"));

/** The whole app: the sign-in first, then the page of the current path. */
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
  const [path] = useLocation();
  usePromptKey();
  if (isLoading) return <Splash>{text.signIn.signingIn}</Splash>;
  if (!isAuthenticated || expired) return <SignInPage />;
  return (
    <PageBoundary>
      <LoginGate>
        <PageBoundary key={path}>
          <Page />
        </PageBoundary>
        <CommandList />
      </LoginGate>
    </PageBoundary>
  );
}

function Page() {
  return (
    <Switch>
      <Route path={PATHS.projects}>
        <ProjectsPage />
      </Route>
      <Route path={PATHS.account}>
        <Suspense fallback={<Opening what={text.common.loading} />}>
          <AccountPage />
        </Suspense>
      </Route>
      <Route path={PATHS.project}>
        {({ projectId }) => (
          <Suspense fallback={<Opening what={text.project.opening} />}>
            <ProjectPage key={projectId} projectId={projectId} />
          </Suspense>
        )}
      </Route>
      <Route>
        <NotFoundPage />
      </Route>
    </Switch>
  );
}

function Opening({ what }: { what: string }) {
  return (
    <>
      <Header />
      <Splash>{what}</Splash>
    </>
  );
}

/** Stripe's checkout returns to `/?checkout=…`: its result is shown on the account page. */
function useCheckoutRedirect() {
  useEffect(() => {
    if (checkoutResult(location.search) === null) return;
    navigate(PATHS.account + location.search, { replace: true });
  }, []);
}
