/** Times and amounts as texts. */

const MINUTE_MS = 60_000;
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["minute", MINUTE_MS],
  ["hour", 60 * MINUTE_MS],
  ["day", 24 * 60 * MINUTE_MS],
];
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** How long ago `time` was at `now` (both in ms): "5 minutes ago"; a date from a week on. */
export function formatAge(time: number, now: number): string {
  const age = now - time;
  if (age < MINUTE_MS) return "just now";
  if (age >= 7 * 24 * 60 * MINUTE_MS) return formatDate(time);
  const [unit, ms] = UNITS.findLast(([, length]) => age >= length) ?? ["minute", MINUTE_MS];
  return relative.format(-Math.floor(age / ms), unit);
}

/** A date, from ms since the epoch. */
export function formatDate(time: number): string {
  return dayFormat.format(time);
}

/** A duration, rounded up: "40 seconds", "2 minutes". */
export function formatDuration(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds <= 90) return plural(seconds, "second");
  return plural(Math.ceil(seconds / 60), "minute");
}

/** How long something took or has taken so far, rounded down: "42 s", "1 min 5 s", "2 h 3 min". */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const SIZE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** A size in bytes: "1.4 kB", "12 MB"; a kilobyte is 1,000 bytes. */
export function formatSize(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  // From 999.5 on it would be rounded to 1,000 of the smaller unit.
  while (amount >= (unit === 0 ? 1000 : 999.5) && unit < SIZE_UNITS.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return new Intl.NumberFormat(undefined, {
    style: "unit",
    unit: SIZE_UNITS[unit],
    unitDisplay: unit === 0 ? "long" : "short",
    maximumFractionDigits: unit > 0 && amount < 10 ? 1 : 0,
  }).format(amount);
}

/** A number of things: "1 project", "2 projects". */
export function plural(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

// Stripe's numbers of decimals, https://docs.stripe.com/currencies#zero-decimal; every other currency has two. Those of
// `Intl` differ: it writes no decimals of the Icelandic króna, for one, which Stripe counts in hundredths.
const WITHOUT_DECIMALS = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ");
const WITH_THREE_DECIMALS = "bhd jod kwd omr tnd".split(" ");

/** An amount in the currency's smallest unit, as Stripe counts: 2000 "usd" is $20.00. */
export function formatMoney(amount: number, currency: string): string {
  const decimals = WITHOUT_DECIMALS.includes(currency)
    ? 0
    : WITH_THREE_DECIMALS.includes(currency)
      ? 3
      : 2;
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.format(amount / 10 ** decimals);
}
