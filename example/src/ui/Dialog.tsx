import { useId, useLayoutEffect, useRef, type ReactNode } from "react";

const SIZES = {
  normal: "p-6 w-[min(28rem,calc(100vw-2rem))]",
  list: "overflow-hidden mt-[12dvh] w-[min(36rem,calc(100vw-1rem))]",
  large: "p-6 max-h-[min(56rem,calc(100dvh-2rem))] min-h-80 w-[min(68rem,calc(100vw-1rem))]",
};

type DialogProps = {
  title: string;
  size?: keyof typeof SIZES;
  onClose: () => void;
  children: ReactNode;
};

/** A modal dialog. The browser keeps the focus inside, and restores it afterwards. */
export function Dialog({ title, size = "normal", onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  // A layout effect, because only a dialog that is still in the document restores the focus when it closes.
  useLayoutEffect(() => {
    const dialog = ref.current;
    // A click beside it closes it, where the browser knows that.
    if (size === "list") dialog?.setAttribute("closedby", "any");
    dialog?.showModal();
    return () => dialog?.close();
  }, [size]);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className={`m-auto animate-arrive rounded-2xl border border-line bg-surface text-ink shadow-lift ${SIZES[size]}`}
    >
      <h2 id={id} className={size === "list" ? "sr-only" : "wrap-anywhere text-lg font-semibold"}>
        {title}
      </h2>
      {children}
    </dialog>
  );
}
