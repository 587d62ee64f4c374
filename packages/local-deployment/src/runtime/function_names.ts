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
    collect(program as AnyNode, "", ranges);
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
  for (const [key, child] of Object.entries(node) as [string, unknown][]) {
    const name = named?.to === key ? named.name : "";
    for (const one of Array.isArray(child) ? (child as unknown[]) : [child]) {
      if (isNode(one)) collect(one, name, ranges);
    }
  }
}

/** What a node calls the function that it takes for its value. */
function nameGiven(node: AnyNode): { readonly to: string; readonly name: string } | null {
  switch (node.type) {
    case "VariableDeclarator":
      return { to: "init", name: nameOf(node.id) };
    case "AssignmentExpression":
    case "AssignmentPattern":
      return { to: "right", name: nameOf(node.left) };
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
      return { to: "value", name: node.computed ? "" : nameOf(node.key) };
    case "CallExpression": {
      // As esbuild keeps names when it shortens them: `n(() => {}, "handler")`.
      const [named, name, ...others] = node.arguments;
      const keeps = named !== undefined && name?.type === "Literal" && others.length === 0;
      return keeps && typeof name.value === "string" ? { to: "arguments", name: name.value } : null;
    }
    default:
      return null;
  }
}

function nameOf(node: AnyNode): string {
  switch (node.type) {
    case "Identifier":
      return node.name;
    case "PrivateIdentifier":
      return `#${node.name}`;
    case "Literal":
      return String(node.value);
    case "MemberExpression": {
      const [object, property] = [nameOf(node.object), node.computed ? "" : nameOf(node.property)];
      return object === "" || property === "" ? property : `${object}.${property}`;
    }
    case "ThisExpression":
      return "this";
    default:
      return "";
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}
