/** Features of production that the local deployment lacks are refused by name. */
import { describe, expect, test } from "vitest";
import { fixtureDeployment } from "../support/deployment.ts";
import { post } from "../support/http.ts";

const fixture = fixtureDeployment();

const STORAGE = "File storage (`ctx.storage`) is not in the local deployment.";
const reads = { getUrl: STORAGE, getMetadata: STORAGE };
const writes = { ...reads, generateUploadUrl: STORAGE, delete: STORAGE };
const inActions = { ...writes, get: STORAGE, store: STORAGE };
const audit = "The audit log (`log.audit`) is not in the local deployment.";
const vectorSearch = "Vector search (`ctx.vectorSearch`) is not in the local deployment.";
const search =
  "Search and vector indexes are not in the local deployment (index searched.by_text).";

describe("unsupported calls in functions are refused by name", () => {
  test.each([
    ["query", "refused:inQuery", { ...reads, audit, search }],
    ["mutation", "refused:inMutation", { ...writes, audit }],
    ["action", "refused:inAction", { ...inActions, audit, vectorSearch }],
    ["action", "refusedInNode:inAction", { ...inActions, audit, vectorSearch }],
  ])("a %s, %s", async (kind, path, messages) => {
    const { json } = await post(`${fixture.current.url}/api/${kind}`, { path, args: {} });
    expect(json).toEqual({ status: "success", value: messages });
  });

  test("an HTTP action", async () => {
    const { json } = await post(`${fixture.current.siteUrl}/refused`, {});
    expect(json).toEqual(inActions);
  });
});

describe("the official CLI", () => {
  test("passes its network test", async () => {
    const { code, stderr } = await fixture.project.convex("network-test");
    expect(stderr).toContain("Network test passed.");
    expect(code).toBe(0);
  });

  test.each([
    [
      ["import", "--table", "things", "things.json"],
      "Importing data is not in the local deployment",
    ],
    [["export", "--path", "all.zip"], "Exporting data is not in the local deployment"],
    [
      ["run", "--inline-query", "1 + 1"],
      "Queries that are not pushed (`npx convex run --inline-query`) are not",
    ],
    [["deployment", "usage"], "Usage and its limits are not in the local deployment"],
    [
      ["deployment", "usage-limits", "list"],
      "Usage and its limits are not in the local deployment",
    ],
  ])("reports %j as unsupported", async (args, sentence) => {
    fixture.project.write({ "things.json": '[{"group":"imported","name":"one"}]' });
    const { code, stderr } = await fixture.project.convex(...args);
    expect(stderr).toContain(`NotInLocalDeployment: ${sentence}`);
    expect(stderr).not.toMatch(/Unexpected Error|\n {4}at /);
    expect(code).toBe(1);
  });

  test("shows an empty table of files", async () => {
    const { code, stdout, stderr } = await fixture.project.convex("data", "_storage");
    expect(stdout + stderr).toContain("There are no documents in this table.");
    expect(code).toBe(0);
  });
});

test("/echo returns the request's body", async () => {
  const { status, text } = await post(`${fixture.current.url}/echo`, "what is sent");
  expect([status, text]).toEqual([200, "what is sent"]);
});
