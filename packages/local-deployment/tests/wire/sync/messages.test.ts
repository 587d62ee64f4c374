import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestDeployment } from "../../../../../tests/support/deployment.ts";
import { aFolder } from "../support/deployment.ts";
import { RawClient } from "../support/sync.ts";

/** Nothing is pushed to it: messages are checked before any function is called. */
let deployment: TestDeployment;
beforeAll(async () => {
  deployment = await TestDeployment.start(aFolder("file"));
});
afterAll(async () => {
  await deployment.kill();
});

describe("a malformed message", () => {
  const nested = '{"a":'.repeat(100_000) + "1" + "}".repeat(100_000);
  test.each([
    ["no JSON", "{"],
    ["no object", "5"],
    ["an unknown type", '{"type":"Teapot"}'],
    [
      "a wrong version",
      '{"type":"ModifyQuerySet","baseVersion":7,"newVersion":8,"modifications":[]}',
      "BaseVersionMismatch",
    ],
    [
      "a wrong identity version",
      '{"type":"Authenticate","baseVersion":3,"tokenType":"None"}',
      "BaseVersionMismatch",
    ],
    [
      "a request number that is none",
      '{"type":"Mutation","requestId":1e99,"udfPath":"a","args":[]}',
    ],
    ["deep nesting", `{"type":"Mutation","requestId":1,"udfPath":"things:add","args":[${nested}]}`],
    [
      "a session id of a megabyte",
      JSON.stringify({
        type: "Connect",
        sessionId: "x".repeat(1e6),
        connectionCount: 0,
        lastCloseReason: null,
      }),
    ],
    [
      "a timestamp that is none",
      '{"type":"Connect","sessionId":"a","connectionCount":0,"lastCloseReason":null,"maxObservedTimestamp":"AA=="}',
    ],
  ])(
    "%s ends its connection with a FatalError, and no other connection",
    async (_what, text, expected = "") => {
      const bystander = await RawClient.open(deployment.url);
      const client = await RawClient.open(deployment.url, null);
      client.send(text);
      const answer = await client.next();
      expect(answer.type).toBe("FatalError");
      expect(answer.error).toContain(expected);
      await client.closed;
      bystander.add(1, "calls:double", { n: 2 });
      expect((await bystander.update(1)).errorMessage).toContain("Could not find public function");
    },
  );
});
