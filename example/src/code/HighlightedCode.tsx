import type { ElementContent, Root } from "hast";
import { useMemo, type ReactNode } from "react";
import "./code.css";
import { highlight } from "./highlight";

type HighlightedCodeProps = { text: string; language: string };

/** A code in colours. The default export of a module that is loaded when it is needed: use `Code`. */
export default function HighlightedCode({ text, language }: HighlightedCodeProps) {
  const tree = useMemo(() => highlight(text, language), [text, language]);
  return tree === null ? text : tree.children.map(render);
}

function render(node: Root["children"][number] | ElementContent, key: number): ReactNode {
  if (node.type === "text") return node.value;
  if (node.type !== "element") return null;
  const { className } = node.properties;
  return (
    <span key={key} className={Array.isArray(className) ? className.join(" ") : undefined}>
      {node.children.map(render)}
    </span>
  );
}
