import { compareKeys } from "../encoding/index_key.ts";

type End = Uint8Array | null;

interface Node<T> {
  readonly start: Uint8Array;
  readonly end: End;
  /** Those that hold exactly this range. */
  readonly values: Set<T>;
  readonly priority: number;
  /** The highest end in the subtree: what lets a search skip it. */
  maxEnd: End;
  left: Tree<T>;
  right: Tree<T>;
}

type Tree<T> = Node<T> | null;

/**
 * Ranges of keys with values, searched by a key that lies in them.
 *
 * A treap by (start, end) in which each node knows the highest end below it: adding and removing
 * take logarithmic time, a search logarithmic time per range found. Equal ranges share a node.
 */
export class IntervalTree<T> {
  private root: Tree<T> = null;
  private seed = 1;

  /** Whether there is no range left. */
  get isEmpty(): boolean {
    return this.root === null;
  }

  /** Adds a value to the range from `start` on, below `end` (null: no upper bound). */
  add(start: Uint8Array, end: End, value: T): void {
    this.root = this.insert(this.root, start, end, value);
  }

  /** Removes a value from exactly that range; nothing happens if it isn't there. */
  remove(start: Uint8Array, end: End, value: T): void {
    this.root = without(this.root, start, end, value);
  }

  /** Adds the values of every range that contains `key` to `found`. */
  collect(key: Uint8Array, found: Set<T>): void {
    collectFrom(this.root, key, found);
  }

  private insert(node: Tree<T>, start: Uint8Array, end: End, value: T): Node<T> {
    if (node === null) return this.leaf(start, end, value);
    const order = compareRanges(start, end, node);
    if (order === 0) {
      node.values.add(value);
      return node;
    }
    if (order < 0) {
      const left = this.insert(node.left, start, end, value);
      node.left = left;
      if (left.priority > node.priority) return rotateRight(node, left);
    } else {
      const right = this.insert(node.right, start, end, value);
      node.right = right;
      if (right.priority > node.priority) return rotateLeft(node, right);
    }
    return updated(node);
  }

  private leaf(start: Uint8Array, end: End, value: T): Node<T> {
    const values = new Set([value]);
    const priority = this.nextPriority();
    return { start, end, values, priority, maxEnd: end, left: null, right: null };
  }

  /** Xorshift: balance needs priorities that look random, and tests that they repeat. */
  private nextPriority(): number {
    this.seed ^= this.seed << 13;
    this.seed ^= this.seed >>> 17;
    this.seed ^= this.seed << 5;
    return this.seed;
  }
}

function without<T>(node: Tree<T>, start: Uint8Array, end: End, value: T): Tree<T> {
  if (node === null) return null;
  const order = compareRanges(start, end, node);
  if (order < 0) node.left = without(node.left, start, end, value);
  else if (order > 0) node.right = without(node.right, start, end, value);
  else {
    node.values.delete(value);
    if (node.values.size === 0) return joined(node.left, node.right);
  }
  return updated(node);
}

/** One tree of two, every range of the first being before every range of the second. */
function joined<T>(left: Tree<T>, right: Tree<T>): Tree<T> {
  if (left === null) return right;
  if (right === null) return left;
  if (left.priority > right.priority) {
    left.right = joined(left.right, right);
    return updated(left);
  }
  right.left = joined(left, right.left);
  return updated(right);
}

function collectFrom<T>(node: Tree<T>, key: Uint8Array, found: Set<T>): void {
  if (node === null || !isBelow(key, node.maxEnd)) return;
  collectFrom(node.left, key, found);
  if (compareKeys(node.start, key) > 0) return;
  if (isBelow(key, node.end)) for (const value of node.values) found.add(value);
  collectFrom(node.right, key, found);
}

function rotateRight<T>(node: Node<T>, left: Node<T>): Node<T> {
  node.left = left.right;
  left.right = updated(node);
  return updated(left);
}

function rotateLeft<T>(node: Node<T>, right: Node<T>): Node<T> {
  node.right = right.left;
  right.left = updated(node);
  return updated(right);
}

function updated<T>(node: Node<T>): Node<T> {
  let maxEnd = node.end;
  if (node.left !== null) maxEnd = later(maxEnd, node.left.maxEnd);
  if (node.right !== null) maxEnd = later(maxEnd, node.right.maxEnd);
  node.maxEnd = maxEnd;
  return node;
}

function compareRanges<T>(start: Uint8Array, end: End, node: Node<T>): number {
  const order = compareKeys(start, node.start);
  return order === 0 ? compareEnds(end, node.end) : order;
}

function compareEnds(a: End, b: End): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compareKeys(a, b);
}

function later(a: End, b: End): End {
  return compareEnds(a, b) >= 0 ? a : b;
}

function isBelow(key: Uint8Array, end: End): boolean {
  return end === null || compareKeys(key, end) < 0;
}
