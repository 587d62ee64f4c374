import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { api } from "../support/api.ts";
import {
  aDeployment,
  aProject,
  aPushedDeployment,
  fixtureDeployment,
} from "../support/deployment.ts";
import { post } from "../support/http.ts";
import { setEnvironment } from "../../../../../tests/support/project.ts";

const schema = (table: string) => `
  import { defineSchema, defineTable } from "convex/server";
  import { v } from "convex/values";
  export default defineSchema({ notes: ${table} });
`;
const notes = (version: number) => `
  import { mutationGeneric as mutation, queryGeneric as query } from "convex/server";
  export const version = query({ handler: async () => ${String(version)} });
  export const add = mutation({ handler: async (ctx, doc) => await ctx.db.insert("notes", doc) });
  export const all = query({ handler: async (ctx) => await ctx.db.query("notes").collect() });
`;
const byText = `
  import { queryGeneric as query } from "convex/server";
  export const find = query({ handler: async (ctx, { text }) =>
    (await ctx.db.query("notes").withIndex("by_text", (q) => q.eq("text", text)).collect()).length });
`;

const SMALL_PROJECT = {
  "convex/schema.ts": schema("defineTable({ text: v.string() })"),
  "convex/notes.ts": notes(1),
};

/** A deployment to which the small project has been pushed, for one test. */
async function aSmallProject() {
  const deployment = await aPushedDeployment(SMALL_PROJECT);
  const project = aProject(deployment, SMALL_PROJECT);
  const client = new ConvexHttpClient(deployment.url, { logger: false });
  const query = async (path: string, args = {}) => {
    const [module = "", name = ""] = path.split(":");
    return (await client.query(anyApi[module]![name]!, args)) as unknown;
  };
  const add = async (doc: object) =>
    (await client.mutation(anyApi.notes!.add!, { ...doc })) as unknown;
  return { deployment, project, query, add };
}

