/** The leases of a run, and what their holders may do. */
import type { Findings, LeaseRef } from "./call-frames.ts";
import type { Observed, Transaction } from "./observer.ts";

interface Lease {
  kind: string;
  projectId: string;
  expiresAt: number;
  /** How it ended before it expired, where that is allowed. */
  ended?: "released" | "revoked" | "taken over";
}

/** A change of a project's sandbox that Daytona has been asked for and not answered. */
export interface Change extends LeaseRef {
  call: string;
}

/** The tables that a function with a lease may write only while it holds it. */
const GUARDED = new Set([
  ...["projects", "leases", "turns", "turnRuns", "turnOutput", "turnSteps", "messages"],
]);

/** All leases of a run. */
export class Leases {
  readonly #leases = new Map<string, Lease>();
  readonly #changes = new Set<Change>();
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Records the leases that a transaction took, renewed and ended. */
  committed(transaction: Transaction): void {
    this.#checkHolder(transaction);
    const { before, after } = transaction;
    for (const id of new Set([...before.keys(), ...after.keys()])) {
      this.#record(transaction, id, before.get(id), after.get(id));
    }
  }

  /** Daytona is asked for a change at `now` (ms). No other holder may be changing the same sandbox. */
  begin(change: Change, now: number): () => void {
    if (!this.#leases.has(change.token)) {
      this.#findings.violation(`no lease: a ${change.call} under one that was never taken`);
    }
    for (const other of this.#changes) {
      if (other.projectId !== change.projectId || other.token === change.token) continue;
      const both = this.#isHeld(other.token, now) && this.#isHeld(change.token, now);
      this.#findings.note("two holders, one expired");
      if (both)
        this.#findings.violation(`two holders change a sandbox: ${other.call} and ${change.call}`);
    }
    this.#changes.add(change);
    return () => void this.#changes.delete(change);
  }

  /** A function whose token is not the row's writes nothing. */
  #checkHolder({ name, args, before, writes }: Transaction): void {
    const { token, projectId } = args;
    if (typeof token !== "string") return;
    const project = [...before.values()].find(({ row }) => row._id === projectId);
    if (project?.lease?.token === token) return;
    this.#findings.note(project ? "superseded" : "removed meanwhile");
    if (project) this.#findings.note(`superseded, ${name}`);
    const written = writes.filter((table) => GUARDED.has(table));
    if (written.length > 0) {
      this.#findings.violation(`stale write: ${name} wrote ${written.join(", ")}`);
    }
  }

  #record(
    transaction: Transaction,
    projectId: string,
    was: Observed | undefined,
    is: Observed | undefined,
  ): void {
    const [old, present] = [was?.lease ?? undefined, is?.lease ?? undefined];
    if (old !== undefined && old.token !== present?.token) {
      this.#end(transaction, old.token, { gone: is === undefined, next: present?.kind });
    }
    if (present === undefined || present.expiresAt === old?.expiresAt) return;
    const { kind, token, expiresAt } = present;
    if (old?.token === token && transaction.args.token !== token) {
      this.#findings.violation(`lease: ${transaction.name} renewed another holder's`);
    }
    this.#findings.note(old?.token === token ? "lease renewed" : "lease taken");
    this.#leases.set(token, { kind, projectId, expiresAt });
  }

  /** A lease is ended by its holder, by its owner, or when it may be taken over. */
  #end(
    { name, args, at }: Transaction,
    token: string,
    { gone, next }: { gone: boolean; next: string | undefined },
  ): void {
    const lease = this.#leases.get(token);
    if (lease === undefined) {
      this.#findings.violation(`lease: ${name} ended an unknown one`);
      return;
    }
    const isCancelled = name === "turns/mutations:cancel" && lease.kind === "turn";
    if (args.token === token) {
      lease.ended = "released";
    } else if (gone || isCancelled) {
      lease.ended = "revoked";
    } else if (lease.expiresAt <= at) {
      lease.ended = "taken over";
      this.#findings.note("taken over, expired");
    } else if (args.force === true) {
      lease.ended = "taken over";
      this.#findings.note("taken over, forced");
    } else {
      const what = next === undefined ? "ended" : `taken to ${next}`;
      this.#findings.violation(`lease held twice: one to ${lease.kind} was ${what} by ${name}`);
    }
  }

  #isHeld(token: string, now: number): boolean {
    const lease = this.#leases.get(token);
    return lease !== undefined && lease.ended === undefined && lease.expiresAt > now;
  }
}
