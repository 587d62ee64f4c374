import { expect, test } from "vitest";
import { checkoutResult, projectPath } from "../src/lib/routes";

test("a project's path leads to its page, whatever its id is", () => {
  expect(projectPath("jd7 ä/?#")).toBe("/projects/jd7%20%C3%A4%2F%3F%23");
});

test("the return from Stripe's checkout is recognised by its query string", () => {
  expect(checkoutResult("?checkout=success&session_id=cs_1")).toBe("success");
  expect(checkoutResult("?checkout=cancelled")).toBe("cancelled");
  expect(checkoutResult("?checkout=perhaps")).toBeNull();
  expect(checkoutResult("")).toBeNull();
});
