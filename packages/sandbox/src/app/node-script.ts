/** Scripts for Node that run in the sandbox to their end. */
import type * as z from "zod";
import type { OperationContext } from "../daytona-api.ts";
import { withRetries } from "../deadline.ts";
import { SandboxError, type SandboxErrorCode } from "../errors.ts";

/** The script and its input reach the sandbox in the environment, so that nothing has to be quoted for a shell. */
const RUN_COMMAND = `exec node -e "$QUAVER_APP_SCRIPT" </dev/null`;

const TIMEOUT_SECONDS = 18; // less than a request may take

/** What a script exits with, beside 0: it is not to be taken for the exit code of a shell or of Node. */
const FAILURES: Partial<Record<number, { code: SandboxErrorCode; message: string }>> = {
  70: { code: "TOOL_MISSING", message: "there is no git in the sandbox" },
  71: { code: "DISK_FULL", message: "the sandbox's disk is full" },
  75: { code: "UNAVAILABLE", message: "the files are being worked on" },
  127: { code: "TOOL_MISSING", message: "there is no Node in the sandbox" },
};

/** A script to run. */
export interface NodeScript<Answer> {
  script: string;
  /** Plain data, which the script finds as `input`. */
  input: Record<string, string | number | undefined>;
  answer: z.ZodType<Answer>;
}

/**
 * Runs a script and returns its answer. Every script is safe to repeat.
 *
 * @throws SandboxError `TOOL_MISSING` without Node or git, `DISK_FULL`
 */
export async function runNodeScript<Answer>(
  { api, deadline }: OperationContext,
  id: string,
  { script, input, answer }: NodeScript<Answer>,
): Promise<Answer> {
  return await withRetries(deadline, async () => {
    const { exitCode, output } = await api.execute(id, {
      command: RUN_COMMAND,
      env: { QUAVER_APP_SCRIPT: script, QUAVER_APP_INPUT: JSON.stringify(input) },
      timeoutSeconds: TIMEOUT_SECONDS,
    });
    if (exitCode === 0) return parseAnswer(output, answer);
    const { code, message } = FAILURES[exitCode] ?? {
      code: "UNEXPECTED_RESPONSE",
      message: `a script in the sandbox ended with exit code ${exitCode}`,
    };
    throw new SandboxError(code, message);
  });
}

/** The answer is the last line with its prefix: the image's shell may print lines of its own. */
function parseAnswer<Answer>(output: string, answer: z.ZodType<Answer>): Answer {
  const line = output.split("\n").findLast((one) => one.startsWith("quaver:"));
  try {
    return answer.parse(JSON.parse(line?.slice("quaver:".length) ?? ""));
  } catch {
    throw new SandboxError("UNEXPECTED_RESPONSE", "a script in the sandbox gave no answer");
  }
}
