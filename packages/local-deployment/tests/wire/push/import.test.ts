import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { pushTarget } from "../support/wire_push.ts";

const LOADING =
  "Hit an error while pushing:\nLoading the pushed modules encountered the following\n    error:\n";
const target = pushTarget();
const imported = async (source: string) => await target.push({ modules: { "m.js": source } });
const syscall = (name: string) => `Convex.syscall("${name}", "{}");`;

/** What a module does while it is imported, and production's error. */
test.each([
  [
    "draws a UUID",
    "crypto.randomUUID();",
    "Uncaught Error: Cannot use cryptographic randomness at import time",
  ],
  [
    "draws bytes",
    "crypto.getRandomValues(new Uint8Array(1));",
    "Uncaught Error: Cannot use cryptographic randomness at import time",
  ],
  [
    "calls the database",
    syscall("1.0/get"),
    "Uncaught Error: Syscall 1.0/get unsupported at import time",
  ],
  ["awaits", "await Promise.resolve(1);", "Top-level awaits in source files are unsupported"],
  [
    "awaits a timer",
    "await new Promise((resolve) => setTimeout(resolve, 1));",
    "Top-level awaits in source files are unsupported",
  ],
  ["throws", 'throw new RangeError("out");', "Uncaught RangeError: out"],
  ["throws what is no error", "throw 5;", "Uncaught 5"],
])("a module that %s is refused", async (_name, source, words) => {
  const { status, code, message } = await imported(`${source}\nexport const a = 1;`);
  expect({ status, code }).toEqual({ status: 400, code: "InvalidModules" });
  expect(message.split("\n    at ")[0]?.trimEnd()).toBe(
    `${LOADING}Failed to analyze m.js: ${words}`,
  );
});

test("the error of a module that throws includes its log lines, before the stack", async () => {
  const { message } = await imported('console.log("one", { two: 2 });\nthrow new Error("no");');
  expect(message).toMatch(
    /Failed to analyze m\.js: Uncaught Error: no\n\n'one' \{\n {2}two: 2\n\}\n$/,
  );
});

test("the error of a Node module that throws includes its log lines", async () => {
  const throwing = 'console.log("one", { two: 2 });\nthrow new RangeError("out");';
  const { code, message } = await target.push({ nodeModules: { "n.js": throwing } });
  expect(code).toBe("InvalidModules");
  expect(message).toBe(
    `${LOADING}Uncaught Failed to analyze n.js: out\n\n[LOG] 'one' { two: 2 }\n`,
  );
});

test("the error of an isolate module is reported before that of a Node module", async () => {
  const source = 'throw new Error("no");';
  const project = { modules: { "z.js": source }, nodeModules: { "a.js": source } };
  const { message } = await target.push(project);
  expect(message).toContain("Failed to analyze z.js: Uncaught Error: no");
});

test.each([
  [
    "schema.js",
    { schema: "for (;;);" },
    "InvalidSchema",
    "Hit an error while pushing:\nHit an error while evaluating your schema:\nFunction execution timed out (maximum duration: 1s)\n",
  ],
  [
    "convex.config.js",
    { config: "for (;;);" },
    "InvalidConvexConfig",
    "Hit an error while pushing:\nFunction execution timed out (maximum duration: 1s)\n",
  ],
  [
    "auth.config.js",
    { modules: { "auth.config.js": "for (;;);" } },
    "InvalidAuthConfig",
    "Hit an error while pushing:\nThe pushed auth config is invalid: Function execution timed out (maximum duration: 1s)\n",
  ],
])("a %s that never ends is refused with its own error", async (_file, project, code, message) => {
  expect(await target.push(project)).toEqual({ status: 400, code, message });
});

test("a module that never ends is refused at production's limit", async () => {
  const { status, message } = await imported("for (;;);");
  expect(status).toBe(400);
  expect(message).toBe(`${LOADING}Function execution timed out (maximum duration: 4s)\n`);
});

test("a fetch that is not awaited is refused without failing the push, and sends nothing", async () => {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests++;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const source = `fetch("http://127.0.0.1:${port}/"); setTimeout(() => { throw 1; }, 0); export const a = 1;`;
  expect(await imported(source)).toMatchObject({ status: 200 });
  expect(requests).toBe(0);
});

test.each([
  ["the time", "if (Date.now() !== new Date().getTime()) throw 1;"],
  ["a random number", "Math.random();"],
  ["variables", "process.env.CONVEX_CLOUD_URL.length;"],
  ["a promise that is rejected", 'Promise.reject(new Error("left"));'],
  ["a digest", 'crypto.subtle.digest("SHA-256", new Uint8Array(1));'],
  ["an interval", "clearInterval(setInterval(() => 0, 1));"],
])("a module may use %s", async (_name, source) => {
  expect(await imported(source)).toMatchObject({ status: 200, message: "" });
});

test("a component's module sees the deployment's URLs and no variables of the app", async () => {
  const config = (type: object, childComponents: object[] = []) =>
    `export default { export: () => (${JSON.stringify({ definitionType: type, childComponents })}) };`;
  const outcome = await target.push({
    config: config({ type: "app" }, [{ name: "c", path: "c", args: [] }]),
    dependencies: ["c"],
    components: {
      c: {
        config: config({ type: "childComponent", name: "c", args: [] }),
        modules: { "m.js": "if (!process.env.CONVEX_CLOUD_URL || process.env.LABEL) throw 1;" },
      },
    },
  });
  expect(outcome).toMatchObject({ status: 200, message: "" });
});
