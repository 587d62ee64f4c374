/** What one field of a cron expression may hold. */
interface Field {
  readonly minimum: number;
  readonly maximum: number;
  /** The largest step. */
  readonly step: number;
  /** Names that stand for values, from `minimum` on. */
  readonly names: readonly string[];
  /** What may stand alone in this field, beside lists of values, ranges and steps. */
  readonly alone: RegExp | null;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const FIELDS: readonly Field[] = [
  { minimum: 0, maximum: 59, step: 59, names: [], alone: null },
  { minimum: 0, maximum: 23, step: 23, names: [], alone: null },
  { minimum: 1, maximum: 31, step: 30, names: [], alone: /^(?:L|LW|L-(\d+)W?|(\d+)W)$/ },
  { minimum: 1, maximum: 12, step: 11, names: MONTHS, alone: null },
  { minimum: 0, maximum: 6, step: 6, names: DAYS, alone: /^(?:L|(\d|[A-Z]{3})(?:L|#[1-5]))$/i },
];

/**
 * Whether production reads a cron expression: five fields, in the grammar of the parser it uses
 * (github.com/get-convex/saffron, saffron/src/parse.rs), with no seconds and no `@daily`.
 */
export function isCronExpression(expression: string): boolean {
  const texts = expression.split(/[ \t]+/);
  return (
    texts.length === FIELDS.length &&
    FIELDS.every((field, index) => isField(texts[index] ?? "", field))
  );
}

function isField(text: string, field: Field): boolean {
  if (text === "*") return true;
  const alone = field.alone?.exec(text);
  if (alone != null) {
    const [, first, second] = alone;
    const isOffset = text.startsWith("L-");
    const value = first ?? second;
    if (value === undefined) return true;
    return isOffset ? between(Number(value), 1, 30) : valueOf(value, field) !== null;
  }
  const [first = "", ...others] = text.split(",");
  if (first.startsWith("*") && !/^\*\/\d+$/.test(first)) return false;
  return [first, ...others].every((item) => isItem(item, field));
}

/** A value or a range, either with a step; `*` stands for the smallest value. */
function isItem(text: string, field: Field): boolean {
  const match = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(text);
  if (match === null) return false;
  const [, start = "", end, step] = match;
  return (
    (start === "*" || valueOf(start, field) !== null) &&
    (end === undefined || valueOf(end, field) !== null) &&
    (step === undefined || between(Number(step), 1, field.step))
  );
}

function valueOf(text: string, { minimum, maximum, names }: Field): number | null {
  const index = names.indexOf(text.toUpperCase());
  const value = index >= 0 ? minimum + index : /^\d+$/.test(text) ? Number(text) : NaN;
  return between(value, minimum, maximum) ? value : null;
}

function between(value: number, minimum: number, maximum: number): boolean {
  return value >= minimum && value <= maximum;
}
