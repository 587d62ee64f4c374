/** Whether somebody has been to another page of the app before the current one. */
let hasMoved = false;

// wouter's own events, and the browser's for back and forward
for (const event of ["pushState", "replaceState", "popstate"])
  addEventListener(event, markNavigated);

/** Counts as a navigation, though the path stays the same. */
export function markNavigated(): void {
  hasMoved = true;
}

/** Whether there was a navigation since the app was opened. */
export function hasNavigated(): boolean {
  return hasMoved;
}
