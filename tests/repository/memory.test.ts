import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recall, remember } from "../../scripts/dev/process/memory.ts";
import { tempFolder } from "../support/temp.ts";

test("a new data folder has no stored state", () => {
  expect(recall(tempFolder())).toEqual({ ports: {}, variables: {} });
});

test("the state is read as it was written, and only its owner can read the file", () => {
  const dataDir = join(tempFolder(), "made", "on the way");
  const memory = { ports: { clerk: 4000 }, variables: { DAYTONA_API_KEY: "0123" } };
  remember(dataDir, memory);
  expect(recall(dataDir)).toEqual(memory);
  expect(statSync(join(dataDir, "dev.json")).mode & 0o777).toBe(0o600);
  expect(readdirSync(dataDir)).toEqual(["dev.json"]);
});

test.each(["", "{", '{"ports":{"clerk":"many"},"variables":{}}', '{"ports":{"clerk":0}}'])(
  "a damaged file (%j) stops the start with a code, and stays as it is",
  (text) => {
    const dataDir = tempFolder();
    writeFileSync(join(dataDir, "dev.json"), text);
    expect(() => recall(dataDir)).toThrow(expect.objectContaining({ code: "DATA_FOLDER_CORRUPT" }));
  },
);
