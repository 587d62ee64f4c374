/**
 * Where in a function's arguments something can be named, and arguments with an identifier there. Both walk the
 * validator, so that a new function is covered without being listed anywhere.
 *
 * In a path, `paginationOpts.cursor|0` is the first member of the union that `cursor` is, and `parts[].text` the text
 * of an item.
 */
import type { PublicFunction, Validator } from "../../../scripts/lib/function-spec.ts";

/** Where a string or an id goes. */
export interface ArgumentPath {
  path: string;
  /** The name of the field it is in. */
  field: string;
  /** The table whose ids fit; absent where any string does. */
  table?: string;
}

/** What the arguments are filled with, where nothing is chosen. */
export interface Filling {
  /** Whether optional fields are given. */
  withOptional: boolean;
  text: (field: string) => string;
  id: (table: string) => string | undefined;
}

/** Arguments for this function can't be generated. */
export class UnsupportedArguments extends Error {
  override readonly name = "UnsupportedArguments";
}

/** Sensible numbers, by the field's name; 1 for any other. */
const NUMBERS: Record<string, number> = {
  numItems: 10,
  port: 3000,
  maximumBytesRead: 100_000,
  after: 0,
};

/** Sensible choices between literals, by the field's name; the first for any other. */
const CHOICES: Record<string, unknown> = { plan: "pro" };

/** A part of the arguments: its validator, its path, and the name of the field it is in. */
interface Part {
  validator: Validator;
  path: string;
  field: string;
  optional?: boolean;
}

/** What a part consists of, directly. */
function partsOf({ validator, path, field }: Part): Part[] {
  if (validator.type === "array") return [{ validator: validator.value, path: `${path}[]`, field }];
  if (validator.type === "union") {
    return validator.value.map((member, index) => {
      return { validator: member, path: `${path}|${index}`, field };
    });
  }
  if (validator.type === "record") {
    return [
      { validator: validator.keys, path: `${path}{key}`, field },
      { validator: validator.values.fieldType, path: `${path}{value}`, field },
    ];
  }
  if (validator.type !== "object") return [];
  return Object.entries(validator.value).map(([name, { fieldType, optional }]) => {
    return { validator: fieldType, path: path ? `${path}.${name}` : name, field: name, optional };
  });
}

/** Every path in a function's arguments. @throws UnsupportedArguments when a part may be any value */
export function argumentPaths(fn: PublicFunction): ArgumentPath[] {
  const walk = (part: Part): ArgumentPath[] => {
    const { validator, path, field } = part;
    if (validator.type === "string") return [{ path, field }];
    if (validator.type === "id") return [{ path, field, table: validator.tableName }];
    if (validator.type === "any" || validator.type === "bytes") {
      throw new UnsupportedArguments(`${fn.path}: ${path || "the arguments"}: may be any value`);
    }
    return partsOf(part).flatMap(walk);
  };
  return walk({ validator: fn.args, path: "", field: "" });
}

/** Whether there is anything in a function's arguments that may be left out. */
export function hasOptional(validator: Validator): boolean {
  const isOptional = (part: Part): boolean =>
    part.optional === true ||
    ["array", "record"].includes(part.validator.type) ||
    partsOf(part).some(isOptional);
  return isOptional({ validator, path: "", field: "" });
}

/**
 * Valid arguments for a function.
 *
 * @param chosen - identifiers by path
 * @throws UnsupportedArguments when there is nothing to fill a path with
 */
export function argumentsFor(
  fn: PublicFunction,
  { withOptional, text, id }: Filling,
  chosen: ReadonlyMap<string, string> = new Map(),
): Record<string, unknown> {
  const leadsToChosen = ({ path }: Part) =>
    [...chosen.keys()].some(
      (other) => other.startsWith(path) && !/^\w/.test(other.slice(path.length)),
    );
  const isGiven = (part: Part) => withOptional || leadsToChosen(part);
  const unsupported = ({ path }: Part, why: string) =>
    new UnsupportedArguments(`${fn.path}: ${path}: ${why}`);

  const generate = (part: Part): unknown => {
    const { validator, path, field } = part;
    const parts = partsOf(part);
    switch (validator.type) {
      case "string":
        return chosen.get(path) ?? text(field);
      case "id": {
        const value = chosen.get(path) ?? id(validator.tableName);
        if (value !== undefined) return value;
        throw unsupported(part, `the attacker has nothing in ${validator.tableName}`);
      }
      case "array":
        return parts.filter(isGiven).map(generate);
      case "union": {
        // The member that leads to what is chosen; else null or a sensible choice, else the first.
        const isSensible = ({ validator: member }: Part) =>
          member.type === "null" || (member.type === "literal" && member.value === CHOICES[field]);
        const member = parts.find(leadsToChosen) ?? parts.find(isSensible) ?? parts[0];
        if (member === undefined) throw unsupported(part, "nothing fits");
        return generate(member);
      }
      case "record": {
        if (!parts.some(isGiven)) return {};
        const [key, value] = parts.map(generate);
        return { [String(key)]: value };
      }
      case "object": {
        const given = parts.filter((one) => one.optional !== true || isGiven(one));
        return Object.fromEntries(given.map((one) => [one.field, generate(one)]));
      }
      case "null":
        return null;
      case "number":
        return NUMBERS[field] ?? 1;
      case "bigint":
        return 1n;
      case "boolean":
        return true;
      case "literal":
        return validator.value;
      case "any":
      case "bytes":
        throw unsupported(part, "may be any value");
    }
  };
  return generate({ validator: fn.args, path: "", field: "" }) as Record<string, unknown>;
}
