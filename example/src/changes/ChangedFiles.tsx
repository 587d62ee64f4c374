import { useMemo } from "react";
import type { Changes } from "../lib/types";
import { text } from "../text";
import { ChangedFile } from "./ChangedFile";
import { parseDiff, type FileDiff } from "./diff";

const MAX_OPEN_LINES = 400; // of the files that are unfolded at first

/** The files that have changed, each with its lines. */
export function ChangedFiles({ changes: { files, diff, more } }: { changes: Changes }) {
  const diffs = useMemo(() => new Map(parseDiff(diff).map((file) => [file.path, file])), [diff]);
  const added = files.reduce((sum, file) => sum + (file.added ?? 0), 0);
  const removed = files.reduce((sum, file) => sum + (file.removed ?? 0), 0);
  const count = more ? text.versions.moreFiles : text.versions.files;
  const openAtFirst = useMemo(() => firstFiles(files, diffs), [files, diffs]);
  return (
    <div className="space-y-4 pt-1 pb-2">
      <p className="text-sm text-muted">
        {text.versions.totals(count(files.length), added, removed)}
      </p>
      {files.map((file) => (
        <ChangedFile
          key={file.path}
          file={file}
          lines={diffs.get(file.path)?.lines ?? []}
          isOpenAtFirst={openAtFirst.has(file.path)}
        />
      ))}
      {more && <p className="text-sm text-muted">{text.versions.notAllShown}</p>}
    </div>
  );
}

/** The paths of as many of the first files as have few lines together. */
function firstFiles(files: Changes["files"], diffs: ReadonlyMap<string, FileDiff>): Set<string> {
  const paths = new Set<string>();
  let lines = 0;
  for (const { path } of files) {
    lines += diffs.get(path)?.lines.length ?? 0;
    if (lines > MAX_OPEN_LINES && paths.size > 0) break;
    paths.add(path);
  }
  return paths;
}
