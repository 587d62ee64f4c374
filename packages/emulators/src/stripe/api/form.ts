/** A parsed value: a text, or a list or an object of values. */
export type FormValue = string | FormValue[] | FormObject;
export interface FormObject {
  [key: string]: FormValue;
}

const MAX_DEPTH = 6; // Stripe's own parameters go four deep
const MAX_PAIRS = 1000;

type Node = Map<string, Node | string>;

/**
 * Parses a form, or a query, in Stripe's encoding: `items[0][price]=p` is `{items: [{price: "p"}]}`,
 * `expand[]=a` is `{expand: ["a"]}`. Later values replace earlier ones.
 *
 * @returns undefined if it is nested too deeply or too long, or uses a name both for a value and for an object
 */
export function parseForm(text: string): FormObject | undefined {
  const root: Node = new Map();
  let pairs = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    pairs += 1;
    if (pairs > MAX_PAIRS || !place(root, pathOf(name), value)) return undefined;
  }
  return objectOf(root);
}

/** `a[b][]` → `["a", "b", ""]`. */
function pathOf(name: string): string[] {
  const open = name.indexOf("[");
  if (open <= 0) return [name];
  return [
    name.slice(0, open),
    ...name
      .slice(open + 1)
      .replace(/\]$/, "")
      .split("]["),
  ];
}

function place(root: Node, path: string[], value: string): boolean {
  if (path.length > MAX_DEPTH) return false;
  const keys = [...path];
  const last = keys.pop() ?? "";
  let node = root;
  for (const key of keys) {
    const next: Node | string = node.get(key) ?? new Map<string, Node | string>();
    if (typeof next === "string") return false;
    node.set(key, next);
    node = next;
  }
  const key = last === "" ? String(node.size) : last;
  if (typeof node.get(key) === "object") return false;
  node.set(key, value);
  return true;
}

function valueOf(node: Node | string): FormValue {
  if (typeof node === "string") return node;
  const keys = [...node.keys()];
  if (keys.length > 0 && keys.every((key) => /^\d+$/.test(key))) {
    return [...node.values()].map(valueOf);
  }
  return objectOf(node);
}

function objectOf(node: Node): FormObject {
  // `fromEntries` defines own properties, so a key `__proto__` does not change the prototype.
  return Object.fromEntries([...node].map(([key, value]) => [key, valueOf(value)]));
}
