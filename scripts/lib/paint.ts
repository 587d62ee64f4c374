/** The colours: of what is beside the point, of what went well, and of what did not. */
export type Colour = "grey" | "green" | "red";

const CODES: Record<Colour, number> = { grey: 90, green: 32, red: 31 };

/** Colours a text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

/** Whether colours may be written there: to a terminal, unless `NO_COLOR` is set (https://no-color.org). */
export function hasColours(stream: { isTTY?: boolean }, env = process.env): boolean {
  return stream.isTTY === true && !env.NO_COLOR;
}

/** Paints what is written to a stream. */
export function paintFor(stream: { isTTY?: boolean }, env = process.env): Paint {
  if (!hasColours(stream, env)) return (_colour, text) => text;
  return (colour, text) => `\u001b[${CODES[colour]}m${text}\u001b[39m`;
}
