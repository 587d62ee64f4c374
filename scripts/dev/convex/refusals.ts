import { ConvexError, type Value } from "convex/values";
import { isQuaverError } from "../../../convex/lib/errors.ts";

/** A function that threw a ConvexError. An action that passes one on says so twice; the function that it called has been logged. */
const THREW =
  /^(?<time>.+) \[CONVEX \w\((?<path>.+?)\)\] Uncaught ConvexError: (?<again>Uncaught ConvexError: )?(?<data>\{.*\})$/;

/** A call that a function refused, as the backend refuses calls; null when the line is something else. */
export function refusalIn(line: string): { text: string; isPassedOn: boolean } | null {
  const { time, path, again, data } = THREW.exec(line)?.groups ?? {};
  const error = new ConvexError(parsed(data));
  if (!isQuaverError(error)) return null;
  const { code, message } = error.data;
  return { text: `${time} ${path} refused: ${code} ${message}`, isPassedOn: again !== undefined };
}

function parsed(json: string | undefined): Value {
  try {
    return JSON.parse(json ?? "null") as Value; // JSON is among what Convex can store
  } catch {
    return null;
  }
}
