/** The colours that a prompt may name, in OKLCH, where equal lightness looks equally light whatever the hue. */
interface Colour {
  hue: number;
  chroma: number;
  /** Lightness of a filled button. Up to 0.55, white is readable on it; above, dark text is. */
  lightness: number;
}

const COLOURS = {
  red: { hue: 25, chroma: 0.19, lightness: 0.54 },
  orange: { hue: 58, chroma: 0.165, lightness: 0.76 },
  amber: { hue: 78, chroma: 0.165, lightness: 0.8 },
  yellow: { hue: 96, chroma: 0.17, lightness: 0.87 },
  lime: { hue: 125, chroma: 0.19, lightness: 0.84 },
  green: { hue: 150, chroma: 0.13, lightness: 0.52 },
  teal: { hue: 188, chroma: 0.09, lightness: 0.5 },
  turquoise: { hue: 195, chroma: 0.12, lightness: 0.78 },
  blue: { hue: 257, chroma: 0.18, lightness: 0.53 },
  navy: { hue: 262, chroma: 0.11, lightness: 0.36 },
  indigo: { hue: 277, chroma: 0.19, lightness: 0.5 },
  violet: { hue: 298, chroma: 0.2, lightness: 0.52 },
  magenta: { hue: 332, chroma: 0.2, lightness: 0.54 },
  pink: { hue: 357, chroma: 0.19, lightness: 0.55 },
  brown: { hue: 52, chroma: 0.07, lightness: 0.43 },
  grey: { hue: 260, chroma: 0.015, lightness: 0.46 },
  black: { hue: 260, chroma: 0.005, lightness: 0.26 },
} satisfies Record<string, Colour>;

/** The name of a colour. */
export type ColourName = keyof typeof COLOURS;

/** Other words for them. */
const SYNONYMS: Record<string, ColourName> = {
  purple: "violet",
  lilac: "violet",
  lavender: "violet",
  gold: "amber",
  golden: "amber",
  cyan: "turquoise",
  gray: "grey",
  rose: "pink",
  crimson: "red",
  scarlet: "red",
};

const NAMES = new Map<string, ColourName>([
  ...Object.entries(SYNONYMS),
  // Object.keys widens the names to string.
  ...(Object.keys(COLOURS) as ColourName[]).map((name) => [name, name] as const),
]);

/** A regular expression's alternatives: every word for a colour. */
export const COLOUR_WORDS = [...NAMES.keys()].join("|");

/** The last colour that a text names, if it names one. "Dark blue" is navy. */
export function colourIn(text: string): ColourName | undefined {
  const words = text.toLowerCase().replaceAll(/\b(dark|deep) blue\b/g, "navy");
  const named = words.match(new RegExp(`\\b(${COLOUR_WORDS})\\b`, "g"))?.at(-1);
  return named === undefined ? undefined : NAMES.get(named);
}

/** A colour's custom properties; `light-dark` picks the one of the page's scheme. */
export function colourProperties(name: ColourName): string {
  const { hue, chroma, lightness } = COLOURS[name];
  const oklch = (l: number, c: number) => `oklch(${l} ${Number(c.toFixed(3))} ${hue})`;
  const tint = Math.min(chroma, 0.02); // of greys, hardly any
  const pairs = {
    ground: [oklch(0.982, tint * 0.3), oklch(0.17, tint * 0.6)],
    surface: ["white", oklch(0.215, tint * 0.7)],
    line: [oklch(0.905, tint * 0.6), oklch(0.32, tint)],
    field: [oklch(0.62, tint), oklch(0.56, tint)],
    ink: [oklch(0.22, tint), oklch(0.95, tint * 0.4)],
    muted: [oklch(0.47, tint), oklch(0.74, tint)],
    accent: [oklch(lightness, chroma), oklch(0.79, Math.min(chroma, 0.14))],
    "on-accent": [lightness > 0.55 ? oklch(0.22, chroma / 4) : "white", oklch(0.2, chroma / 4)],
    "accent-ink": [oklch(0.44, Math.min(chroma, 0.15)), oklch(0.84, Math.min(chroma, 0.11))],
    "accent-soft": [oklch(0.95, chroma / 5), oklch(0.29, chroma / 4)],
  };
  return Object.entries(pairs)
    .map(([property, [light, dark]]) => `  --${property}: light-dark(${light}, ${dark});`)
    .join("\n");
}

/** The filled colour alone, for an icon. */
export function iconColour(name: ColourName): string {
  const { hue, chroma, lightness } = COLOURS[name];
  return `oklch(${lightness} ${chroma} ${hue})`;
}
