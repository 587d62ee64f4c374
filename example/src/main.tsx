import { ConvexReactClient } from "convex/react";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { CLERK_PUBLISHABLE_KEY, CONVEX_URL } from "./env";
import { Notices } from "./shell/Notices";
import { Splash } from "./ui/Splash";
import "./styles.css";

const client = new ConvexReactClient(CONVEX_URL);

/** Only one of them is loaded. */
const Auth = lazy(() =>
  CLERK_PUBLISHABLE_KEY ? import("./auth/ClerkAuth") : import("./auth/EmulatorAuth"),
);

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Notices>
      <Suspense fallback={<Splash>Loading …</Splash>}>
        <Auth client={client}>
          <App />
        </Auth>
      </Suspense>
    </Notices>
  </StrictMode>,
);