describe("a push", () => {
  test("keeps the data, backfills a new index, and removes functions and indexes that are gone", async () => {
    const { project, query, add } = await aSmallProject();
    for (const text of ["a", "b", "a"]) await add({ text });
    const before = await query("notes:all");

    project.write({
      "convex/schema.ts": schema('defineTable({ text: v.string() }).index("by_text", ["text"])'),
      "convex/notes.ts": notes(2),
      "convex/search.ts": byText,
    });
    const { stderr, stdout, code } = await project.push();
    expect(code, stderr).toBe(0);
    expect(stdout + stderr).toContain("notes.by_text");
    expect(await query("notes:version")).toBe(2);
    expect(await query("search:find", { text: "a" })).toBe(2);
    expect(await query("notes:all")).toEqual(before);

    project.write({
      "convex/schema.ts": schema("defineTable({ text: v.string() })"),
      "convex/search.ts": "export {};",
    });
    await project.pushed();
    await expect(query("search:find", { text: "a" })).rejects.toThrow(
      "Could not find public function for 'search:find'",
    );
    expect(await query("notes:all")).toEqual(before);
  });

  test(
    "stages an index, which can be queried when it is enabled",
    { timeout: 90_000 },
    async () => {
      const { project, query, add } = await aSmallProject();
      const indexed = (options: string) => ({
        "convex/schema.ts": schema(
          `defineTable({ text: v.string() }).index("by_text", ${options})`,
        ),
      });
      const staged = indexed('{ fields: ["text"], staged: true }');
      const outputOf = async (files: Readonly<Record<string, string>>) => {
        project.write(files);
        const { stdout, stderr } = await project.push();
        return stdout + stderr;
      };
      expect(await outputOf({ ...staged, "convex/search.ts": byText })).toContain(
        "Added staged table indexes:",
      );
      await add({ text: "a" });
      const refused =
        "Index notes.by_text is currently staged and not available to query until it is enabled.";
      await expect(query("search:find", { text: "a" })).rejects.toThrow(refused);

      expect(await outputOf(indexed('["text"]'))).toContain("These indexes are now enabled:");
      expect(await query("search:find", { text: "a" })).toBe(1);

      expect(await outputOf(staged)).toContain("These indexes are now staged:");
      await expect(query("search:find", { text: "a" })).rejects.toThrow(refused);
    },
  );

  test("whose schema the stored documents violate is refused with their table and id, and the old code keeps running", async () => {
    const { project, query, add } = await aSmallProject();
    const id = (await add({ text: "a" })) as string;
    project.write({
      "convex/schema.ts": schema("defineTable({ text: v.number() })"),
      "convex/notes.ts": notes(2),
    });
    const { code, stdout, stderr } = await project.push();
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain('table "notes"');
    expect(stdout + stderr).toContain(id);
    expect(await query("notes:version")).toBe(1);
    await expect(add({ text: 5 })).rejects.toThrow("does not match the schema");
    await add({ text: "b" });
  });

  test("that fails prints the reason with the lines of the TypeScript, and changes nothing", async () => {
    const { project, query } = await aSmallProject();
    const refused = async (files: Record<string, string>) => {
      project.write({ "convex/notes.ts": notes(2), ...files });
      const { code, stdout, stderr } = await project.push();
      expect(code).not.toBe(0);
      expect(await query("notes:version")).toBe(1);
      for (const path of Object.keys(files)) rmSync(join(project.folder, path));
      return stdout + stderr;
    };
    expect(await refused({ "convex/broken.ts": "export const a = ;" })).toContain("broken.ts");
    const thrown = await refused({
      "convex/broken.ts": "\n\nconst nothing: any = undefined;\nexport const a = nothing.here;",
    });
    expect(thrown).toContain("Failed to analyze broken.js");
    expect(thrown).toMatch(/convex\/broken\.ts:4/);
    const auth = "convex/auth.config.ts";
    const unset =
      "export default { providers: [{ domain: process.env.NOT_SET, applicationID: 'a' }] };";
    expect(await refused({ [auth]: unset })).toContain("NOT_SET");
  }, 90_000);

  // The other suites of this folder have each refusal; this one shows how the CLI prints them.
  test("that production refuses is refused with production's message", async () => {
    const { project } = await aSmallProject();
    const indexed = schema('defineTable({ text: v.string() }).index("by_id", ["text"])');
    project.write({ "convex/schema.ts": indexed });
    const { code, stdout, stderr } = await project.push();
    expect(code).not.toBe(0);
    const output = stdout + stderr;
    expect(output).toContain("400 Bad Request: IndexNameReserved: Hit an error while pushing:");
    expect(output).toContain('cannot name an index "by_id" because the name is reserved');
  });

  test(
    "is refused until the variables that its config declares are set",
    { timeout: 90_000 },
    async () => {
      const { deployment, project, query } = await aSmallProject();
      project.write({
        "convex/notes.ts": notes(2),
        "convex/convex.config.ts": `
        import { defineApp } from "convex/server";
        import { v } from "convex/values";
        export default defineApp({ env: { NEEDED: v.string(), MODE: v.optional(v.union(v.literal("a"), v.literal("b"))) } });`,
      });
      const missing = await project.push();
      expect(missing.code).not.toBe(0);
      expect(missing.stdout + missing.stderr).toContain("NEEDED");
      expect(await query("notes:version")).toBe(1);
      await setEnvironment(deployment, { NEEDED: "there", MODE: "a" });
      await project.pushed();
      expect(await query("notes:version")).toBe(2);
      // From now on changes that violate the declaration are refused, and change nothing.
      const refused = async (...args: string[]) => {
        const { code, stderr } = await project.convex("env", ...args);
        expect(code).not.toBe(0);
        return stderr;
      };
      expect(await refused("remove", "NEEDED")).toContain("RequiredEnvironmentVariable");
      await expect(setEnvironment(deployment, { MODE: "c" })).rejects.toThrow(
        "InvalidEnvironmentVariable",
      );
      await expect(setEnvironment(deployment, { LARGE: "é".repeat(4097) })).rejects.toThrow(
        "The environment variable value is 8194 bytes, which is too large.",
      );
      const { stdout } = await project.convex("env", "list");
      expect(stdout.trim().split("\n").sort()).toEqual(["MODE=a", "NEEDED=there"]);
    },
  );
});

