/** The order in which the files of all projects are started. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The projects of which single files take a minute and more, or keep waiting for other processes. */
const LONG = ["proofs", "browser", "e2e", "repository"];

/**
 * Long files first, so that none of them is left at the end with the other workers idle; one of each project in turn, so
 * that those that compute run beside those that wait. The short files of the other projects fill what is left.
 */
export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const long = LONG.map((name) => sorted.filter(({ project }) => project.name === name));
    const rounds = Math.max(...long.map(({ length }) => length));
    const inTurn = Array.from({ length: rounds }, (_, round) =>
      long.flatMap((some) => some.slice(round, round + 1)),
    );
    const short = sorted.filter(({ project }) => !LONG.includes(project.name));
    return [...inTurn.flat(), ...short];
  }
}
