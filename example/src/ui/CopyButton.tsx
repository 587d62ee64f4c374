import { useEffect, useState } from "react";
import { text } from "../text";
import { IconButton } from "./Button";

const CONFIRMED_MS = 2000;

const LABELS = { copied: text.common.copied, refused: text.common.copyFailed };

type CopyButtonProps = {
  content: string;
  /** What it says before it is pressed. */
  label?: string;
  className?: string;
};

/** Copies a text to the clipboard, and says for two seconds whether that worked. */
export function CopyButton({ content, label = text.common.copy, className }: CopyButtonProps) {
  const [result, setResult] = useState<keyof typeof LABELS | null>(null);
  useEffect(() => {
    if (result === null) return;
    const timer = setTimeout(() => setResult(null), CONFIRMED_MS);
    return () => clearTimeout(timer);
  }, [result]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(content);
      setResult("copied");
    } catch {
      setResult("refused");
    }
  };
  return (
    <>
      <IconButton
        icon={result === "copied" ? "check" : "copy"}
        label={result === null ? label : LABELS[result]}
        size="small"
        className={className}
        onClick={() => void copy()}
      />
      <span role="status" className="sr-only">
        {result && LABELS[result]}
      </span>
    </>
  );
}
