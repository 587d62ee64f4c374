import { isQuaverError } from "@backend/lib/errors";
import { useState } from "react";
import { useAsync } from "../hooks/useAsync";
import { errorMessage } from "../lib/errors";
import { formatSize } from "../lib/format";
import type { FolderEntry } from "../lib/types";
import { text } from "../text";
import { ErrorAlert } from "../ui/ErrorAlert";
import { Icon } from "../ui/Icon";
import { displayName, joinPath } from "./paths";

type FolderProps = {
  /** From the app's folder on; empty for that one. */
  path: string;
  list: (path: string) => Promise<{ entries: FolderEntry[]; more: boolean }>;
  revision: number;
  /** The file that is open. */
  openPath: string | null;
  onOpen: (path: string) => void;
};

const NOTE = "px-5 py-2 text-sm text-muted";

/** What is in a folder. A folder in it is read when it is unfolded. */
export function Folder(props: FolderProps) {
  const { path, list, revision } = props;
  const { data, error, reload } = useAsync(() => list(path), path, revision);
  const isEmpty = data?.entries.length === 0 || isQuaverError(error, "FILE_NOT_FOUND");
  if (isEmpty)
    return <p className={NOTE}>{path === "" ? text.files.none : text.files.emptyFolder}</p>;
  if (error !== undefined) {
    return (
      <div className="px-3">
        <ErrorAlert onRetry={reload}>{errorMessage(error)}</ErrorAlert>
      </div>
    );
  }
  if (data === undefined) return <p className={`${NOTE} animate-breathe`}>{text.common.loading}</p>;
  return (
    <>
      <ul className={path === "" ? "" : "ml-5 border-l border-line"}>
        {data.entries.map((entry) => (
          <li key={entry.name}>
            <Entry {...props} path={joinPath(path, entry.name)} entry={entry} />
          </li>
        ))}
      </ul>
      {data.more && (
        <p className={NOTE}>{text.files.firstOnly(data.entries.length.toLocaleString())}</p>
      )}
    </>
  );
}

const ROW =
  "flex min-h-9 w-full items-center gap-2 pr-3 pl-3 text-left text-sm hover:bg-line/40 " +
  "focus-visible:-outline-offset-2 pointer-coarse:min-h-11";

function Entry({ entry, ...props }: FolderProps & { entry: FolderEntry }) {
  const { path, openPath, onOpen } = props;
  const { kind, size } = entry;
  const [isOpen, setIsOpen] = useState(false);
  const name = <span className="min-w-0 flex-1 truncate">{displayName(entry.name)}</span>;
  if (kind === "folder") {
    return (
      <>
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
          className={ROW}
        >
          <span
            aria-hidden="true"
            className={`text-muted transition-transform ${isOpen ? "rotate-90" : ""}`}
          >
            <Icon name="fold" className="size-4" />
          </span>
          {name}
        </button>
        {isOpen && <Folder {...props} />}
      </>
    );
  }
  return (
    <button
      type="button"
      aria-current={path === openPath ? "true" : undefined}
      onClick={() => onOpen(path)}
      className={`${ROW} aria-[current=true]:bg-accent-soft`}
    >
      <span className="text-muted">
        <Icon name="file" className="size-4" />
      </span>
      {name}
      {kind === "file" && (
        <span className="shrink-0 text-xs text-muted tabular-nums">{formatSize(size)}</span>
      )}
      {kind === "link" && <span className="shrink-0 text-xs text-muted">{text.files.link}</span>}
    </button>
  );
}
