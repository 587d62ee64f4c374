import { useEffect, useRef, type ReactNode } from "react";
import { hasNavigated } from "../hooks/useRoute";

type PageTitleProps = { title: string; children?: ReactNode; className?: string };

/**
 * The heading of a page. It gets the focus after a navigation, so that screen readers announce it and Tab continues
 * from there.
 */
export function PageTitle({ title, children = title, className = "" }: PageTitleProps) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The browser itself announces the first page.
    if (hasNavigated()) ref.current?.focus();
  }, []);
  return (
    <>
      <title>{`${title} – Quaver`}</title>
      <h1 ref={ref} tabIndex={-1} className={`font-semibold ${className}`}>
        {children}
      </h1>
    </>
  );
}
