import { useEffect, useState, type RefObject } from "react";
import { text } from "../../text";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";

/** The widths that an app can be looked at, in CSS. */
export const WIDTHS = { phone: "390px", tablet: "768px", full: "100%" } as const;
export type Width = keyof typeof WIDTHS;

type PreviewToolbarProps = {
  /** What full screen shows. */
  box: RefObject<HTMLElement | null>;
  /** Where the app is; null while there is none. */
  address: string | null;
  path: string;
  width: Width;
  onPath: (path: string) => void;
  onWidth: (width: Width) => void;
  onReload: () => void;
};

/** What one does with a preview: go to a path, choose a width, reload, full screen, a tab of its own. */
export function PreviewToolbar(props: PreviewToolbarProps) {
  const { box, address, width, onWidth, onReload } = props;
  const isFullScreen = useIsFullScreen();
  const toggleFullScreen = (): void => {
    // A browser may refuse; then all stays as it is.
    const change = isFullScreen ? document.exitFullscreen() : box.current?.requestFullscreen();
    change?.catch(() => undefined);
  };
  return (
    <div className="flex items-center gap-1 border-b border-line px-2">
      <IconButton icon="reload" label={text.preview.reload} onClick={onReload} />
      <PathField {...props} />
      <div role="group" aria-label={text.preview.width} className="flex max-sm:hidden">
        {(["phone", "tablet", "full"] as const).map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === width}
            onClick={() => onWidth(each)}
            className="min-h-9 rounded-lg px-2.5 text-xs font-medium text-muted hover:text-ink aria-pressed:bg-line/60 aria-pressed:text-ink"
          >
            {text.preview.widths[each]}
          </button>
        ))}
      </div>
      {document.fullscreenEnabled && (
        <IconButton
          icon={isFullScreen ? "exitFullScreen" : "fullScreen"}
          label={isFullScreen ? text.preview.exitFullScreen : text.preview.fullScreen}
          onClick={toggleFullScreen}
        />
      )}
      {address !== null && (
        <a
          href={address}
          target="_blank"
          rel="noreferrer"
          aria-label={text.preview.openInNewTab}
          title={text.preview.openInNewTab}
          className="inline-flex size-11 shrink-0 items-center justify-center rounded-lg text-muted hover:text-ink"
        >
          <Icon name="open" />
        </a>
      )}
    </div>
  );
}

/** The path that the frame was sent to. Where it has gone by itself since, a page of another origin can't see. */
function PathField({ path, onPath }: Pick<PreviewToolbarProps, "path" | "onPath">) {
  const [typed, setTyped] = useState(path);
  return (
    <form
      className="min-w-0 flex-1"
      onSubmit={(event) => {
        event.preventDefault();
        const next = `/${typed.trim().replace(/^\/+/, "")}`;
        setTyped(next);
        onPath(next);
      }}
    >
      <input
        aria-label={text.preview.path}
        value={typed}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setTyped(event.target.value)}
        onFocus={(event) => event.target.select()}
        className="min-h-8 w-full min-w-0 rounded-lg border border-transparent bg-line/40 px-3 font-mono text-[0.8125rem] hover:border-line pointer-coarse:min-h-11"
      />
    </form>
  );
}

function useIsFullScreen(): boolean {
  const [isFullScreen, setIsFullScreen] = useState(false);
  useEffect(() => {
    const read = (): void => setIsFullScreen(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", read);
    return () => document.removeEventListener("fullscreenchange", read);
  }, []);
  return isFullScreen;
}
