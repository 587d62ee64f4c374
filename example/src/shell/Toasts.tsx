import { Toaster } from "sonner";
import { text } from "../text";
import { useTheme } from "../theme";

/** Where toasts are shown: below the header, so that they cover no field to type into. */
export function Toasts() {
  return (
    <Toaster
      theme={useTheme()}
      position="top-center"
      offset={{ top: "4rem" }}
      mobileOffset={{ top: "4rem" }}
      closeButton
      toastOptions={{ closeButtonAriaLabel: text.common.dismiss }}
      containerAriaLabel={text.shell.notifications}
      style={COLORS}
    />
  );
}

// The names are sonner's.
const COLORS = {
  "--normal-bg": "var(--ink)",
  "--normal-text": "var(--paper)",
  "--normal-border": "var(--ink)",
  "--width": "min(24rem, calc(100vw - 2rem))",
  fontFamily: "inherit",
} as React.CSSProperties;
