import { z } from "zod";
import { FunctionError, messageOf } from "../../lib/errors.ts";
import type { Table } from "../../storage/catalog.ts";
import { decodeId } from "../../values/ids.ts";
import type { Frame } from "../calls/frame.ts";
import type { EngineState } from "../state.ts";
import { parseArgs, type SyncSyscall } from "./syscall.ts";

const normalizeIdArgs = z.object({ table: z.string(), idString: z.string() });

/** `db.normalizeId`: the id when it is one of that table, else null. */
export const normalizeId: SyncSyscall = (state, frame, args) => {
  const { table: name, idString } = parseArgs("db.normalizeId", normalizeIdArgs, args);
  const table = frame.tx.table(frame.component.id, name, frame.view);
  return JSON.stringify({
    id: table !== undefined && tableOf(state, frame, idString) === table ? idString : null,
  });
};

/** The table that an id belongs to in the frame's component; undefined when none has its number. */
function tableOf(state: EngineState, frame: Frame, id: string): Table | undefined {
  try {
    return state.store.catalog.tableByNumber(frame.component.id, decodeId(id).tableNumber);
  } catch {
    return undefined;
  }
}

/**
 * The table of a document id that a function gave.
 * @param expected the table that the call names, when it names one
 * @returns undefined when no table has the id's number: then there is no such document
 * @throws FunctionError when it is no id, or one of another table
 */
export function tableOfArgument(
  state: EngineState,
  frame: Frame,
  method: string,
  id: string,
  expected: string | null | undefined,
): Table | undefined {
  let number: number;
  try {
    number = decodeId(id).tableNumber;
  } catch (error) {
    throw new FunctionError(`Invalid argument \`id\` for \`${method}\`: ${messageOf(error)}`);
  }
  const table = state.store.catalog.tableByNumber(frame.component.id, number);
  if (expected != null && table !== undefined && table.name !== expected) {
    throw new FunctionError(
      `Invalid argument \`id\` for \`${method}\`: expected to be an Id<"${expected}">, got an Id<"${table.name}"> instead.`,
    );
  }
  return table;
}
