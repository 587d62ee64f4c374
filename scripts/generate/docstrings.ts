/** What the sources of `convex/` say of their functions, shapes, errors and limits; read without evaluating them. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { ROOT } from "../lib/convex-cli.ts";

/** A constant, or a member of an interface, that has a docstring. Paragraphs are kept, lines are not. */
export interface Docstring {
  summary: string;
  returns?: string;
  throws?: string;
  /** A constant's initializer or a member's type, as it is written. */
  code: string;
}

/** By the names that `function-spec` uses, such as `projects/actions:create`; in the order of the sources. */
export type Docstrings = Map<string, Docstring>;

/** Reads the whole folder. */
export function readDocstrings(): Docstrings {
  const paths = readdirSync(join(ROOT, "convex"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.startsWith("_generated"))
    .sort();
  const all = paths.map((path) =>
    docstringsIn(path.slice(0, -3), readFileSync(join(ROOT, "convex", path), "utf8")),
  );
  return new Map(all.flatMap((one) => [...one]));
}

/** Reads one module; `ErrorDetails.NOT_FOUND` is a member of an interface. */
export function docstringsIn(module: string, text: string): Docstrings {
  const source = ts.createSourceFile("module.ts", text, ts.ScriptTarget.Latest, true);
  const found: Docstrings = new Map();
  const add = (name: string, node: ts.Node, code: ts.Node | undefined) => {
    const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment;
    const summary = flowed(comment);
    if (summary === "") return;
    const tags = ts.getJSDocTags(node);
    const returns = flowed(tags.find(ts.isJSDocReturnTag)?.comment);
    const throws = flowed(tags.find(ts.isJSDocThrowsTag)?.comment);
    found.set(`${module}:${name}`, {
      summary,
      ...(returns !== "" && { returns }),
      ...(throws !== "" && { throws }),
      code: code?.getText() ?? "",
    });
  };
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement)) {
      const [declaration] = statement.declarationList.declarations;
      if (declaration) add(declaration.name.getText(), declaration, declaration.initializer);
    } else if (ts.isInterfaceDeclaration(statement)) {
      for (const member of statement.members.filter(ts.isPropertySignature)) {
        add(`${statement.name.text}.${member.name.getText()}`, member, member.type);
      }
    }
  }
  return found;
}

/** A comment with each of its paragraphs on one line. */
function flowed(comment: string | ts.NodeArray<ts.JSDocComment> | undefined): string {
  const paragraphs = (ts.getTextOfJSDocComment(comment) ?? "").trim().split(/\n[ \t]*\n/);
  return paragraphs.map((paragraph) => paragraph.replace(/\s*\n\s*/g, " ").trim()).join("\n\n");
}
