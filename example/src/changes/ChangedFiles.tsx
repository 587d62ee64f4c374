import { useMemo } from "react";
import { plural } from "../lib/format";
import type { Changes } from "../lib/types";
import { ChangedFile } from "./ChangedFile";
import { parseDiff } from "./diff";

const MAX_OPEN_LINES = 400; // of the files that are unfolded at first

/** The files that have changed, each with its lines. */
export function ChangedFiles({ changes: { files, diff, more } }: { changes: Changes }) {
  const diffs = useMemo(() => new Map(parseDiff(diff).map((file) => [file.path, file])), [diff]);
  const added = files.reduce((sum, file) => sum + (file.added ?? 0), 0);
  const removed = files.reduce((sum, file) => sum + (file.removed ?? 0), 0);
  let lines = 0;
  return (
    <div className="space-y-4 pt-1 pb-2">
      <p className="text-sm text-muted">
        {more ? `More than ${plural(files.length, "file")}` : plural(files.length, "file")},{" "}
        {plural(added, "line")} added, {removed} removed
      </p>
      {files.map((file) => {
        const found = diffs.get(file.path);
        lines += found?.lines.length ?? 0;
        return (
          <ChangedFile
            key={file.path}
            file={file}
            lines={found?.lines ?? []}
            isOpenAtFirst={lines <= MAX_OPEN_LINES}
          />
        );
      })}
      {more && (
        <p className="text-sm text-muted">
          That is not all of it. Download the project to see the rest.
        </p>
      )}
    </div>
  );
}
