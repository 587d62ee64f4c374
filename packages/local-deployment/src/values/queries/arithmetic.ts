import type { Value } from "convex/values";
import { DeveloperError } from "../developer_error.ts";
import { displayValue } from "../encoding/display.ts";
import { MAX_INT64, MIN_INT64, typeName } from "../kinds.ts";

/** A filter's arithmetic operators. */
export type ArithmeticOperator = "$add" | "$sub" | "$mul" | "$div" | "$mod";

interface Operation {
  /** The verb of production's messages. */
  readonly verb: string;
  readonly float64: (left: number, right: number) => number;
  readonly int64: (left: bigint, right: bigint) => bigint;
}

const OPERATIONS: Readonly<Record<ArithmeticOperator, Operation>> = {
  $add: { verb: "add", float64: (l, r) => l + r, int64: (l, r) => l + r },
  $sub: { verb: "subtract", float64: (l, r) => l - r, int64: (l, r) => l - r },
  $mul: { verb: "multiply", float64: (l, r) => l * r, int64: (l, r) => l * r },
  $div: { verb: "divide", float64: (l, r) => l / r, int64: (l, r) => l / r },
  $mod: { verb: "mod", float64: (l, r) => l % r, int64: (l, r) => l % r },
};

/**
 * Evaluates an arithmetic operator on two floats, or on two int64s.
 *
 * @param operator - The operator.
 * @param left - Its left operand.
 * @param right - Its right operand.
 * @throws DeveloperError `EvalError` for other types, division of an int64 by zero, and overflow.
 */
export function arithmetic(
  operator: ArithmeticOperator,
  left: Value | undefined,
  right: Value | undefined,
): Value {
  const { verb, float64, int64 } = OPERATIONS[operator];
  if (typeof left === "number" && typeof right === "number") return float64(left, right);
  if (typeof left !== "bigint" || typeof right !== "bigint") {
    throw evalError(
      `Cannot ${verb} ${displayValue(left)} (type ${typeName(left)}) ` +
        `and ${displayValue(right)} (type ${typeName(right)})`,
    );
  }
  const divides = operator === "$div" || operator === "$mod";
  if (divides && right === 0n) throw evalError(`Cannot ${verb} ${left} by zero`);
  // The remainder of the smallest int64 by -1 is 0, but a processor's division overflows on it.
  const overflows = operator === "$mod" && left === MIN_INT64 && right === -1n;
  const result = int64(left, right);
  if (overflows || !isInt64(result)) {
    throw evalError(`Cannot ${verb} ${left} and ${right}: the result is out of range for Int64`);
  }
  return result;
}

/**
 * Evaluates the unary minus.
 *
 * @param value - A float or an int64.
 * @throws DeveloperError `EvalError` for another type, and for the smallest int64.
 */
export function negate(value: Value | undefined): Value {
  if (typeof value === "number") return -value;
  if (typeof value !== "bigint") {
    throw evalError(`Cannot negate ${displayValue(value)} (type ${typeName(value)})`);
  }
  if (value === MIN_INT64) {
    throw evalError(`Cannot negate ${value}: the result is out of range for Int64`);
  }
  return -value;
}

function isInt64(value: bigint): boolean {
  return value >= MIN_INT64 && value <= MAX_INT64;
}

function evalError(message: string): DeveloperError {
  return new DeveloperError("EvalError", message);
}
