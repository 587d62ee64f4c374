import type { ValidatorJSON } from "convex/values";
import type { Catalog } from "../../storage/catalog.ts";
import {
  parseArgsValidator,
  parseDocumentType,
  parseValidator,
  type TableNameOf,
  type Validator,
} from "../../values/validators/validate.ts";
import type { AnalyzedFunction, Schema } from "./analysis.ts";

/** A function's compiled validators. */
export interface FunctionValidators {
  readonly args: Validator | null;
  readonly returns: Validator | null;
}

const compiled = new WeakMap<AnalyzedFunction, FunctionValidators>();

/** The validators of a function, compiled at its first call. */
export function validatorsOf(analyzed: AnalyzedFunction): FunctionValidators {
  const known = compiled.get(analyzed);
  if (known !== undefined) return known;
  // Both texts come from the convex package's own exportArgs() and exportReturns().
  const args = JSON.parse(analyzed.args) as ValidatorJSON | null;
  // Likewise: null stands for a function that declares no returns.
  const returns = JSON.parse(analyzed.returns) as ValidatorJSON | null;
  const validators = {
    args: parseArgsValidator(args),
    returns: returns === null ? null : parseValidator(returns),
  };
  compiled.set(analyzed, validators);
  return validators;
}

/** The document types of one component's tables. */
export class DocumentTypes {
  readonly #types = new Map<string, Validator | null>();
  readonly #enforced: boolean;

  constructor(schema: Schema | null) {
    this.#enforced = schema?.schemaValidation === true;
    for (const table of schema?.tables ?? []) {
      // A schema's export() made it.
      this.#types.set(table.tableName, parseDocumentType(table.documentType as ValidatorJSON));
    }
  }

  /** The type that documents of the table must have; null for any document. */
  of(table: string): Validator | null {
    return this.#enforced ? (this.#types.get(table) ?? null) : null;
  }

  /** With schema validation on, only declared tables can be written to. */
  declares(table: string): boolean {
    return !this.#enforced || this.#types.has(table);
  }
}

/** Names the tables of a component by the number in an id. */
export function tableNames(catalog: Catalog, component: string): TableNameOf {
  return (number) => catalog.tableByNumber(component, number)?.name;
}
