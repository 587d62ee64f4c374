/** Finding the app's sentences, which tests take from the app itself. */

/** A sentence that takes values, whatever these are: "Renews on 1 May 2027." for `text.account.renewsOn`. */
export function withAnyValues(sentence: (...values: never[]) => string): RegExp {
  const forms = valuesFor(sentence.length).map((values) => {
    // A sentence does nothing with its values but show them, and count.
    const parts = sentence(...(values as never[])).split(ANY);
    return parts.map(escapeRegExp).join(".+");
  });
  return new RegExp(`^(?:${forms.join("|")})$`);
}

/** A longer text in which these stand in this order. */
export function inOrder(...parts: string[]): RegExp {
  return new RegExp(parts.map(escapeRegExp).join(".*"), "s");
}

const ANY = "\0";

/** Each value may be one of anything, which has a form of its own: "1 step", "2 steps". */
function valuesFor(count: number): unknown[][] {
  if (count === 0) return [[]];
  return valuesFor(count - 1).flatMap((values) => [
    [...values, ANY],
    [...values, 1],
  ]);
}

function escapeRegExp(part: string): string {
  return part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
