import { CopyButton } from "../ui/CopyButton";
import { Scrollable } from "../ui/Scrollable";
import { Code } from "./Code";

type CodeBlockProps = {
  text: string;
  /** As the author of the text calls it. */
  language: string | undefined;
};

/** A code within a text: with its language and a button that copies it. */
export function CodeBlock({ text, language }: CodeBlockProps) {
  const name = language?.toLowerCase();
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-surface text-sm">
      <div className="flex items-center justify-between border-b border-line py-0.5 pr-1 pl-4">
        <span className="truncate text-xs text-muted">{name ?? "Code"}</span>
        <CopyButton text={text} label="Copy the code" />
      </div>
      <Scrollable label={name === undefined ? "Code" : `Code, ${name}`} className="px-4 py-3">
        <pre className="w-fit min-w-full leading-normal">
          <Code text={text} language={name} />
        </pre>
      </Scrollable>
    </div>
  );
}
