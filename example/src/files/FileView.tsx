import { isQuaverError } from "@backend/lib/errors";
import { Code } from "../code/Code";
import { languageOf } from "../code/languages";
import { useAsync } from "../hooks/useAsync";
import { errorMessage } from "../lib/errors";
import { formatSize } from "../lib/format";
import type { AppFile } from "../lib/types";
import { IconButton } from "../ui/Button";
import { CopyButton } from "../ui/CopyButton";
import { EmptyState } from "../ui/EmptyState";
import { ErrorAlert } from "../ui/ErrorAlert";
import { Scrollable } from "../ui/Scrollable";
import { displayName } from "./paths";

type FileViewProps = {
  path: string;
  read: () => Promise<AppFile>;
  revision: number;
  onClose: () => void;
};

/** A file, to be read: its code, or why there is none to see. */
export function FileView({ path, read, revision, onClose }: FileViewProps) {
  const { data, error, reload } = useAsync(read, path, revision);
  const isGone = isQuaverError(error, "FILE_NOT_FOUND");
  return (
    <>
      <div className="flex min-h-11 items-center gap-2 border-b border-line pr-2 pl-4 @max-2xl:pl-1">
        <IconButton icon="back" label="All files" onClick={onClose} className="@2xl:hidden" />
        <h2 className="min-w-0 flex-1 truncate font-mono text-[0.8125rem]">{displayName(path)}</h2>
        {data !== undefined && "size" in data && !isGone && (
          <span className="shrink-0 text-xs text-muted">{formatSize(data.size)}</span>
        )}
        {data?.kind === "text" && !isGone && <CopyButton text={data.text} label="Copy the file" />}
      </div>
      {isGone ? (
        <Note title="This file is gone">
          It has been moved or deleted since the list was loaded.
        </Note>
      ) : (
        <>
          {error !== undefined && (
            <div className="p-3">
              <ErrorAlert onRetry={reload}>{errorMessage(error)}</ErrorAlert>
            </div>
          )}
          {data !== undefined && <Content path={path} file={data} />}
          {data === undefined && error === undefined && <Note loading title="Loading the file" />}
        </>
      )}
    </>
  );
}

function Content({ path, file }: { path: string; file: AppFile }) {
  switch (file.kind) {
    case "text":
      if (file.text === "") return <Note title="This file is empty" />;
      return <NumberedCode path={path} text={file.text} />;
    case "binary":
      return (
        <Note title="This file is not text">
          An image, a font or an archive, for example. Download the project to open it.
        </Note>
      );
    case "tooLarge":
      return <Note title="This file is too large to show">Download the project to open it.</Note>;
    case "folder":
      return <Note title="This is a folder">Reload the files to see what is in it.</Note>;
    case "other":
      return <Note title="This is not a file">There is nothing in it to show.</Note>;
  }
}

function Note({
  title,
  loading = false,
  children,
}: {
  title: string;
  loading?: boolean;
  children?: string;
}) {
  return (
    <div className="grid flex-1 place-content-center">
      <EmptyState title={title} loading={loading}>
        {children !== undefined && <p>{children}</p>}
      </EmptyState>
    </div>
  );
}

function NumberedCode({ path, text }: { path: string; text: string }) {
  const lines = text.replace(/\n$/, "").split("\n").length;
  const numbers = Array.from({ length: lines }, (_, index) => index + 1).join("\n");
  return (
    <Scrollable label={`Content of ${displayName(path)}`} className="min-h-0 flex-1">
      <div className="flex w-fit min-w-full text-[0.8125rem] leading-5">
        <pre
          aria-hidden="true"
          className="sticky left-0 border-r border-line bg-surface py-3 pr-3 pl-4 text-right text-muted select-none"
        >
          {numbers}
        </pre>
        <pre className="py-3 pr-6 pl-4">
          <Code text={text} language={languageOf(path)} />
        </pre>
      </div>
    </Scrollable>
  );
}
