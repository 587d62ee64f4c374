import { parse, type AnyNode } from "acorn";

/** Names the function that a place in a text is in: JavaScriptCore forgets it once the function has awaited. */
export interface FunctionNames {
  /** The name, as V8 infers it; "" for a function without. */
  at(place: { readonly line: number; readonly column: number }): string;
}

interface NamedRange {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** @param text a script; of one that can't be parsed no names are known */
export function functionNames(text: string): FunctionNames {
  const ranges: NamedRange[] = [];
  try {
    const program = parse(text, { ecmaVersion: "latest", allowReturnOutsideFunction: true });
    collect(program, "", ranges);
  } catch {
    // It runs, so that a newer parser would read it: stacks name its functions less well.
  }
  const starts = lineStarts(text);
  return {
    at: ({ line, column }) => {
      const offset = (starts[line - 1] ?? 0) + column - 1;
      let inner: NamedRange | null = null;
      for (const range of ranges) {
        if (range.start > offset || range.end < offset) continue;
        if (inner === null || range.start >= inner.start) inner = range;
      }
      return inner?.name ?? "";
    },
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Adds the functions in `node`, which is a function of the name `inferred` if it is one. */
function collect(node: AnyNode, inferred: string, ranges: NamedRange[]): void {
  if (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression"
  ) {
    ranges.push({ start: node.start, end: node.end, name: node.id?.name ?? inferred });
  }
  const named = nameGiven(node);
  for (const [key, child] of Object.entries<unknown>({ ...node })) {
    const name = named?.to === key ? named.name : "";
    const children: readonly unknown[] = Array.isArray(child) ? child : [child];
    for (const one of children) if (isNode(one)) collect(one, name, ranges);
  }
}

/** What a node calls the function that it takes for its value. */
function nameGiven(node: AnyNode): { readonly to: string; readonly name: string } | null {
  if (node.type === "VariableDeclarator") return { to: "init", name: nameOf(node.id) };
  if (node.type === "AssignmentExpression" || node.type === "AssignmentPattern") {
    return { to: "right", name: nameOf(node.left) };
  }
  if (
    node.type === "Property" ||
    node.type === "MethodDefinition" ||
    node.type === "PropertyDefinition"
  ) {
    return { to: "value", name: node.computed ? "" : nameOf(node.key) };
  }
  if (node.type === "CallExpression" && node.arguments.length === 2) {
    // As esbuild keeps names when it shortens them: `n(() => {}, "handler")`.
    const name = node.arguments[1];
    return name?.type === "Literal" && typeof name.value === "string"
      ? { to: "arguments", name: name.value }
      : null;
  }
  return null;
}

function nameOf(node: AnyNode): string {
  if (node.type === "Identifier") return node.name;
  if (node.type === "PrivateIdentifier") return `#${node.name}`;
  if (node.type === "Literal") return String(node.value);
  if (node.type === "ThisExpression") return "this";
  if (node.type !== "MemberExpression" || node.computed) return "";
  const [object, property] = [nameOf(node.object), nameOf(node.property)];
  return object === "" || property === "" ? property : `${object}.${property}`;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}
