import { expect, test } from "vitest";
import { checkoutResult, parseRoute, pathOf } from "../src/lib/routes";

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
    expect(parseRoute(path)).toEqual({ page: "notFound" });
  }
});

test("a broken escape in an address is no crash", () => {
  expect(parseRoute("/projects/%E0%A4%A")).toEqual({ page: "project", projectId: "%E0%A4%A" });
});

test("Stripe's way back is recognised by the word it brings", () => {
  expect(checkoutResult("?checkout=success&session_id=cs_1")).toBe("success");
  expect(checkoutResult("?checkout=cancelled")).toBe("cancelled");
  expect(checkoutResult("?checkout=perhaps")).toBeNull();
  expect(checkoutResult("")).toBeNull();
});