describe("start_push without the CLI", () => {
  const source = (version: number) => `
    const f = () => undefined;
    f.isQuery = true; f.isPublic = true;
    f.exportArgs = () => '{"type":"any"}'; f.exportReturns = () => 'null';
    f.invokeQuery = async () => '${String(version)}';
    export { f };`;
  const body = (adminKey: string, version: number) => ({
    adminKey,
    dryRun: false,
    functions: "convex/",
    appDefinition: {
      definition: null,
      dependencies: [],
      schema: null,
      changedModules: [{ path: "m.js", source: source(version), environment: "isolate" }],
      unchangedModuleHashes: [],
      udfServerVersion: "1.48.0",
    },
    componentDefinitions: [],
    nodeDependencies: [],
  });

  test("activates nothing; finish_push does, once; after another change it fails as RaceDetected", async () => {
    const { url, adminKey } = await aDeployment();
    const call = (path: string, json: object) => post(`${url}/api/deploy2/${path}`, json);
    const version = async () =>
      (await post(`${url}/api/query`, { path: "m:f", args: {} })).json?.value;
    const first = await call("start_push", body(adminKey, 1));
    expect(first.status, first.text).toBe(200);
    expect(await version()).toBeUndefined();
    const finish = (startPush: object | undefined) =>
      call("finish_push", { adminKey, startPush, dryRun: false });
    expect((await finish(first.json)).status).toBe(200);
    expect(await version()).toBe(1);
    const second = await call("start_push", body(adminKey, 2));
    await setEnvironment({ url, adminKey }, { CHANGED: "meanwhile" });
    expect(await finish(second.json)).toMatchObject({
      status: 400,
      json: { code: "RaceDetected" },
    });
    expect((await finish(first.json)).json?.code).toBe("RaceDetected");
    expect(await version()).toBe(1);
    const dry = await call("start_push", body(adminKey, 3));
    await call("finish_push", { adminKey, startPush: dry.json, dryRun: true });
    expect(await version()).toBe(1);
  });

  test("of invalid crons or auth config is refused, and a restart succeeds", async () => {
    const deployment = await aDeployment();
    const { url, adminKey } = deployment;
    const refusal = async (path: string, text: string) => {
      const push = body(adminKey, 2);
      push.appDefinition.changedModules.push({ path, source: text, environment: "isolate" });
      const { status, json } = await post(`${url}/api/deploy2/start_push`, push);
      expect(status).toBe(400);
      return `${String(json?.code)}: ${String(json?.message)}`;
    };
    const crons = (exported: string) =>
      `export default { isCrons: true, export: () => '${exported}' };`;
    const moon =
      '{"moon":{"name":"m:f","args":[{}],"schedule":{"type":"cron","cron":"every full moon"}}}';
    expect(await refusal("crons.js", crons(moon))).toContain("Failed to parse cron expression");
    const auth = (domain: string) =>
      `export default { providers: [{ domain: "${domain}", applicationID: "a" }] };`;
    expect(await refusal("auth.config.js", auth("no domain"))).toMatch(
      /^InvalidAuthConfig: [^]*no domain/,
    );
    await deployment.kill();
    await deployment.restart();
  });

  test("of a malformed request is refused with an error of its own", async () => {
    const { url, adminKey } = await aDeployment();
    const start = (json: object) => post(`${url}/api/deploy2/start_push`, json);
    expect((await start({ adminKey })).status).toBe(400);
    const broken = body(adminKey, 1);
    broken.appDefinition.changedModules[0]!.source = "export const = ;";
    expect(await start(broken)).toMatchObject({ status: 400, json: { code: "InvalidModules" } });
    const escaping = body(adminKey, 1);
    escaping.appDefinition.changedModules[0]!.source = 'import "../../../../etc/passwd";';
    expect((await start(escaping)).status).toBe(400);
    const rejecting = body(adminKey, 1);
    rejecting.appDefinition.changedModules[0]!.source =
      'Promise.reject(new Error("left")); export const a = 1;';
    expect((await start(rejecting)).status).toBeLessThan(500);
    const unknown = body(adminKey, 1);
    const hash = { path: "gone.js", environment: "isolate", sha256: "0" };
    const known = {
      ...unknown,
      appDefinition: { ...unknown.appDefinition, unchangedModuleHashes: [hash] },
    };
    expect(await start(known)).toMatchObject({
      status: 409,
      json: { code: "MissingExistingModule" },
    });
    const notBrotli = await post(`${url}/api/deploy2/start_push`, "not brotli", {
      "content-encoding": "br",
    });
    expect(notBrotli).toMatchObject({ status: 400, json: { code: "BadJsonBody" } });
    expect((await start(body(adminKey, 1))).status).toBe(200);
  });
});

