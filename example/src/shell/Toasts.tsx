import type { CSSProperties } from "react";
import { useRoute } from "wouter";
import { PATHS } from "../lib/routes";
import { text } from "../text";
import { useTheme } from "../theme";
import { useSonner } from "./toasts";

/** Where toasts are shown: away from the page's field for prompts, which is at the bottom of a project's page alone. */
export function Toasts() {
  const [isProject] = useRoute(PATHS.project);
  const theme = useTheme();
  const sonner = useSonner();
  if (sonner === null) return null;
  return (
    <sonner.Toaster
      theme={theme}
      position={isProject ? "top-center" : "bottom-center"}
      offset={OFFSET}
      mobileOffset={OFFSET}
      closeButton
      toastOptions={{ closeButtonAriaLabel: text.common.dismiss }}
      containerAriaLabel={text.shell.notifications}
      style={COLORS}
    />
  );
}

const OFFSET = { top: "4rem", bottom: "1rem" }; // below the header

// The names are sonner's.
const COLORS = {
  "--normal-bg": "var(--ink)",
  "--normal-text": "var(--paper)",
  "--normal-border": "var(--ink)",
  "--width": "min(24rem, calc(100vw - 2rem))",
  fontFamily: "inherit",
} as CSSProperties;
