import { useOnVisible } from "../hooks/useOnVisible";

/** Where a list goes on: coming near it loads more, and so does pressing it. */
export function More({ onMore }: { onMore: () => void }) {
  const ref = useOnVisible<HTMLButtonElement>((visible) => visible && onMore());
  return (
    <button
      ref={ref}
      type="button"
      onClick={onMore}
      className="min-h-11 w-full rounded-lg text-sm text-muted underline"
    >
      Show more
    </button>
  );
}
