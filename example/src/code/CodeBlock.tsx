import { text } from "../text";
import { CopyButton } from "../ui/CopyButton";
import { Scrollable } from "../ui/Scrollable";
import { Code } from "./Code";

type CodeBlockProps = {
  code: string;
  /** As the author of the text calls it. */
  language: string | undefined;
};

/** A code within a text: with its language and a button that copies it. */
export function CodeBlock({ code, language }: CodeBlockProps) {
  const name = language?.toLowerCase();
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-surface text-sm">
      <div className="flex items-center justify-between border-b border-line py-0.5 pr-1 pl-4">
        <span className="truncate text-xs text-muted">{name ?? text.markdown.code}</span>
        <CopyButton content={code} label={text.markdown.copyCode} />
      </div>
      <Scrollable
        label={name === undefined ? text.markdown.code : text.markdown.codeIn(name)}
        className="px-4 py-3"
      >
        <pre className="w-fit min-w-full leading-normal">
          <Code text={code} language={name} />
        </pre>
      </Scrollable>
    </div>
  );
}
