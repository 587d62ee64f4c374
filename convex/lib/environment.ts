/** Reading optional environment variables. */

/**
 * What a variable is set to. An empty one counts as not set: dashboards and `.env` files keep the
 * names of both.
 */
export function given(variable: string | undefined): string | undefined {
  return variable === "" ? undefined : variable;
}
