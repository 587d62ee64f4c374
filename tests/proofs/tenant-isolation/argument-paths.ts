/**
 * Where in a function's arguments something can be named, and arguments with an identifier there. Both walk the
 * validator, so that a new function is covered without being listed anywhere.
 *
 * In a path, `paginationOpts.cursor|0` is the first member of the union that `cursor` is, and `parts[].text` the text
 * of an item.
 */
import type { Field, PublicFunction, Validator } from "../../../scripts/lib/function-spec.ts";

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
const NUMBERS: Record<string, number> = { numItems: 10, port: 3000, maximumBytesRead: 100_000 };

/** Sensible choices between literals, by the field's name; the first for any other. */
const CHOICES: Record<string, unknown> = { plan: "pro" };

/** Every path in a function's arguments. @throws UnsupportedArguments when a part may be any value */
export function argumentPaths({ path, args }: PublicFunction): ArgumentPath[] {
  try {
    return walk(args, "", "");
  } catch (error) {
    if (error instanceof UnsupportedArguments)
      throw new UnsupportedArguments(`${path}: ${error.message}`);
    throw error;
  }
}

function walk(validator: Validator, path: string, field: string): ArgumentPath[] {
  switch (validator.type) {
    case "string":
      return [{ path, field }];
    case "id":
      return [{ path, field, table: validator.tableName }];
    case "array":
      return walk(validator.value, `${path}[]`, field);
    case "union":
      return validator.value.flatMap((member, index) => walk(member, `${path}|${index}`, field));
    case "record":
      return [
        ...walk(validator.keys, `${path}{key}`, field),
        ...walk(validator.values.fieldType, `${path}{value}`, field),
      ];
    case "object":
      return Object.entries(validator.value).flatMap(([name, { fieldType }]) =>
        walk(fieldType, below(path, name), name),
      );
    case "any":
    case "bytes":
      throw new UnsupportedArguments(`${path || "the arguments"}: may be any value`);
    case "null":
    case "number":
    case "bigint":
    case "boolean":
    case "literal":
      return [];
  }
}

function below(path: string, field: string): string {
  return path === "" ? field : `${path}.${field}`;
}

/**
 * Valid arguments for a function.
 *
 * @param chosen - identifiers by path
 * @throws UnsupportedArguments when there is nothing to fill a path with
 */
export function argumentsFor(
  fn: PublicFunction,
  filling: Filling,
  chosen: ReadonlyMap<string, string> = new Map(),
): Record<string, unknown> {
  const args = new Generator(fn.path, filling, chosen).generate(fn.args, "", "");
  return args as Record<string, unknown>;
}

/** Whether there is anything in a function's arguments that may be left out. */
export function hasOptional(validator: Validator): boolean {
  if (validator.type === "array" || validator.type === "record") return true;
  if (validator.type === "union") return validator.value.some(hasOptional);
  if (validator.type !== "object") return false;
  return Object.values(validator.value).some(
    ({ optional, fieldType }) => optional || hasOptional(fieldType),
  );
}

class Generator {
  constructor(
    private readonly name: string,
    private readonly filling: Filling,
    private readonly chosen: ReadonlyMap<string, string>,
  ) {}

  generate(validator: Validator, path: string, field: string): unknown {
    switch (validator.type) {
      case "string":
        return this.chosen.get(path) ?? this.filling.text(field);
      case "id":
        return this.chosen.get(path) ?? this.#id(validator.tableName, path);
      case "array":
        if (!this.filling.withOptional && !this.#leadsToChosen(`${path}[]`)) return [];
        return [this.generate(validator.value, `${path}[]`, field)];
      case "union":
        return this.#member(validator.value, path, field);
      case "record":
        return this.#record(validator, path, field);
      case "object":
        return this.#object(validator.value, path);
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
        throw new UnsupportedArguments(`${this.name}: ${path}: may be any value`);
    }
  }

  #id(table: string, path: string): string {
    const id = this.filling.id(table);
    if (id !== undefined) return id;
    throw new UnsupportedArguments(`${this.name}: ${path}: the attacker has nothing in ${table}`);
  }

  /** The member that leads to what is chosen; else null or a sensible choice, else the first. */
  #member(members: Validator[], path: string, field: string): unknown {
    const chosen = members.findIndex((_, index) => this.#leadsToChosen(`${path}|${index}`));
    const sensible = members.findIndex(
      (member) =>
        member.type === "null" || (member.type === "literal" && member.value === CHOICES[field]),
    );
    const index = chosen === -1 ? Math.max(sensible, 0) : chosen;
    const member = members[index];
    if (member === undefined) throw new UnsupportedArguments(`${this.name}: ${path}: nothing fits`);
    return this.generate(member, `${path}|${index}`, field);
  }

  #record({ keys, values }: Validator & { type: "record" }, path: string, field: string): unknown {
    if (
      !this.filling.withOptional &&
      !this.#leadsToChosen(`${path}{key}`) &&
      !this.#leadsToChosen(`${path}{value}`)
    ) {
      return {};
    }
    const key = String(this.generate(keys, `${path}{key}`, field));
    return { [key]: this.generate(values.fieldType, `${path}{value}`, field) };
  }

  #object(fields: Record<string, Field>, path: string): Record<string, unknown> {
    const given = Object.entries(fields).filter(
      ([name, { optional }]) =>
        !optional || this.filling.withOptional || this.#leadsToChosen(below(path, name)),
    );
    return Object.fromEntries(
      given.map(([name, { fieldType }]) => [
        name,
        this.generate(fieldType, below(path, name), name),
      ]),
    );
  }

  #leadsToChosen(path: string): boolean {
    return [...this.chosen.keys()].some(
      (other) => other.startsWith(path) && !/^\w/.test(other.slice(path.length)),
    );
  }
}
