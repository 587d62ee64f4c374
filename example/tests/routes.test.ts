import { expect, test } from "vitest";
import { matchRoute } from "wouter";
import { parse } from "regexparam";
import { checkoutResult, PATHS, projectPath } from "../src/lib/routes";

test("a project's path leads to its page, whatever its id is", () => {
  const path = projectPath("jd7 ä/?#");
  expect(path).toMatch(/^\/projects\/[^/?#]+$/);
  expect(matchRoute(parse, PATHS.project, path)[0]).toBe(true);
});

test("the return from Stripe's checkout is recognised by its query string", () => {
  expect(checkoutResult("?checkout=success&session_id=cs_1")).toBe("success");
  expect(checkoutResult("?checkout=cancelled")).toBe("cancelled");
  expect(checkoutResult("?checkout=perhaps")).toBeNull();
  expect(checkoutResult("")).toBeNull();
});
