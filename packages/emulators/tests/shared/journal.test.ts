import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openJournal } from "../../src/shared/journal.ts";
import { aDataDir } from "../support/emulators.ts";

const aFile = () => join(aDataDir(), "data.jsonl");
const numbers = (file: string) => {
  const journal = openJournal(file);
  return { journal, table: journal.table("numbers", z.number()) };
};

describe("a journal", () => {
  test("has every commit when it is opened again without having been closed", () => {
    const file = aFile();
    const { journal, table } = numbers(file);
    journal.commit(table.put("one", 1), table.put("two", 2));
    journal.commit(table.remove("one"), table.put("two", 22));
    expect(numbers(file).table.values()).toEqual([22]);
  });

  test("equals a map after any sequence of writes", () => {
    const step = fc.record({ key: fc.constantFrom("a", "b", "c"), value: fc.option(fc.integer()) });
    fc.assert(
      fc.property(fc.array(fc.array(step), { maxLength: 8 }), (commits) => {
        const file = aFile();
        const model = new Map<string, number>();
        for (const steps of commits) {
          const { journal, table } = numbers(file);
          const changes = steps.map(({ key, value }) =>
            value === null ? table.remove(key) : table.put(key, value),
          );
          journal.commit(...changes);
          for (const { key, value } of steps) {
            if (value === null) model.delete(key);
            else model.set(key, value);
          }
          journal.close();
        }
        const { table } = numbers(file);
        for (const key of ["a", "b", "c"]) expect(table.get(key)).toBe(model.get(key));
      }),
      { numRuns: 50 },
    );
  });

  test("drops only the entry that a crash cut off", () => {
    const file = aFile();
    const { journal, table } = numbers(file);
    journal.commit(table.put("kept", 1));
    appendFileSync(file, '[{"table":"numbers","key":"torn","val');
    const again = numbers(file);
    expect(again.table.get("kept")).toBe(1);
    expect(again.table.get("torn")).toBeUndefined();
    again.journal.commit(again.table.put("next", 2));
    expect(numbers(file).table.values()).toEqual([1, 2]);
  });

  test("is compacted at each start", () => {
    const file = aFile();
    const { journal, table } = numbers(file);
    for (let n = 0; n < 1000; n += 1) journal.commit(table.put("n", n));
    const grown = statSync(file).size;
    expect(numbers(file).table.get("n")).toBe(999);
    expect(statSync(file).size).toBeLessThan(grown / 500);
  });

  test("refuses writes once closed, whose file descriptor may be another file's", () => {
    const file = aFile();
    const { journal, table } = numbers(file);
    journal.close();
    expect(() => journal.commit(table.put("late", 1))).toThrow("closed");
    expect(numbers(file).table.values()).toEqual([]);
  });

  test("can be read by its owner only", () => {
    const file = aFile();
    openJournal(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test.each([
    ["what isn't JSON", "nonsense\n"],
    ["what isn't an entry", '{"table":"numbers"}\n'],
    ["binary rubbish", "\u0000\u0001\n"],
  ])("refuses %s, naming the line, and leaves the file alone", (_, rubbish) => {
    const file = aFile();
    const { journal, table } = numbers(file);
    journal.commit(table.put("kept", 1));
    writeFileSync(file, rubbish, { flag: "a" });
    const before = readFileSync(file);
    expect(() => openJournal(file)).toThrow(
      expect.objectContaining({
        code: "DATA_CORRUPT",
        message: expect.stringContaining(":2 ") as string,
      }),
    );
    expect(readFileSync(file)).toEqual(before);
  });

  test("refuses an invalid row, naming it", () => {
    const file = aFile();
    writeFileSync(file, '[{"table":"numbers","key":"bad","value":"one"}]\n');
    expect(() => numbers(file)).toThrow(
      expect.objectContaining({
        code: "DATA_CORRUPT",
        message: expect.stringContaining("bad") as string,
      }),
    );
  });
});
