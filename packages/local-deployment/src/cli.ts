#!/usr/bin/env bun
/** `bun packages/local-deployment/src/cli.ts --data-dir DIR [--port N] [--site-port N] [--egress HOST=URL]... [--knob NAME=NUMBER]... [--keep-contexts] [--wall-timeout-ms N]` */
import { parseArgs } from "node:util";
import { DeploymentError, messageOf } from "./lib/errors.ts";
import { startLocalDeployment } from "./deployment.ts";

function parse() {
  try {
    const { values } = parseArgs({
      options: {
        "data-dir": { type: "string" },
        port: { type: "string", default: "0" },
        "site-port": { type: "string", default: "0" },
        egress: { type: "string", multiple: true, default: [] },
        knob: { type: "string", multiple: true, default: [] },
        "keep-contexts": { type: "boolean", default: false },
        "wall-timeout-ms": { type: "string" },
      },
    });
    const dataDir = values["data-dir"];
    if (dataDir === undefined) throw new Error("--data-dir DIR is needed");
    const egress = Object.fromEntries(values.egress.map((entry) => splitEgress(entry)));
    const knobs = Object.fromEntries(values.knob.map((entry) => splitKnob(entry)));
    const [port, sitePort] = [Number(values.port), Number(values["site-port"])];
    const keepContexts = values["keep-contexts"];
    const wallTimeout = values["wall-timeout-ms"];
    const wallTimeoutMs = wallTimeout === undefined ? {} : { wallTimeoutMs: Number(wallTimeout) };
    return { dataDir, port, sitePort, egress, knobs, keepContexts, ...wallTimeoutMs };
  } catch (error) {
    throw new DeploymentError("INVALID_OPTION", messageOf(error));
  }
}

function splitEgress(entry: string): [string, string] {
  const at = entry.indexOf("=");
  if (at < 1 || !URL.canParse(entry.slice(at + 1)))
    throw new Error(`--egress ${entry} is not HOST=URL`);
  return [entry.slice(0, at), entry.slice(at + 1)];
}

function splitKnob(entry: string): [string, number] {
  const at = entry.indexOf("=");
  return [entry.slice(0, at), Number(entry.slice(at + 1))];
}

try {
  const deployment = await startLocalDeployment(parse());
  const { url, siteUrl, adminKey } = deployment;
  const stop = () => {
    void deployment.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  process.stdout.write(`${JSON.stringify({ event: "ready", url, siteUrl, adminKey })}\n`);
} catch (error) {
  const code = error instanceof DeploymentError ? error.code : "UNEXPECTED";
  process.stderr.write(`${JSON.stringify({ event: "error", code, message: messageOf(error) })}\n`);
  process.exit(1);
}
