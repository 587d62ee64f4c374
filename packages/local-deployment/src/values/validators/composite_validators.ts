import type { Value } from "convex/values";
import { type ConvexObject, fieldNames, isObject, ownField } from "../kinds.ts";
import { noMatch, ValidationFailure } from "./validation_failure.ts";
import type { TableNameOf, Validator } from "./validator.ts";

/** One field of an object validator. */
export interface FieldValidator {
  readonly name: string;
  readonly validator: Validator;
  readonly optional: boolean;
}

/** `v.array(element)`. */
export function arrayOf(element: Validator): Validator {
  const validator: Validator = {
    kind: "array",
    text: `v.array(${element.text})`,
    check: (value, tableNameOf) => {
      if (!Array.isArray(value)) return noMatch(value, validator);
      for (const [index, item] of value.entries()) {
        const failure = element.check(item, tableNameOf);
        if (failure !== null) return failure.within(`[${index}]`);
      }
      return null;
    },
  };
  return validator;
}

/** `v.record(keys, values)`. */
export function recordOf(keys: Validator, values: Validator): Validator {
  const validator: Validator = {
    kind: "record",
    text: `v.record(${keys.text}, ${values.text})`,
    check: (value, tableNameOf) => {
      if (!isObject(value)) return noMatch(value, validator);
      for (const field of fieldNames(value)) {
        const failure =
          keys.check(field, tableNameOf)?.within(".keys()") ??
          values.check(value[field] ?? null, tableNameOf)?.within(".values()");
        if (failure !== undefined) return failure;
      }
      return null;
    },
  };
  return validator;
}

/** `v.object(fields)`. */
export function objectOf(unsorted: readonly FieldValidator[]): Validator {
  // Production keeps fields by name, so that of several failures it reports the first by name.
  const fields = unsorted.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const names = new Set(fields.map((field) => field.name));
  const text = `v.object({${fields.map(fieldText).join(", ")}})`;
  const validator: Validator = {
    kind: "object",
    text,
    check: (value, tableNameOf) => {
      if (!isObject(value)) return noMatch(value, validator);
      return checkFields(value, fields, text, tableNameOf) ?? checkExtra(value, names, text);
    },
  };
  return validator;
}

/** `v.union(...members)`. */
export function unionOf(members: readonly Validator[]): Validator {
  const [only, ...others] = members;
  const validator: Validator = {
    kind: "union",
    text: `v.union(${members.map((member) => member.text).join(", ")})`,
    check: (value, tableNameOf) => {
      // With a single member there is one clear reason to give.
      if (only !== undefined && others.length === 0) return only.check(value, tableNameOf);
      const matches = members.some((member) => member.check(value, tableNameOf) === null);
      return matches ? null : noMatch(value, validator);
    },
  };
  return validator;
}

function checkFields(
  object: ConvexObject,
  fields: readonly FieldValidator[],
  text: string,
  tableNameOf: TableNameOf,
): ValidationFailure | null {
  for (const { name, validator, optional } of fields) {
    const value: Value | undefined = ownField(object, name);
    if (value === undefined) {
      if (!optional) return ValidationFailure.missingField(object, name, text);
      continue;
    }
    const failure = validator.check(value, tableNameOf);
    if (failure !== null) return failure.within(`.${name}`);
  }
  return null;
}

function checkExtra(
  object: ConvexObject,
  names: ReadonlySet<string>,
  text: string,
): ValidationFailure | null {
  const isExtra = (field: string) => object[field] !== undefined && !names.has(field);
  if (!Object.keys(object).some(isExtra)) return null;
  const first = fieldNames(object).find(isExtra);
  return first === undefined ? null : ValidationFailure.extraField(object, first, text);
}

function fieldText({ name, validator, optional }: FieldValidator): string {
  return `${name}: ${optional ? `v.optional(${validator.text})` : validator.text}`;
}
