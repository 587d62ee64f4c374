/** What is written above exported constants, read from the source without evaluating it. */
import ts from "typescript";

/** The docstring of an exported constant. Paragraphs are kept, lines are not. */
export interface Docstring {
  summary: string;
  returns?: string;
  throws?: string;
  /** The function that makes the constant: `userQuery` of `export const f = userQuery({…})`. */
  builder?: string;
}

/** Parses a source file, for the functions below. */
export function parseSource(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
}

/** The docstrings of a file's constants, by name; one without a docstring is left out. */
export function docstringsOf(source: ts.SourceFile): Map<string, Docstring> {
  const found = new Map<string, Docstring>();
  for (const statement of source.statements.filter(ts.isVariableStatement)) {
    for (const declaration of statement.declarationList.declarations) {
      const summary = summaryOf(statement);
      if (summary === "") continue;
      found.set(declaration.name.getText(source), {
        summary,
        ...tagsOf(declaration),
        ...builderOf(declaration),
      });
    }
  }
  return found;
}

/** The comment at the top of a file. */
export function moduleSummary(source: ts.SourceFile): string {
  const [first] = ts.getLeadingCommentRanges(source.text, 0) ?? [];
  const text = first === undefined ? "" : source.text.slice(first.pos, first.end);
  return text.startsWith("/**") ? flowed(text.replace(/^\/\*\*|\*\/$|^ *\* ?/gm, "")) : "";
}

/** The first sentence of a text, with its full stop. */
export function firstSentence(text: string): string {
  return /^.*?\.(?=\s+[\p{Lu}`]|$)/su.exec(text)?.[0] ?? text;
}

/** What stands above a node. */
export function summaryOf(node: ts.Node): string {
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment;
  return flowed(ts.getTextOfJSDocComment(comment) ?? "");
}

function tagsOf(node: ts.Node): Pick<Docstring, "returns" | "throws"> {
  const texts: Pick<Docstring, "returns" | "throws"> = {};
  for (const tag of ts.getJSDocTags(node)) {
    const text = flowed(ts.getTextOfJSDocComment(tag.comment) ?? "");
    if (ts.isJSDocReturnTag(tag)) texts.returns = text;
    if (ts.isJSDocThrowsTag(tag)) texts.throws = text;
  }
  return texts;
}

function builderOf({ initializer }: ts.VariableDeclaration): Pick<Docstring, "builder"> {
  if (initializer === undefined || !ts.isCallExpression(initializer)) return {};
  return { builder: initializer.expression.getText() };
}

/** The text with its paragraphs on a line each. */
function flowed(text: string): string {
  const paragraphs = text.trim().split(/\n[ \t]*\n/);
  return paragraphs.map((paragraph) => paragraph.replace(/\s*\n\s*/g, " ").trim()).join("\n\n");
}
