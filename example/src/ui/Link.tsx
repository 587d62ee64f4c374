import type { ComponentProps, MouseEvent } from "react";
import { navigate } from "../hooks/useRoute";

type LinkProps = Omit<ComponentProps<"a">, "href"> & { to: string };

/** A link to a page of this app, without a reload. */
export function Link({ to, children, ...props }: LinkProps) {
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return; // a new tab
    event.preventDefault();
    navigate(to);
  };
  return (
    <a {...props} href={to} onClick={follow}>
      {children}
    </a>
  );
}
