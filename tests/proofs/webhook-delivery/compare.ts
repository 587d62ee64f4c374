/** The differences between two pictures, in words. */
import type { Picture } from "./picture.ts";

/** One line for each row that only one of them has. */
export function differences(calm: Picture, storm: Picture): string[] {
  return Object.keys(calm).flatMap((table) => {
    const expected = calm[table]!.map((row) => JSON.stringify(row));
    const found = (storm[table] ?? []).map((row) => JSON.stringify(row));
    return [
      ...without(expected, found).map((row) => `${table}: only in order: ${row}`),
      ...without(found, expected).map((row) => `${table}: only in the storm: ${row}`),
    ];
  });
}

/** What of `rows` is left when each of `others` has taken one like it away. */
function without(rows: readonly string[], others: readonly string[]): string[] {
  const left = [...rows];
  for (const other of others) {
    const index = left.indexOf(other);
    if (index !== -1) left.splice(index, 1);
  }
  return left;
}