describe("the official CLI", () => {
  const fixture = fixtureDeployment();
  const convex = async (...args: string[]) => {
    const { code, stdout, stderr } = await fixture.project.convex(...args);
    expect(code, stdout + stderr).toBe(0);
    return stdout;
  };

  test("sets, shows and removes variables, which functions see at once", async () => {
    await convex("env", "set", "GREETING", "hello world");
    expect(await convex("env", "get", "GREETING")).toBe("hello world\n");
    const client = new ConvexHttpClient(fixture.current.url, { logger: false });
    expect(await client.query(api.rules.environment, { names: ["GREETING"] })).toEqual({
      GREETING: "hello world",
    });
    await convex("env", "remove", "GREETING");
    const left = await convex("env", "list");
    expect(left).toContain("LABEL=of the app");
    expect(left).not.toContain("GREETING");
  });

  test("runs functions, internal ones and components' too, and shows what was stored", async () => {
    await convex("run", "ticks:tick", '{"by":"the operator"}');
    expect(await convex("run", "calls:secret")).toContain("for the operator");
    expect(await convex("run", "--component", "counter", "lib:add", '{"by":4}')).toContain("4");
    expect(await convex("data")).toContain("ticks");
    expect(await convex("data", "ticks")).toContain('"the operator"');
    const failed = await fixture.project.convex("run", "calls:refuses");
    expect(failed.code).not.toBe(0);
    expect(failed.stderr).toContain("REFUSED");
  });

  test("lists the functions, and writes generated code without changing anything", async () => {
    const spec = JSON.parse(await convex("function-spec")) as {
      functions: { identifier: string }[];
    };
    const identifiers = spec.functions.map(({ identifier }) => identifier);
    expect(identifiers).toEqual(expect.arrayContaining(["things.js:add", "calls.js:secret"]));
    fixture.project.write({ "convex/added.ts": notes(1) });
    await convex("codegen", "--typecheck", "disable");
    const generated = join(fixture.project.folder, "convex/_generated/api.d.ts");
    expect(existsSync(generated)).toBe(true);
    expect(readFileSync(generated, "utf8")).toContain("added");
    const client = new ConvexHttpClient(fixture.current.url, { logger: false });
    await expect(client.query(anyApi.added!.version!, {})).rejects.toThrow(
      "Could not find public function",
    );
  });

  test("follows the logs", async () => {
    const client = new ConvexHttpClient(fixture.current.url, { logger: false });
    const said = fixture.project.follow("logs", "--history", "10");
    const called = setInterval(() => {
      // The last call may still be running when the deployment ends.
      client.query(api.calls.logs, {}).catch(() => undefined);
    }, 100);
    onTestFinished(() => {
      clearInterval(called);
    });
    await said.until("'hello' {\n  a: 1\n}");
    await said.until("calls:logs");
  });
});
