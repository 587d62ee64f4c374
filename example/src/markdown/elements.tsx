/** The elements of a Markdown text, as this app shows them. */
import type { ElementContent } from "hast";
import type { ReactNode } from "react";
import type { Components } from "react-markdown";
import { CodeBlock } from "../code/CodeBlock";
import { text } from "../text";
import { Scrollable } from "../ui/Scrollable";

/** Headings come below those of the page. No element has an id of the text's own. */
export const ELEMENTS: Components = {
  h1: ({ children }) => <h3 className="markdown-h1">{children}</h3>,
  h2: ({ children }) => <h4 className="markdown-h2">{children}</h4>,
  h3: ({ children }) => <h5 className="markdown-h3">{children}</h5>,
  h4: ({ children }) => <h6 className="markdown-h3">{children}</h6>,
  h5: ({ children }) => <h6 className="markdown-h3">{children}</h6>,
  h6: ({ children }) => <h6 className="markdown-h3">{children}</h6>,
  li: ({ children, className }) => <li className={className}>{children}</li>,
  a: ({ href, children }) => <ExternalLink href={href}>{children}</ExternalLink>,
  // Loading an image would tell its server who reads this, and when.
  img: ({ src, alt }) => (
    <ExternalLink href={src}>
      {alt === undefined || alt === "" ? text.markdown.image : alt}
    </ExternalLink>
  ),
  // In a list of tasks.
  input: ({ checked }) => (
    <span
      role="img"
      aria-label={checked ? text.markdown.taskDone : text.markdown.taskOpen}
      className="markdown-task"
    >
      {checked ? "☑" : "☐"}
    </span>
  ),
  table: ({ children }) => (
    <Scrollable label={text.markdown.table} className="markdown-table">
      <table>{children}</table>
    </Scrollable>
  ),
  pre: ({ node }) => <Pre code={node?.children[0]} />,
};

/** A new tab, which can't reach this one. */
function ExternalLink({ href, children }: { href: string | undefined; children: ReactNode }) {
  if (href === undefined || href === "") return children;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

/** The `code` in a `pre`, whose class names its language. */
function Pre({ code }: { code: ElementContent | undefined }) {
  if (code?.type !== "element") return null;
  const names = code.properties.className;
  const language = Array.isArray(names) ? LANGUAGE.exec(names.join(" "))?.[1] : undefined;
  const content = code.children.map((child) => (child.type === "text" ? child.value : "")).join("");
  return <CodeBlock code={content.replace(/\n$/, "")} language={language} />;
}

const LANGUAGE = /(?:^| )language-(\S+)/;
