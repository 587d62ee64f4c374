import type { ComponentProps } from "react";
import { Icon, type IconName } from "./Icon";

const SHAPE =
  "inline-flex min-h-11 items-center justify-center gap-2 rounded-lg px-4 text-sm font-medium " +
  "transition-colors disabled:opacity-55";

const VARIANTS = {
  main: "bg-accent text-on-accent enabled:hover:bg-accent/90",
  quiet: "border border-line bg-surface text-ink enabled:hover:border-edge",
  danger: "bg-danger text-paper enabled:hover:bg-danger/90",
};

type ButtonProps = ComponentProps<"button"> & {
  variant?: keyof typeof VARIANTS;
  /** Its call is running: it is disabled, and says so. */
  busy?: boolean;
};

/** A button with a text. */
export function Button({ variant = "main", busy = false, className = "", ...props }: ButtonProps) {
  return (
    <button
      type="button"
      {...props}
      disabled={busy || props.disabled}
      aria-busy={busy}
      className={`${SHAPE} ${VARIANTS[variant]} ${busy ? "animate-breathe" : ""} ${className}`}
    />
  );
}

const ICON_SIZES = { normal: "size-11", small: "size-8" };

type IconButtonProps = Omit<ComponentProps<"button">, "children" | "aria-label"> & {
  icon: IconName;
  label: string;
  /** `small` for one beside a text that it belongs to. */
  size?: keyof typeof ICON_SIZES;
};

/** A button with an icon; `label` is its tooltip, and its name for screen readers. */
export function IconButton({
  icon,
  label,
  size = "normal",
  className = "",
  ...props
}: IconButtonProps) {
  return (
    <button
      type="button"
      {...props}
      aria-label={label}
      title={label}
      className={`inline-flex ${ICON_SIZES[size]} shrink-0 items-center justify-center rounded-lg text-muted transition-colors enabled:hover:bg-line/60 enabled:hover:text-ink disabled:opacity-40 ${className}`}
    >
      <Icon name={icon} />
    </button>
  );
}
