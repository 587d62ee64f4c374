/** Validators, written as TypeScript would write the types. */
import type { Field, Validator } from "../lib/function-spec.ts";

/** The name that stands for a validator instead of its whole type, if there is one. */
export type NameOf = (validator: Validator) => string | undefined;

/** What the source says beside the parts of a type. */
export interface Annotation {
  /** By field. */
  fields?: Map<string, { comment: string; inner: Annotation }>;
  /** Of the values of an array, or the members of a union, in their order. */
  inner?: Annotation[];
  /** By literal: comments of the members of a union. */
  literals?: Map<string, string>;
}

/** A validator's type on one line. */
export function typeText(validator: Validator, nameOf: NameOf): string {
  return nameOf(validator) ?? writtenOut(validator, nameOf);
}

function writtenOut(validator: Validator, nameOf: NameOf): string {
  const text = (inner: Validator) => typeText(inner, nameOf);
  switch (validator.type) {
    case "null":
    case "number":
    case "bigint":
    case "boolean":
    case "string":
    case "any":
      return validator.type;
    case "bytes":
      return "ArrayBuffer";
    case "literal":
      return JSON.stringify(validator.value);
    case "id":
      return `Id<${JSON.stringify(validator.tableName)}>`;
    case "array": {
      const { value } = validator;
      const isUnion = value.type === "union" && nameOf(value) === undefined;
      return isUnion ? `(${text(value)})[]` : `${text(value)}[]`;
    }
    case "record":
      return `Record<${text(validator.keys)}, ${text(validator.values.fieldType)}>`;
    case "object": {
      const fields = requiredFirst(validator.value).map((field) => fieldText(field, nameOf));
      return fields.length === 0 ? "{}" : `{ ${fields.join("; ")} }`;
    }
    case "union":
      return validator.value.map(text).join(" | ");
  }
}

/** A type over several lines, with its fields in the order given and the comments of its source. */
export function annotatedType(
  validator: Validator,
  nameOf: NameOf,
  annotation: Annotation,
): string {
  const text = (inner: Validator, about: Annotation = {}) =>
    nameOf(inner) ?? annotatedType(inner, nameOf, about);
  switch (validator.type) {
    case "object": {
      const lines = Object.entries(validator.value).map(([name, field]) => {
        const about = annotation.fields?.get(name);
        const type = text(field.fieldType, about?.inner);
        return `${commentLine(about?.comment)}${key(name, field)}: ${type};\n`;
      });
      return `{\n${lines.join("")}}`;
    }
    case "array":
      return `(${text(validator.value, annotation.inner?.[0])})[]`;
    case "union":
      return validator.value
        .map((member, index) => {
          const type = text(member, annotation.inner?.[index]);
          return `\n${commentLine(annotation.literals?.get(type))}| ${type}`;
        })
        .join("");
    case "null":
    case "number":
    case "bigint":
    case "boolean":
    case "string":
    case "bytes":
    case "any":
    case "literal":
    case "id":
    case "record":
      return writtenOut(validator, nameOf);
  }
}

/** `function-spec` has the fields in the order of the alphabet; what must be given is more telling. */
function requiredFirst(fields: Record<string, Field>): [string, Field][] {
  return Object.entries(fields).sort(
    ([, one], [, other]) => Number(one.optional) - Number(other.optional),
  );
}

function fieldText([name, field]: [string, Field], nameOf: NameOf): string {
  return `${key(name, field)}: ${typeText(field.fieldType, nameOf)}`;
}

function key(name: string, { optional }: Field): string {
  return optional ? `${name}?` : name;
}

function commentLine(comment = ""): string {
  return comment === "" ? "" : `// ${comment}\n`;
}
