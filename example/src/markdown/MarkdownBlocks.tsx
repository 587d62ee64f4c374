import { memo } from "react";
import ReactMarkdown, { type Options } from "react-markdown";
import remarkGfm from "remark-gfm";
import { ErrorBoundary } from "react-error-boundary";
import { isReadable, splitBlocks } from "./blocks";
import { ELEMENTS } from "./elements";
import { showGrowing } from "./growing";
import { safeUrl } from "./links";
import "./markdown.css";
import { PlainText } from "./PlainText";

const ALLOWED =
  "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr img input li ol p pre strong sup table tbody td th thead tr ul";

const OPTIONS: Options = {
  // A single tilde means "about" more often than it strikes something through.
  remarkPlugins: [[remarkGfm, { singleTilde: false }]],
  allowedElements: ALLOWED.split(" "),
  unwrapDisallowed: true,
  urlTransform: (url) => safeUrl(url),
  components: ELEMENTS,
};

type MarkdownBlocksProps = { text: string; isGrowing: boolean };

/** Markdown, block by block. The default export of a module that is loaded when it is needed: use `Markdown`. */
export default function MarkdownBlocks({ text, isGrowing }: MarkdownBlocksProps) {
  const blocks = splitBlocks(text);
  const last = blocks.length - 1;
  return (
    <div className="markdown">
      {blocks.map((block, index) => (
        <Block key={index} text={block} isGrowing={isGrowing && index === last} />
      ))}
    </div>
  );
}

/** One block. Those before the last of a growing text stay as they are. */
const Block = memo(function Block({ text, isGrowing }: MarkdownBlocksProps) {
  const plain = <PlainText>{text}</PlainText>;
  if (!isReadable(text)) return plain;
  return (
    <ErrorBoundary fallback={plain}>
      <ReactMarkdown {...OPTIONS}>{isGrowing ? showGrowing(text) : text}</ReactMarkdown>
    </ErrorBoundary>
  );
});
