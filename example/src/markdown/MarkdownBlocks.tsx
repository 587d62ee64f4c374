import { memo } from "react";
import { ErrorBoundary } from "react-error-boundary";
import { isReadable, splitBlocks } from "./blocks";
import { Elements } from "./elements";
import { showGrowing } from "./growing";
import "./markdown.css";
import { parseMarkdown } from "./parse";
import { PlainText } from "./PlainText";

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
      <Parsed text={isGrowing ? showGrowing(text) : text} />
    </ErrorBoundary>
  );
});

/** A parser that throws is caught by the boundary around this. */
function Parsed({ text }: { text: string }) {
  return <Elements of={parseMarkdown(text)} />;
}
