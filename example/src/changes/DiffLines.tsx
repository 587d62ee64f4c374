import { useState } from "react";
import { text } from "../text";
import { Scrollable } from "../ui/Scrollable";
import type { DiffLine } from "./diff";

const MAX_LINES = 500;

const STYLES: Record<DiffLine["kind"], string> = {
  added: "bg-added-soft text-added",
  removed: "bg-danger-soft text-danger",
  same: "",
  hunk: "bg-line/40 text-muted",
};

const MARKS: Record<DiffLine["kind"], string> = { added: "+", removed: "-", same: " ", hunk: "" };

/** The lines of a diff, with their numbers before and after. Of very many the first, with a button for the rest. */
export function DiffLines({ lines, label }: { lines: readonly DiffLine[]; label: string }) {
  const [showsAll, setShowsAll] = useState(false);
  const shown = (showsAll ? lines : lines.slice(0, MAX_LINES)).filter(isWorthALine);
  const hidden = showsAll ? 0 : Math.max(0, lines.length - MAX_LINES);
  return (
    <>
      <Scrollable label={label}>
        <div className="w-fit min-w-full py-1 font-mono text-[0.8125rem] leading-5">
          {shown.map((line, index) => (
            <Line key={index} line={line} />
          ))}
        </div>
      </Scrollable>
      {hidden > 0 && (
        <button
          type="button"
          onClick={() => setShowsAll(true)}
          className="min-h-11 w-full border-t border-line text-muted underline underline-offset-4"
        >
          {text.common.showMoreLines(hidden)}
        </button>
      )}
    </>
  );
}

/** The head of a hunk says that lines are left out before it. Where a file begins there are none. */
function isWorthALine({ kind }: DiffLine, index: number, all: readonly DiffLine[]): boolean {
  const next = all[index + 1];
  return kind !== "hunk" || ![next?.before, next?.after].includes(1);
}

const NUMBER = "w-10 shrink-0 pr-2 text-right text-muted select-none max-sm:hidden";

function Line({ line: { kind, text, before, after } }: { line: DiffLine }) {
  return (
    <div className={`flex min-w-full pr-4 whitespace-pre ${STYLES[kind]}`}>
      <span aria-hidden="true" className={NUMBER}>
        {before}
      </span>
      <span aria-hidden="true" className={NUMBER}>
        {after}
      </span>
      <span className="w-6 shrink-0 text-center select-none max-sm:pl-1">{MARKS[kind]}</span>
      {kind === "hunk" ? `… ${text}` : text}
    </div>
  );
}
