/**
 * `bun run doctor`: what of the deployment's environment is set, missing or malformed, whether the services answer
 * with the keys it holds, and what is off. Tells no value. Exit code 1 when something needs a person.
 */
import { parseArgs } from "node:util";
import { DEFAULT_DATA_DIR } from "../dev/options.ts";
import { bunRun } from "../lib/bun-run.ts";
import { CommandFailure, codeOf, messageOf } from "../lib/failure.ts";
import { checkAgent } from "./agent.ts";
import { readVariables, stripeEmulator } from "./deployment.ts";
import { jsonReport, textReport, type Findings } from "./report.ts";
import { askServices } from "./services.ts";
import { isHealthy, checkVariables } from "./checks.ts";

const USAGE = `Usage: ${bunRun("doctor")} [--json] [--data-dir DIR] [--prod | --deployment NAME]

  --json             print one JSON line
  --data-dir DIR     where \`${bunRun("dev")}\` keeps the local deployment (default: .quaver)
  --prod             the production deployment, instead of the one that .env.local names
  --deployment NAME  any other, as the Convex CLI takes it
`;

function readFlags() {
  try {
    return parseArgs({
      options: {
        json: { type: "boolean", default: false },
        "data-dir": { type: "string", default: DEFAULT_DATA_DIR },
        prod: { type: "boolean", default: false },
        deployment: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new CommandFailure("USAGE", `${messageOf(error)}\n\n${USAGE}`, { cause: error });
  }
}

async function examine(dataDir: string, selection: string[]): Promise<Findings> {
  const values = await readVariables(selection);
  const stripeUrl = stripeEmulator(dataDir, selection);
  const services = await askServices(values, { stripeUrl });
  const agent = checkAgent(values, stripeUrl !== undefined);
  return { variables: checkVariables(values), services: [...services, agent] };
}

async function main(): Promise<number> {
  const { json, help, prod, deployment, ...flags } = readFlags();
  if (help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const selection = prod ? ["--prod"] : deployment ? ["--deployment", deployment] : [];
  const findings = await examine(flags["data-dir"], selection);
  process.stdout.write(json ? jsonReport(findings) : textReport(findings));
  return isHealthy(findings.variables, findings.services) ? 0 : 1;
}

try {
  process.exit(await main());
} catch (error) {
  process.stderr.write(`\n${bunRun("doctor")} stopped [${codeOf(error)}]: ${messageOf(error)}\n`);
  process.exit(1);
}
