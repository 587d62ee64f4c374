/**
 * What the convex package makes of the values that modules export. The bundle has its own copy of the
 * package, so these are recognised by their properties and not by their class.
 */

/** A query, mutation or action (convex/src/server/impl/registration_impl.ts). */
export interface RegisteredFunction {
  readonly isQuery?: boolean;
  readonly isMutation?: boolean;
  readonly isAction?: boolean;
  readonly isPublic?: boolean;
  readonly isInternal?: boolean;
  /** The validators, as JSON text. */
  exportArgs(): string;
  exportReturns(): string;
  /** Arguments and results are Convex JSON text; the arguments object comes in an array. */
  invokeQuery?(args: string): Promise<string>;
  invokeMutation?(args: string): Promise<string>;
  invokeAction?(requestId: string, args: string): Promise<string>;
}

/** What `httpAction` gives. */
export interface RegisteredHttpAction {
  invokeHttpAction(request: Request): Promise<Response>;
}

/** An `HttpRouter` (convex/src/server/router.ts). */
export interface Router {
  getRoutes(): [path: string, method: string, handler: RegisteredHttpAction][];
  lookup(
    path: string,
    method: string,
  ): [handler: RegisteredHttpAction, method: string, path: string] | null;
}

/** What `cronJobs`, `defineSchema`, `defineApp` and `defineComponent` give. */
export interface Exportable {
  export(): unknown;
}

/** Whether an export is a function that the deployment may be asked to run. */
export function isRegisteredFunction(exported: unknown): exported is RegisteredFunction {
  return typeof exported === "function" && "exportArgs" in exported && "exportReturns" in exported;
}

/** Whether an export is an HTTP router. */
export function isRouter(exported: unknown): exported is Router {
  return isMarked(exported, "isRouter");
}

/** Whether an export is a set of crons; its `export()` gives their JSON text. */
export function isCronJobs(exported: unknown): exported is { export(): string } {
  return isMarked(exported, "isCrons") && isExportable(exported);
}

/** Whether an export describes itself, as schemas and component definitions do. */
function isExportable(exported: unknown): exported is Exportable {
  return (
    typeof exported === "object" &&
    exported !== null &&
    "export" in exported &&
    typeof exported.export === "function"
  );
}

/** Whether a value can have properties at all. */
export function hasProperties(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function isMarked(exported: unknown, mark: string): boolean {
  return typeof exported === "object" && exported !== null && Reflect.get(exported, mark) === true;
}
