/** What occurred in all runs, by kind, and the violations of the present run. */
export class Findings {
  /** How often each kind occurred. */
  readonly seen = new Map<string, number>();
  violations: string[] = [];

  /** Counts something that occurred. */
  note(what: string, times = 1): void {
    this.seen.set(what, this.count(what) + times);
  }

  /** The part before the first colon is the kind. */
  violation(what: string): void {
    this.violations.push(what);
    this.note(`violation, ${what.split(":")[0] ?? ""}`);
  }

  /** How often something occurred. */
  count(what: string): number {
    return this.seen.get(what) ?? 0;
  }
}
