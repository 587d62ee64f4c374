import type { UserConsoleLog } from "vitest";
import type { Reporter, TestCase, TestModule } from "vitest/node";

/** Prints a proof's line as soon as it is done, and what went wrong with whatever failed. */
export default class ProofReporter implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { proof } = test.meta();
    const result = test.result();
    if (proof !== undefined) process.stdout.write(`${proof}\n`);
    if (result.state !== "failed") return;
    process.stdout.write(`FAILED ${test.fullName}\n`);
    for (const { message } of result.errors) process.stdout.write(`${indented(message)}\n`);
  }

  /** How far a proof has come; the result does not contain it. */
  onUserConsoleLog({ content }: UserConsoleLog): void {
    process.stderr.write(content);
  }

  onTestModuleEnd(module: TestModule): void {
    for (const { message } of module.errors()) {
      process.stdout.write(`FAILED ${module.moduleId}\n${indented(message)}\n`);
    }
  }
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
