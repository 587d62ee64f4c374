/** Addresses of previews: a host name of its own for browsers, and a path of the emulator's for programs. */

/** The parts of an address. The preview itself may not exist. */
export interface PreviewAddress {
  port: number;
  /** The token of a signed preview, or the id of a public sandbox. */
  key: string;
  /** Path and query of the request to the sandbox's process. */
  rest: string;
  /** The origin of the preview's pages. */
  origin: string;
  /** Whether the request was sent to that origin, and not to the emulator's. */
  onOwnHost: boolean;
}

const LABEL = "(\\d{1,5})-([0-9a-f-]{32,36})";
const HOST_FORM = new RegExp(`^(${LABEL})\\.localhost(?::\\d+)?$`);
const PATH_FORM = new RegExp(`^/preview/(${LABEL})(/.*)?$`);

/**
 * Parses an address.
 *
 * @param host the `Host` header, in lower case.
 * @param target path and query of the request, which may be malformed.
 * @param ownPort the emulator's port. `*.localhost` is this machine to every browser.
 * @returns undefined if it isn't the address of a preview.
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

/** A preview's address in its path form. `url` is the emulator's. */
export function previewUrl(url: string, port: number, key: string): string {
  return `${url}/preview/${port}-${key}/`;
}
