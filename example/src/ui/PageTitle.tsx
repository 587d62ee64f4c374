import { useEffect, useRef, type ReactNode } from "react";
import { hasMoved } from "../hooks/useRoute";

type PageTitleProps = { title: string; children?: ReactNode; className?: string };

/**
 * The heading of a page. It has the focus after a change of pages, so that those who listen hear where
 * they are, and those who press Tab go on from there.
 */
export function PageTitle({ title, children = title, className = "" }: PageTitleProps) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The browser itself announces the first page.
    if (hasMoved()) ref.current?.focus();
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
