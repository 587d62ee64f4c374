/** The functions that the backend registers, found as the CLI finds them: in its modules. */
import { z } from "zod";
import { modules } from "./setup.ts";

/** A registered function. `args` and `returns` are its validators, as the push sends them. */
export interface Registered {
  path: string;
  kind: "query" | "mutation" | "action";
  isPublic: boolean;
  args: unknown;
  returns: unknown;
}

// What a registrar of `convex/server` leaves on the function. HTTP actions have no validators.
const registration = z.object({
  isPublic: z.literal(true).optional(),
  isQuery: z.literal(true).optional(),
  isMutation: z.literal(true).optional(),
  exportArgs: z.custom<() => string>((value) => typeof value === "function"),
  exportReturns: z.custom<() => string>((value) => typeof value === "function"),
});

/** All of them, internal ones too. */
export async function registeredFunctions(): Promise<Registered[]> {
  const found: Registered[] = [];
  for (const [file, load] of Object.entries(modules)) {
    const path = /^(?:\.\.\/)+convex\/((?!_generated\/)[\w/]+)\.ts$/.exec(file)?.[1];
    if (path === undefined) continue;
    for (const [name, value] of Object.entries(
      z.record(z.string(), z.unknown()).parse(await load()),
    )) {
      if (typeof value !== "function") continue;
      // Reading through a plain object: the schema describes properties, not a callable.
      const { data } = registration.safeParse(Object.fromEntries(Object.entries(value)));
      if (data === undefined) continue;
      found.push({
        path: `${path}:${name}`,
        kind: data.isQuery ? "query" : data.isMutation ? "mutation" : "action",
        isPublic: data.isPublic ?? false,
        args: JSON.parse(data.exportArgs()),
        returns: JSON.parse(data.exportReturns()),
      });
    }
  }
  return found;
}
