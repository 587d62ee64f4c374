import { callCases } from "./calls.ts";
import { documentCases } from "./documents.ts";
import { readCases } from "./reads.ts";
import { schedulingCases } from "./scheduling.ts";

/** Every case, by what it is about. */
export const CASES = {
  documents: documentCases,
  reads: readCases,
  calls: callCases,
  scheduling: schedulingCases,
};
