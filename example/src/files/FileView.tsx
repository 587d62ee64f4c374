import { isQuaverError } from "@backend/lib/errors";
import { Code } from "../code/Code";
import { languageOf } from "../code/languages";
import { useAsync } from "../hooks/useAsync";
import { errorMessage } from "../lib/errors";
import { formatSize } from "../lib/format";
import type { AppFile } from "../lib/types";
import { text } from "../text";
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
        <IconButton icon="back" label={text.files.all} onClick={onClose} className="@2xl:hidden" />
        <h2 className="min-w-0 flex-1 truncate font-mono text-[0.8125rem]">{displayName(path)}</h2>
        {data !== undefined && "size" in data && !isGone && (
          <span className="shrink-0 text-xs text-muted">{formatSize(data.size)}</span>
        )}
        {data?.kind === "text" && !isGone && (
          <CopyButton content={data.text} label={text.files.copy} />
        )}
      </div>
      {isGone ? (
        <Note title={text.files.gone}>{text.files.goneAdvice}</Note>
      ) : (
        <>
          {error !== undefined && (
            <div className="p-3">
              <ErrorAlert onRetry={reload}>{errorMessage(error)}</ErrorAlert>
            </div>
          )}
          {data !== undefined && <Content path={path} file={data} />}
          {data === undefined && error === undefined && <Note loading title={text.files.loading} />}
        </>
      )}
    </>
  );
}

function Content({ path, file }: { path: string; file: AppFile }) {
  switch (file.kind) {
    case "text":
      if (file.text === "") return <Note title={text.files.empty} />;
      return <NumberedCode path={path} code={file.text} />;
    case "binary":
      return <Note title={text.files.binary}>{text.files.downloadAdvice}</Note>;
    case "tooLarge":
      return <Note title={text.files.tooLarge}>{text.files.downloadAdvice}</Note>;
    case "folder":
      return <Note title={text.files.folder}>{text.files.folderAdvice}</Note>;
    case "other":
      return <Note title={text.files.other}>{text.files.otherAdvice}</Note>;
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

function NumberedCode({ path, code }: { path: string; code: string }) {
  const lines = code.replace(/\n$/, "").split("\n").length;
  const numbers = Array.from({ length: lines }, (_, index) => index + 1).join("\n");
  return (
    <Scrollable label={text.files.contentOf(displayName(path))} className="min-h-0 flex-1">
      <div className="flex w-fit min-w-full text-[0.8125rem] leading-5">
        <pre
          aria-hidden="true"
          className="sticky left-0 border-r border-line bg-surface py-3 pr-3 pl-4 text-right text-muted select-none"
        >
          {numbers}
        </pre>
        <pre className="py-3 pr-6 pl-4">
          <Code text={code} language={languageOf(path)} />
        </pre>
      </div>
    </Scrollable>
  );
}
