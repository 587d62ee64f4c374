import type { Value } from "convex/values";
import { displayValue } from "../encoding/display.ts";
import type { ConvexObject } from "../kinds.ts";

/**
 * Why a value does not match a validator. The text is made only when someone reads it, since a
 * union tries its members one after the other and drops the failures of all but the last.
 */
export class ValidationFailure {
  /** The way to the offending value, innermost step first. */
  private readonly path: string[] = [];

  private constructor(private readonly render: (context: string) => string) {}

  /** Adds the step that leads to the failure from one level further out. */
  within(step: string): this {
    this.path.push(step);
    return this;
  }

  /** The failure in production's words. */
  get message(): string {
    const path = this.path.toReversed().join("");
    return this.render(path === "" ? "" : `Path: ${path}`);
  }

  /** The value is of another type than the validator's. */
  static noMatch(value: Value, validator: string): ValidationFailure {
    return new ValidationFailure(
      (context) =>
        "Value does not match validator.\n" +
        `${context}\nValue: ${displayValue(value)}\nValidator: ${validator}`,
    );
  }

  /** The value is not the literal. */
  static literalsDiffer(value: Value, literal: string): ValidationFailure {
    return new ValidationFailure(
      (context) =>
        `\`${displayValue(value)}\` does not match literal validator ` +
        `\`v.literal(${literal})\`.${context}`,
    );
  }

  /** The id is one of another table. */
  static wrongTable(id: string, found: string, expected: string): ValidationFailure {
    const origin = found.startsWith("_") ? "a system table" : `table \`${found}\``;
    return new ValidationFailure(
      (context) =>
        `Found ID "${id}" from ${origin}, which does not match the table name in validator ` +
        `\`v.id("${expected}")\`.${context}`,
    );
  }

  /** A field that must be there is not. */
  static missingField(object: ConvexObject, field: string, validator: string): ValidationFailure {
    return new ValidationFailure(
      (context) =>
        `Object is missing the required field \`${field}\`. Consider wrapping the field ` +
        "validator in `v.optional(...)` if this is expected.\n" +
        `${context}\nObject: ${displayValue(object)}\nValidator: ${validator}`,
    );
  }

  /** A field is there that the validator does not know. */
  static extraField(object: ConvexObject, field: string, validator: string): ValidationFailure {
    return new ValidationFailure(
      (context) =>
        `Object contains extra field \`${field}\` that is not in the validator.\n` +
        `${context}\nObject: ${displayValue(object)}\nValidator: ${validator}`,
    );
  }
}

/**
 * The failure of a value that is of another type than the validator's.
 *
 * @param value - The value.
 * @param validator - The validator.
 */
export function noMatch(value: Value, validator: { readonly text: string }): ValidationFailure {
  return ValidationFailure.noMatch(value, validator.text);
}
