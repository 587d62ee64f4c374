/**
 * The places in a function's arguments that can name something, and arguments with something named there. Both walk
 * the validator, so that a new function has its places without being listed anywhere.
 *
 * A place is its path: `paginationOpts.cursor|0` is the first member of the union that `cursor` is, `parts[].text`
 * the text of an item.
 */
import type { Field, PublicFunction, Validator } from "../../../scripts/lib/function-spec.ts";

/** Where a string or an id goes. */
export interface Place {
  path: string;
  /** The name of the field it is in. */
  field: string;
  /** The table whose ids fit; absent where any string does. */
  table?: string;
}

/** What the arguments are filled with, where nothing is chosen. */
export interface Filling {
  /** Whether optional fields are given. */
  full: boolean;
  text: (field: string) => string;
  id: (table: string) => string | undefined;
}

/** Arguments for this function can't be made. */
export class Unmakeable extends Error {
  override readonly name = "Unmakeable";
}

/** Sensible numbers, by the field's name; 1 for any other. */
const NUMBERS: Record<string, number> = { numItems: 10, port: 3000, maximumBytesRead: 100_000 };

/** Sensible choices between literals, by the field's name; the first for any other. */
const CHOICES: Record<string, unknown> = { plan: "pro" };

/** Every place in a function's arguments. @throws Unmakeable when a part may be just anything */
export function placesOf({ path, args }: PublicFunction): Place[] {
  try {
    return walk(args, "", "");
  } catch (error) {
    if (error instanceof Unmakeable) throw new Unmakeable(`${path}: ${error.message}`);
    throw error;
  }
}

function walk(validator: Validator, path: string, field: string): Place[] {
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
      throw new Unmakeable(`${path || "the arguments"}: a stranger may put anything here`);
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
 * @param chosen - what goes where, by the place's path
 * @throws Unmakeable when there is nothing to fill a place with
 */
export function argumentsFor(
  fn: PublicFunction,
  filling: Filling,
  chosen: ReadonlyMap<string, string> = new Map(),
): Record<string, unknown> {
  const made = new Maker(fn.path, filling, chosen).make(fn.args, "", "");
  return made as Record<string, unknown>;
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

class Maker {
  constructor(
    private readonly name: string,
    private readonly filling: Filling,
    private readonly chosen: ReadonlyMap<string, string>,
  ) {}

  make(validator: Validator, path: string, field: string): unknown {
    switch (validator.type) {
      case "string":
        return this.chosen.get(path) ?? this.filling.text(field);
      case "id":
        return this.chosen.get(path) ?? this.#id(validator.tableName, path);
      case "array":
        if (!this.filling.full && !this.#leadsOn(`${path}[]`)) return [];
        return [this.make(validator.value, `${path}[]`, field)];
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
        throw new Unmakeable(`${this.name}: ${path}: a stranger may put anything here`);
    }
  }

  #id(table: string, path: string): string {
    const id = this.filling.id(table);
    if (id !== undefined) return id;
    throw new Unmakeable(`${this.name}: ${path}: the stranger has nothing of her own in ${table}`);
  }

  /** The member that leads to what is chosen; else null or a sensible choice, else the first. */
  #member(members: Validator[], path: string, field: string): unknown {
    const chosen = members.findIndex((_, index) => this.#leadsOn(`${path}|${index}`));
    const sensible = members.findIndex(
      (member) =>
        member.type === "null" || (member.type === "literal" && member.value === CHOICES[field]),
    );
    const index = chosen === -1 ? Math.max(sensible, 0) : chosen;
    const member = members[index];
    if (member === undefined) throw new Unmakeable(`${this.name}: ${path}: nothing fits`);
    return this.make(member, `${path}|${index}`, field);
  }

  #record({ keys, values }: Validator & { type: "record" }, path: string, field: string): unknown {
    if (!this.filling.full && !this.#leadsOn(`${path}{key}`) && !this.#leadsOn(`${path}{value}`)) {
      return {};
    }
    const key = String(this.make(keys, `${path}{key}`, field));
    return { [key]: this.make(values.fieldType, `${path}{value}`, field) };
  }

  #object(fields: Record<string, Field>, path: string): Record<string, unknown> {
    const given = Object.entries(fields).filter(
      ([name, { optional }]) => !optional || this.filling.full || this.#leadsOn(below(path, name)),
    );
    return Object.fromEntries(
      given.map(([name, { fieldType }]) => [name, this.make(fieldType, below(path, name), name)]),
    );
  }

  #leadsOn(path: string): boolean {
    return [...this.chosen.keys()].some(
      (place) => place.startsWith(path) && !/^\w/.test(place.slice(path.length)),
    );
  }
}
