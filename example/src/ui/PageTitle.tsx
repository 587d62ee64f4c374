import { useEffect, useRef, type ReactNode } from "react";

type PageTitleProps = { title: string; children?: ReactNode; className?: string };

let isFirstPage = true; // the browser itself announces that one

/**
 * The heading of a page. It has the focus after a change of pages, so that those who listen hear where
 * they are, and those who press Tab go on from there.
 */
export function PageTitle({ title, children = title, className = "" }: PageTitleProps) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isFirstPage) ref.current?.focus();
    isFirstPage = false;
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
