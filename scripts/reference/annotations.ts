/** What the sources say beside the fields of validators and errors: found by the compiler, through `pick` and `extend`. */
import { join } from "node:path";
import ts from "typescript";
import { ROOT } from "../lib/convex-cli.ts";
import type { Validator } from "../lib/function-spec.ts";
import { summaryOf } from "./docstrings.ts";
import type { Annotation } from "./types.ts";

/** A code that a caller can be refused with. */
export interface ErrorCode {
  code: string;
  comment: string;
  /** The fields that it carries beside `code` and `message`. */
  carries: [name: string, validator: Validator][];
}

/** Answers from the sources of `convex/`. */
export interface Annotations {
  /** What stands beside the fields of an exported validator. */
  ofValidator(file: string, constant: string): Annotation;
  /** The docstring of an exported constant. */
  docstring(file: string, constant: string): string;
  /** The members of `ErrorDetails`. */
  errorCodes(): ErrorCode[];
}

const ERRORS = "convex/lib/errors.ts";

/** Has the compiler read the files, and what they import. */
export function readAnnotations(files: string[]): Annotations {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(ROOT, "convex/tsconfig.json"), (path) => ts.sys.readFile(path)).config,
    ts.sys,
    join(ROOT, "convex"),
  );
  const program = ts.createProgram(
    [...files, ERRORS].map((file) => join(ROOT, file)),
    options,
  );
  const checker = program.getTypeChecker();

  const sourceOf = (file: string): ts.SourceFile => {
    const source = program.getSourceFile(join(ROOT, file));
    if (source === undefined) throw new Error(`The compiler did not read ${file}.`);
    return source;
  };
  const declarationOf = (file: string, name: string): ts.VariableDeclaration => {
    const module = checker.getSymbolAtLocation(sourceOf(file));
    const exports = module === undefined ? [] : checker.getExportsOfModule(module);
    const declaration = exports.find((symbol) => symbol.name === name)?.valueDeclaration;
    if (declaration && ts.isVariableDeclaration(declaration)) return declaration;
    throw new Error(`${file} exports no constant \`${name}\`.`);
  };

  return {
    ofValidator(file, constant) {
      const declaration = declarationOf(file, constant);
      return {
        ...annotationOf(checker, checker.getTypeAtLocation(declaration)),
        literals: literalComments(declaration.initializer),
      };
    },
    docstring: (file, constant) => summaryOf(declarationOf(file, constant).parent.parent),
    errorCodes: () => errorCodes(checker, sourceOf(ERRORS)),
  };
}

/** Follows the classes of `v`: objects have `fields`, arrays an `element`, unions `members`. */
function annotationOf(checker: ts.TypeChecker, type: ts.Type): Annotation {
  const part = (name: string): ts.Type | undefined => {
    const property = type.getProperty(name);
    return property && checker.getTypeOfSymbol(property);
  };
  const fields = part("fields")
    ?.getProperties()
    .map((field) => {
      const comment = field.declarations?.[0] ? commentBeside(field.declarations[0]) : "";
      const inner = annotationOf(checker, checker.getTypeOfSymbol(field));
      return [field.name, { comment, inner }] as const;
    });
  if (fields !== undefined) return { fields: new Map(fields) };
  const element = part("element");
  if (element !== undefined) return { inner: [annotationOf(checker, element)] };
  const members = part("members");
  if (members === undefined || !checker.isTupleType(members)) return {};
  // A tuple type is a reference, by what the line above has found out.
  const types = checker.getTypeArguments(members as ts.TypeReference);
  return { inner: types.map((member) => annotationOf(checker, member)) };
}

/** The comments of `literals("one", // …`, by the literal as it is written. */
function literalComments(initializer: ts.Expression | undefined): Map<string, string> {
  if (initializer === undefined || !ts.isCallExpression(initializer)) return new Map();
  const literals = initializer.arguments.filter(ts.isStringLiteral);
  return new Map(literals.map((literal) => [JSON.stringify(literal.text), commentBeside(literal)]));
}

/** The comment behind a node on its line, or those on the lines above it. */
function commentBeside(node: ts.Node): string {
  const { text, fileName } = node.getSourceFile();
  if (fileName.includes("/node_modules/")) return "";
  const afterComma = text.charAt(node.end) === "," ? node.end + 1 : node.end;
  const behind = ts.getTrailingCommentRanges(text, afterComma);
  // Above the first of all stands nothing of its own, and right behind a comma what belongs to the one before.
  const above = ts
    .getLeadingCommentRanges(text, node.pos)
    ?.filter(({ pos }) => text.slice(node.pos, pos).includes("\n"));
  const ranges = behind ?? above ?? [];
  return ranges.map(({ pos, end }) => text.slice(pos, end).replace(/^\/\/\s*/, "")).join(" ");
}

function errorCodes(checker: ts.TypeChecker, source: ts.SourceFile): ErrorCode[] {
  const details = source.statements
    .filter(ts.isInterfaceDeclaration)
    .find(({ name }) => name.text === "ErrorDetails");
  if (details === undefined) throw new Error(`${ERRORS} has no interface ErrorDetails.`);
  return details.members.map((member) => ({
    code: member.name?.getText(source) ?? "",
    comment: summaryOf(member),
    carries: checker
      .getTypeAtLocation(member)
      .getProperties()
      .map((field) => {
        const isOptional = (field.flags & ts.SymbolFlags.Optional) !== 0;
        const type = checker.getNonNullableType(checker.getTypeOfSymbol(field));
        return [isOptional ? `${field.name}?` : field.name, validatorOf(checker, type)];
      }),
  }));
}

/** The validator of a type, so that it is written (and named) as the others are. */
function validatorOf(checker: ts.TypeChecker, type: ts.Type): Validator {
  const text = checker.typeToString(type);
  if (text === "string" || text === "number" || text === "boolean") return { type: text };
  if (type.isStringLiteral()) return { type: "literal", value: type.value };
  const tableName = /^(?:Generic)?Id<"(\w+)">$/.exec(text)?.[1];
  if (tableName !== undefined) return { type: "id", tableName };
  if (!type.isUnion())
    throw new Error(`${ERRORS} has a field of the type ${text}: say how to write it.`);
  // The compiler has them in the order in which it met them, which changes with any other file.
  const members = type.types.map((member) => validatorOf(checker, member));
  const key = (member: Validator) => JSON.stringify(member);
  return { type: "union", value: members.sort((one, other) => (key(one) < key(other) ? -1 : 1)) };
}
