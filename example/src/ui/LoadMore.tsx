import { useOnVisible } from "../hooks/useOnVisible";
import { text } from "../text";

/** The button at the end of a list: loads more when it comes into view, or is pressed. */
export function LoadMore({ onMore }: { onMore: () => void }) {
  const ref = useOnVisible<HTMLButtonElement>((visible) => visible && onMore());
  return (
    <button
      ref={ref}
      type="button"
      onClick={onMore}
      className="min-h-11 w-full rounded-lg text-sm text-muted underline"
    >
      {text.common.showMore}
    </button>
  );
}
