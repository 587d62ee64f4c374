import { useId, useState } from "react";
import type { Changes } from "../lib/types";
import { text } from "../text";
import { Icon } from "../ui/Icon";
import type { DiffLine } from "./diff";
import { DiffLines } from "./DiffLines";

type File = Changes["files"][number];

type ChangedFileProps = { file: File; lines: readonly DiffLine[]; isOpenAtFirst: boolean };

/** A changed file: its name, how much has changed in it, and unfolded its lines. */
export function ChangedFile({ file, lines, isOpenAtFirst }: ChangedFileProps) {
  const id = useId();
  const [isOpen, setIsOpen] = useState(isOpenAtFirst);
  const { path, previousPath, added, removed } = file;
  return (
    <section aria-labelledby={id} className="overflow-hidden rounded-xl border border-line text-sm">
      <h3 id={id} className="flex">
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
          className="flex min-h-11 min-w-0 flex-1 items-center gap-1 px-2 text-left hover:bg-line/40 focus-visible:-outline-offset-2"
        >
          <span aria-hidden="true" className={`transition-transform ${isOpen ? "rotate-90" : ""}`}>
            <Icon name="fold" />
          </span>
          <span className="min-w-0 flex-1 py-1.5 font-mono text-[0.8125rem] wrap-anywhere">
            {previousPath !== undefined && (
              <>
                {previousPath} <span aria-label={text.versions.renamedTo}>→</span>{" "}
              </>
            )}
            {path}
          </span>
          <span className="shrink-0 text-muted">{wordFor(file)}</span>
          {added !== null && removed !== null && (
            <span className="shrink-0 px-2 tabular-nums">
              <span className="text-added">
                +{added}
                <span className="sr-only"> {text.versions.linesAdded}</span>
              </span>{" "}
              <span className="text-danger">
                −{removed}
                <span className="sr-only"> {text.versions.linesRemoved}</span>
              </span>
            </span>
          )}
        </button>
      </h3>
      {isOpen && (
        <div className="border-t border-line">
          {lines.length > 0 ? (
            <DiffLines lines={lines} label={text.versions.changesInFile(path)} />
          ) : (
            <p className="px-4 py-3 text-muted">{withoutLines(file)}</p>
          )}
        </div>
      )}
    </section>
  );
}

function wordFor({ change, added }: File): string {
  const words = text.versions.change;
  if (added === null) return words.binary;
  return change === "changed" ? "" : words[change];
}

function withoutLines({ change, added, removed }: File): string {
  if (added === null) return text.versions.binaryChanged;
  if (added + (removed ?? 0) > 0) return text.versions.tooManyLines;
  return change === "renamed" ? text.versions.sameContent : text.versions.emptyFile;
}
