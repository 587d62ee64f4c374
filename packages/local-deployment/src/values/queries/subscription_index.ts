import { IntervalTree } from "./interval_tree.ts";
import type { IndexRange } from "./range_set.ts";

/** A key that a commit has written: an index entry that was added or removed. */
export interface WrittenKey {
  readonly indexId: string;
  readonly key: Uint8Array;
}

/**
 * Who has read what: finds the subscriptions that a commit invalidates without asking each one.
 *
 * @typeParam T - What stands for a subscription; compared by identity.
 */
export class SubscriptionIndex<T> {
  private readonly trees = new Map<string, IntervalTree<T>>();
  private readonly rangesOf = new Map<T, readonly IndexRange[]>();

  /** How many tokens there are. */
  get size(): number {
    return this.rangesOf.size;
  }

  /**
   * Records what a token has read, instead of what was recorded for it before.
   *
   * @param token - The subscription.
   * @param ranges - Its read set; later changes to it are not noticed.
   */
  add(token: T, ranges: Iterable<IndexRange>): void {
    this.remove(token);
    const kept = [...ranges];
    this.rangesOf.set(token, kept);
    for (const { indexId, start, end } of kept) this.treeOf(indexId).add(start, end, token);
  }

  /**
   * Forgets a token.
   *
   * @param token - The subscription; nothing happens if it isn't known.
   */
  remove(token: T): void {
    for (const { indexId, start, end } of this.rangesOf.get(token) ?? []) {
      const tree = this.treeOf(indexId);
      tree.remove(start, end, token);
      if (tree.isEmpty) this.trees.delete(indexId);
    }
    this.rangesOf.delete(token);
  }

  /**
   * The tokens whose ranges contain a written key.
   *
   * @param writes - Every index entry that the commit added or removed.
   */
  touched(writes: Iterable<WrittenKey>): Set<T> {
    const found = new Set<T>();
    for (const { indexId, key } of writes) this.trees.get(indexId)?.collect(key, found);
    return found;
  }

  private treeOf(indexId: string): IntervalTree<T> {
    const existing = this.trees.get(indexId);
    if (existing !== undefined) return existing;
    const tree = new IntervalTree<T>();
    this.trees.set(indexId, tree);
    return tree;
  }
}
