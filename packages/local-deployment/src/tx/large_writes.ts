import { DOCUMENT_LIMITS } from "../limits/values.ts";
import { WARNING_RATIO } from "../limits/transactions.ts";
import type { Measure } from "../values/limits.ts";

/** A document's id, with its size or its nesting. */
interface Largest {
  readonly id: string;
  readonly value: number;
}

/** Of the documents that a transaction writes, the largest and the most nested; null when none is near a limit. */
export interface LargestWrites {
  readonly size: Largest | null;
  readonly nesting: Largest | null;
}

/** A document's size and nesting. */
export type DocumentExtent = Pick<Measure, "size" | "nesting">;

/** The written documents that are near a limit, in their latest state; others are not kept. */
export class LargeWrites {
  readonly #documents = new Map<string, DocumentExtent>();

  write(id: string, extent: DocumentExtent): void {
    const isLarge =
      extent.size > WARNING_RATIO * DOCUMENT_LIMITS.size ||
      extent.nesting > WARNING_RATIO * DOCUMENT_LIMITS.nesting;
    if (isLarge) this.#documents.set(id, extent);
    else if (this.#documents.size > 0) this.#documents.delete(id);
  }

  /** Marks this point. @returns a function that drops everything since */
  mark(): () => void {
    const documents = [...this.#documents];
    return () => {
      this.#documents.clear();
      for (const [id, extent] of documents) this.#documents.set(id, extent);
    };
  }

  /** Of equal ones, the first by its id. */
  get largest(): LargestWrites {
    const documents = [...this.#documents].sort(([a], [b]) => (a < b ? -1 : 1));
    const largest = (of: keyof DocumentExtent) =>
      documents.reduce<Largest | null>(
        (most, [id, { [of]: value }]) => (value > (most?.value ?? 0) ? { id, value } : most),
        null,
      );
    return { size: largest("size"), nesting: largest("nesting") };
  }
}
