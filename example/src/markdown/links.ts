/** The addresses that a link in an agent's text may lead to. */

const PROTOCOLS = ["http:", "https:", "mailto:"];

/**
 * The address of a link; undefined for one that is not shown as a link: of another protocol (`javascript:`, `data:`),
 * or without one, which would lead to a page of this app.
 */
export function safeUrl(url: string): string | undefined {
  // A browser ignores white space and control characters in front of and in an address; nobody writes one with them.
  if (/[\s\p{Cc}\p{Cf}]/u.test(url) || !URL.canParse(url)) return undefined;
  return PROTOCOLS.includes(new URL(url).protocol) ? url : undefined;
}
