/** A text as it is written, with its line breaks. */
export function PlainText({ children }: { children: string }) {
  return <p className="leading-relaxed wrap-anywhere whitespace-pre-wrap">{children}</p>;
}
