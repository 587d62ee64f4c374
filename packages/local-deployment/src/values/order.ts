/** Compares entries by their names, in whose order production's maps are read. For `toSorted`. */
export function byName(
  [a]: readonly [string, ...unknown[]],
  [b]: readonly [string, ...unknown[]],
): number {
  return a < b ? -1 : 1;
}
