/** The tokens of a Markdown text as elements of this app. Whatever is in a text is shown as text. */
import type { MarkedToken, Token, Tokens } from "marked";
import { decodeString } from "micromark-util-decode-string";
import { Fragment, type ReactNode } from "react";
import { CodeBlock } from "../code/CodeBlock";
import { text } from "../text";
import { Scrollable } from "../ui/Scrollable";
import { safeUrl } from "./links";
import { known } from "./parse";

/** Those of blocks, or of what is within one. */
export function Elements({ of }: { of: readonly Token[] }): ReactNode {
  return known(of).map((token, index) => <Fragment key={index}>{elementOf(token)}</Fragment>);
}

/** The element of each token that only has others in it. */
const TAGS = {
  paragraph: "p",
  blockquote: "blockquote",
  strong: "strong",
  em: "em",
  del: "del",
} as const;

function elementOf(token: MarkedToken): ReactNode {
  switch (token.type) {
    case "heading":
      return <Heading {...token} />;
    case "paragraph":
    case "blockquote":
    case "strong":
    case "em":
    case "del": {
      const Tag = TAGS[token.type];
      return (
        <Tag>
          <Elements of={token.tokens} />
        </Tag>
      );
    }
    case "list":
      return <List {...token} />;
    case "list_item":
      return (
        <li className={token.task ? "markdown-task-item" : undefined}>
          <Elements of={token.tokens} />
        </li>
      );
    case "checkbox":
      return <Task isDone={token.checked} />;
    case "table":
      return <Table {...token} />;
    case "code":
      return <CodeBlock code={token.text} language={/^\S+/.exec(token.lang ?? "")?.[0]} />;
    case "hr":
      return <hr />;
    case "html":
      return token.block ? <p>{token.raw.trim()}</p> : token.raw;
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return (
        <ExternalLink href={token.autolink ? token.href : decodeString(token.href)}>
          <Elements of={token.tokens} />
        </ExternalLink>
      );
    case "image":
      // Loading an image would tell its server who reads this, and when.
      return (
        <ExternalLink href={decodeString(token.href)}>
          {token.text === "" ? text.markdown.image : decodeString(token.text)}
        </ExternalLink>
      );
    case "text":
      return token.tokens ? <Elements of={token.tokens} /> : decodeString(token.text);
    case "escape":
      return token.text;
    case "space":
    case "def":
      return null;
  }
}

/** Headings come below those of the page. No element has an id of the text's own. */
function Heading({ depth, tokens }: Tokens.Heading) {
  const Tag = (["h3", "h4", "h5"] as const)[depth - 1] ?? "h6";
  return (
    <Tag className={`markdown-h${Math.min(depth, 3)}`}>
      <Elements of={tokens} />
    </Tag>
  );
}

function List({ ordered, start, items }: Tokens.List) {
  const content = <Elements of={items} />;
  if (!ordered) return <ul>{content}</ul>;
  return <ol start={start === "" || start === 1 ? undefined : start}>{content}</ol>;
}

/** In a list of tasks. */
function Task({ isDone }: { isDone: boolean }) {
  return (
    <span
      role="img"
      aria-label={isDone ? text.markdown.taskDone : text.markdown.taskOpen}
      className="markdown-task"
    >
      {isDone ? "☑" : "☐"}
    </span>
  );
}

function Table({ header, rows }: Tokens.Table) {
  return (
    <Scrollable label={text.markdown.table} className="markdown-table">
      <table>
        <thead>
          <Row of={header} />
        </thead>
        <tbody>
          {rows.map((cells, index) => (
            <Row key={index} of={cells} />
          ))}
        </tbody>
      </table>
    </Scrollable>
  );
}

function Row({ of: cells }: { of: readonly Tokens.TableCell[] }) {
  return (
    <tr>
      {cells.map(({ header, align, tokens }, index) => {
        const Cell = header ? "th" : "td";
        return (
          <Cell key={index} style={{ textAlign: align ?? undefined }}>
            <Elements of={tokens} />
          </Cell>
        );
      })}
    </tr>
  );
}

/** A new tab, which can't reach this one; only words, if the address is not one to go to. */
function ExternalLink({ href, children }: { href: string; children: ReactNode }) {
  const url = safeUrl(href);
  if (url === undefined) return children;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}
