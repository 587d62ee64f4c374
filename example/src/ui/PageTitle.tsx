import { useEffect, useRef, type ReactNode } from "react";
import { hasNavigated } from "../hooks/navigation";
import { text } from "../text";

type PageTitleProps = {
  title: string;
  children?: ReactNode;
  className?: string;
  /** Not on a page where a field takes it. */
  takesFocus?: boolean;
};

/**
 * The heading of a page. It gets the focus after a navigation, so that screen readers announce it and Tab continues
 * from there.
 */
export function PageTitle({
  title,
  children = title,
  className = "",
  takesFocus = true,
}: PageTitleProps) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The browser itself announces the first page.
    if (takesFocus && hasNavigated()) ref.current?.focus();
  }, [takesFocus]);
  return (
    <>
      <title>{text.common.windowTitle(title)}</title>
      <h1 ref={ref} tabIndex={-1} className={`font-semibold ${className}`}>
        {children}
      </h1>
    </>
  );
}
