import { expect, test } from "vitest";
import { checkoutOutcome, parseRoute, pathOf } from "../src/lib/routes";

test("each page has a path that leads back to it", () => {
  const routes = [
    { page: "projects" },
    { page: "project", projectId: "jd7 ä/?#" },
    { page: "account" },
  ] as const;
  for (const route of routes) expect(parseRoute(pathOf(route))).toEqual(route);
});

test("a path that names no page is told apart", () => {
  for (const path of ["/projects", "/projects/a/b", "/account/x", "/elsewhere"]) {
    expect(parseRoute(path)).toEqual({ page: "missing" });
  }
});

test("a broken escape in an address is no crash", () => {
  expect(parseRoute("/projects/%E0%A4%A")).toEqual({ page: "project", projectId: "%E0%A4%A" });
});

test("Stripe's way back is recognised by the word it brings", () => {
  expect(checkoutOutcome("?checkout=success&session_id=cs_1")).toBe("success");
  expect(checkoutOutcome("?checkout=cancelled")).toBe("cancelled");
  expect(checkoutOutcome("?checkout=perhaps")).toBeNull();
  expect(checkoutOutcome("")).toBeNull();
});
