import type { Definition, EnvBinding } from "./analysis.ts";

/** One mounted component. The app is the one at path "", with id "". */
export interface Component {
  readonly id: string;
  /** Mount names from the app down, joined by "/"; "" for the app. */
  readonly path: string;
  readonly definition: string;
  readonly parent: Component | null;
  readonly children: Map<string, Component>;
  /** The environment variables of its functions, without the deployment's own URLs. */
  readonly env: Readonly<Record<string, string>>;
}

/** The tree that the definitions describe, with the ids that `idFor` knows or makes. */
export function buildComponents(
  definitions: ReadonlyMap<string, Definition>,
  appEnv: Readonly<Record<string, string>>,
  idFor: (path: string) => string,
): Component {
  const mount = (
    definitionPath: string,
    path: string,
    parent: Component | null,
    env: Readonly<Record<string, string>>,
  ): Component => {
    const definition = definitions.get(definitionPath);
    if (definition === undefined)
      throw new Error(`component definition ${definitionPath} is missing`);
    const component: Component = {
      id: idFor(path),
      path,
      definition: definitionPath,
      parent,
      children: new Map(),
      env,
    };
    for (const child of definition.metadata.childComponents) {
      const childPath = path === "" ? child.name : `${path}/${child.name}`;
      const childEnv = bindEnv(child.env ?? [], env);
      component.children.set(child.name, mount(child.path, childPath, component, childEnv));
    }
    return component;
  };
  return mount("", "", null, appEnv);
}

/** Every component of the tree, parents first. */
export function flattenComponents(root: Component): Component[] {
  return [root, ...[...root.children.values()].flatMap(flattenComponents)];
}

function bindEnv(
  bindings: readonly (readonly [string, EnvBinding])[],
  parent: Readonly<Record<string, string>>,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, binding] of bindings) {
    const value = binding.type === "value" ? binding.value : parent[binding.name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}
