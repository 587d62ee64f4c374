import { expect, test } from "vitest";
import { isCronExpression } from "../../src/push/modules/cron_expression.ts";

test.each([
  "* * * * *",
  "*/15 0 1,15 * 1-5",
  "0/5,*/7 *\t* JAN-mar SUN",
  "0 0 L * *",
  "0 0 LW * *",
  "0 0 L-3W * *",
  "0 0 15W * *",
  "0 0 * * 5L",
  "0 0 * * MON#2",
  "50-10 * * * *",
])("%j is read", (expression) => {
  expect(isCronExpression(expression)).toBe(true);
});

test.each([
  "",
  "* * * *",
  "* * * * * *",
  "@daily",
  " * * * * *",
  "60 * * * *",
  "* 24 * * *",
  "* * 0 * *",
  "* * 32 * *",
  "* * * 13 *",
  "* * * * 7",
  "*/0 * * * *",
  "*/60 * * * *",
  "*,5 * * * *",
  "* * 3,L * *",
  "* * L-31 * *",
  "* * * * MON#6",
  "* * ? * *",
])("%j is not", (expression) => {
  expect(isCronExpression(expression)).toBe(false);
});
