import { useId, type ComponentProps } from "react";

/** Classes of everything that can be typed into. */
export const INPUT =
  "w-full rounded-lg border border-edge bg-surface px-3 text-base text-ink placeholder:text-muted " +
  "focus-visible:-outline-offset-1";

type FieldProps = ComponentProps<"input"> & { label: string; hint?: string };

/** A text field with its label, and a hint below. */
export function Field({ label, hint, ...props }: FieldProps) {
  const id = useId();
  return (
    <div className="space-y-1.5">
      <label htmlFor={id} className="block text-sm font-medium">
        {label}
      </label>
      <input
        {...props}
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className={`${INPUT} min-h-11`}
      />
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
