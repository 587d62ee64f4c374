import { ConvexReactClient } from "convex/react";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { CLERK_PUBLISHABLE_KEY, CONVEX_URL } from "./env";
import { Toasts } from "./shell/Toasts";
import { text } from "./text";
import { Splash } from "./ui/Splash";
import "./styles.css";

const client = new ConvexReactClient(CONVEX_URL);

/** Clerk, or its emulator; only one of the two is downloaded. */
const Auth = lazy(() =>
  CLERK_PUBLISHABLE_KEY ? import("./auth/ClerkAuth") : import("./auth/emulator/EmulatorAuth"),
);

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Suspense fallback={<Splash>{text.common.loading}</Splash>}>
      <Auth client={client}>
        <App />
      </Auth>
    </Suspense>
    <Toasts />
  </StrictMode>,
);
