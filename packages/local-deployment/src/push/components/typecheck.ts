import type { Definition, DefinitionMetadata } from "../../engine/code/analysis.ts";
import { validatorOf, type DeclaredVariables } from "../../engine/code/variables.ts";
import { byName } from "../../values/order.ts";
import { parseValidator } from "../../values/validators/validate.ts";
import { isSubset } from "./definition_rules.ts";
import { checkExports } from "./exports.ts";
import { componentName, componentPath, definitionErrors } from "../errors/definitions.ts";

type Child = DefinitionMetadata["childComponents"][number];
type Declared = DeclaredVariables[number];

/**
 * Checks the tree of components as production instantiates it: variables that are passed on, names of
 * children, HTTP mounts and exports (crates/model/src/components/type_checking.rs).
 *
 * @param forCodegen - Required variables may be missing: code is generated without them.
 * @throws PushError `TypecheckError` or `InvalidExport`
 */
export function typecheckComponents(
  definitions: Readonly<Record<string, Definition>>,
  forCodegen: boolean,
): void {
  const instantiate = (definitionPath: string, path: string) => {
    const definition = definitions[definitionPath];
    if (definition === undefined) {
      const text = `ComponentDefinitionPath { path: ${JSON.stringify(definitionPath)} }`;
      throw definitionErrors.typecheck(`Component definition not found: ${text}`);
    }
    const { metadata } = definition;
    const names = new Set<string>();
    for (const child of metadata.childComponents) {
      const childPath = path === "" ? child.name : `${path}/${child.name}`;
      const declared = definitions[child.path]?.metadata.envVars ?? [];
      checkBindings(childPath, child, declared, metadata.envVars ?? []);
      if (!forCodegen) checkRequired(childPath, child, declared);
      instantiate(child.path, childPath);
      if (names.has(child.name)) {
        throw definitionErrors.repeatedChild(definitionPath, child.name);
      }
      names.add(child.name);
    }
    checkMounts(definition, definitions);
    checkExports(definition.modules);
  };
  instantiate("", "");
}

function checkBindings(
  path: string,
  child: Child,
  declared: readonly Declared[],
  parentDeclared: readonly Declared[],
): void {
  const component = componentPath(path);
  const inOrder = (child.env ?? []).toSorted(byName);
  for (const [name, binding] of inOrder) {
    const own = declaration(declared, name);
    if (own === undefined) throw definitionErrors.unknownVariable(component, name);
    if (binding.type === "value") {
      const problem = parseValidator(own.validator).check(binding.value, () => undefined);
      if (problem !== null) {
        throw definitionErrors.wrongVariable(component, name, problem.message);
      }
      continue;
    }
    const parent = declaration(parentDeclared, binding.name);
    if (parent === undefined) {
      throw definitionErrors.unknownParentVariable(component, name, binding.name);
    }
    if (parent.optional && !own.optional) {
      throw definitionErrors.optionalParentVariable(component, name, binding.name);
    }
    if (!isSubset(parent.validator, own.validator)) {
      throw definitionErrors.otherParentVariable(component, name, binding.name);
    }
  }
}

function checkRequired(path: string, child: Child, declared: readonly Declared[]): void {
  const bound = new Set((child.env ?? []).map(([name]) => name));
  const required = declared.filter(([, { optional }]) => optional !== true).map(([name]) => name);
  const missing = required.toSorted().find((name) => !bound.has(name));
  if (missing !== undefined) throw definitionErrors.missingVariable(componentPath(path), missing);
}

function declaration(declared: readonly Declared[], name: string) {
  const found = declared.find(([other]) => other === name)?.[1];
  if (found === undefined) return undefined;
  return { validator: validatorOf(found), optional: found.optional === true };
}

function checkMounts(
  { metadata, modules }: Definition,
  definitions: Readonly<Record<string, Definition>>,
): void {
  const routes = modules["http.js"]?.httpRoutes ?? [];
  for (const [mount, reference] of Object.entries(metadata.httpMounts).toSorted(byName)) {
    const name = reference.split("/").at(-1) ?? "";
    const child = metadata.childComponents.find((candidate) => candidate.name === name);
    const definition = child === undefined ? undefined : definitions[child.path];
    if (definition === undefined) {
      throw definitionErrors.mount(mount, `Child component ${componentName(name)} not found.`);
    }
    if (!hasRoutes(definition)) {
      const problem = `Child component ${componentName(name)} doesn't have any HTTP routes.`;
      throw definitionErrors.mount(mount, problem);
    }
    if (routes.some(({ path }) => path.endsWith("*") && (path.slice(0, -1) || "/") === mount)) {
      throw definitionErrors.mount(mount, "Overlap with existing prefix route");
    }
  }
}

function hasRoutes({ metadata, modules }: Definition): boolean {
  const own = modules["http.js"]?.httpRoutes ?? [];
  return own.length > 0 || Object.keys(metadata.httpMounts).length > 0;
}
