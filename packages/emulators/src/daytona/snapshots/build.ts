import type { Copy, Instruction } from "dockerfile-ast";
import { DockerfileParser, From } from "dockerfile-ast";

/** What a build writes, line by line, and why it fails, if it does. */
export interface BuildPlan {
  lines: string[];
  error?: string;
}

/**
 * What the build of a Dockerfile would write. Nothing is run or downloaded: each instruction is a line, and the build
 * fails where Docker's would for want of a base image, of an instruction that exists, or of a file to copy.
 *
 * @param files the paths of the context's files and folders, relative to its root.
 */
export function planBuild(dockerfile: string, files: ReadonlySet<string>): BuildPlan {
  const instructions = DockerfileParser.parse(dockerfile).getInstructions();
  const lines: string[] = [];
  const fail = (error: string): BuildPlan => ({ lines: [...lines, `ERROR: ${error}`], error });
  const first = instructions.find((instruction) => instruction.getKeyword() !== "ARG");
  if (!(first instanceof From)) return fail("no build stage in current context");
  for (const [index, instruction] of instructions.entries()) {
    const keyword = instruction.getKeyword();
    if (!KEYWORDS.includes(keyword)) return fail(`unknown instruction: ${keyword}`);
    lines.push(`#${index + 1} [${index + 1}/${instructions.length}] ${oneLine(instruction)}`);
    const missing = isCopy(instruction) ? missingSource(instruction, files) : undefined;
    if (missing !== undefined) {
      return fail(`failed to calculate checksum of ref: "/${missing}": not found`);
    }
  }
  return { lines: [...lines, `#${instructions.length + 1} exporting to image`] };
}

/** Docker's instructions. */
const KEYWORDS =
  "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR".split(
    " ",
  );

function isCopy(instruction: Instruction): instruction is Copy {
  return instruction.getKeyword() === "COPY";
}

/** The first source that the context doesn't have; those of other stages, and patterns, are not looked for. */
function missingSource(copy: Copy, files: ReadonlySet<string>): string | undefined {
  if (copy.getFromFlag() !== null || copy.getHeredocs().length > 0) return undefined;
  const sources = copy
    .getArguments()
    .slice(0, -1)
    .map((argument) => argument.getValue());
  const paths = sources.map((source) => source.replace(/^(\.?\/)+|\/+$/g, ""));
  return paths.find(
    (path) => path !== "" && path !== "." && !/[*?[]/.test(path) && !files.has(path),
  );
}

/** The instruction as it is shown: on one line, with its spaces folded. */
function oneLine(instruction: Instruction): string {
  const content = instruction.getRawArgumentsContent() ?? "";
  return `${instruction.getKeyword()} ${content.replace(/\\\r?\n/g, " ").replace(/\s+/g, " ")}`.trim();
}
