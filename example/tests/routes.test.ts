import { expect, test } from "vitest";
import { checkoutResult, parseRoute, pathOf } from "../src/lib/routes";

test("each page's path is parsed back to it", () => {
  const routes = [
    { page: "projects" },
    { page: "project", projectId: "jd7 ä/?#" },
    { page: "account" },
  ] as const;
  for (const route of routes) expect(parseRoute(pathOf(route))).toEqual(route);
});

test("an unknown path is not found", () => {
  for (const path of ["/projects", "/projects/a/b", "/account/x", "/elsewhere"]) {
    expect(parseRoute(path)).toEqual({ page: "notFound" });
  }
});

test("a malformed escape does not throw", () => {
  expect(parseRoute("/projects/%E0%A4%A")).toEqual({ page: "project", projectId: "%E0%A4%A" });
});

test("the return from Stripe's checkout is recognised by its query string", () => {
  expect(checkoutResult("?checkout=success&session_id=cs_1")).toBe("success");
  expect(checkoutResult("?checkout=cancelled")).toBe("cancelled");
  expect(checkoutResult("?checkout=perhaps")).toBeNull();
  expect(checkoutResult("")).toBeNull();
});
