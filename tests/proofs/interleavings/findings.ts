/** What was seen over all runs, by kind; and what of it must not be. */
export class Findings {
  /** How often each thing was seen. */
  readonly seen = new Map<string, number>();
  /** What must not be, of the present run. */
  violations: string[] = [];

  /** Counts something that was seen. */
  note(what: string, times = 1): void {
    this.seen.set(what, this.count(what) + times);
  }

  /** Something that must not be. The first part, up to a colon, is its kind. */
  violation(what: string): void {
    this.violations.push(what);
    this.note(`violation, ${what.split(":")[0] ?? ""}`);
  }

  /** How often something was seen. */
  count(what: string): number {
    return this.seen.get(what) ?? 0;
  }
}
