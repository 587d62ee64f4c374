/** What the address of a preview says: by a host name of its own, for browsers, or by a path, for programs. */

/** The address of a preview, whether or not there is such a one. */
export interface PreviewAddress {
  port: number;
  /** What opens the preview: the token of a signed one, or the sandbox's id. */
  key: string;
  /** Path and query, as the sandbox's process is to see them. */
  rest: string;
  /** The origin of the pages that it shows. */
  origin: string;
  /** Whether the request came by that origin's host. */
  onOwnHost: boolean;
}

const LABEL = "(\\d{1,5})-([0-9a-f-]{32,36})";
const HOST_FORM = new RegExp(`^(${LABEL})\\.localhost(?::\\d+)?$`);
const PATH_FORM = new RegExp(`^/preview/(${LABEL})(/.*)?$`);

/**
 * Reads an address.
 *
 * @param host the `Host` header, in lower case.
 * @param target path and query of the request; of any form, since clients write it.
 * @param ownPort the emulator's port. `*.localhost` is this machine to every browser.
 * @returns undefined for what is no preview's address.
 */
export function previewAddress(
  host: string,
  target: string,
  ownPort: string,
): PreviewAddress | undefined {
  const byHost = HOST_FORM.exec(host);
  const [, label, port, key, path = "/"] = byHost ?? PATH_FORM.exec(target) ?? [];
  if (label === undefined || key === undefined || !target.startsWith("/")) return undefined;
  return {
    port: Number(port),
    key,
    rest: byHost ? target : path,
    origin: `http://${label}.localhost:${ownPort}`,
    onOwnHost: byHost !== null,
  };
}

/** The path form of a preview's address below the emulator's `url`. */
export function previewUrl(url: string, port: number, key: string): string {
  return `${url}/preview/${port}-${key}/`;
}
