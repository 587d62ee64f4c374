/** `bun run bench cost`: what each public function reads and writes, at 10² to 10⁵ messages in a project. */
import { measureAt, type FunctionCost, type SizeReport } from "../../tests/proofs/scale/measure.ts";
import { ScaleWorld } from "../../tests/proofs/scale/scale-world.ts";

const SIZES = [100, 1_000, 10_000, 100_000];
/** Each with a project and rows in every other table. */
const MAX_OTHER_USERS = 10_000;

/** Measures, and prints two tables: documents, and bytes. */
export async function benchCost(): Promise<void> {
  const scale = await ScaleWorld.start();
  try {
    const reports: SizeReport[] = [];
    for (const messages of SIZES) {
      const otherUsers = Math.min(messages, MAX_OTHER_USERS);
      reports.push(await measureAt(scale, { messages, otherUsers }));
    }
    print(
      "Documents read (of which returned) / written, by messages in the project",
      reports,
      documents,
    );
    print("Bytes read / written, by messages in the project", reports, bytes);
  } finally {
    await scale.close();
  }
}

function documents({ cost, returned }: FunctionCost): string {
  const read = returned === 0 ? String(cost.read) : `${cost.read} (${returned})`;
  return `${read} / ${cost.written}`;
}

function bytes({ cost }: FunctionCost): string {
  return `${cost.readBytes.toLocaleString("en")} / ${cost.writtenBytes.toLocaleString("en")}`;
}

function print(
  title: string,
  reports: readonly SizeReport[],
  show: (cost: FunctionCost) => string,
): void {
  const rows = new Map<string, Record<string, string>>();
  for (const { size, costs } of reports) {
    for (const cost of costs) {
      const column = size.messages.toLocaleString("en");
      rows.set(cost.name, { ...rows.get(cost.name), [column]: show(cost) });
    }
  }
  process.stdout.write(`\n${title}\n`);
  console.table(Object.fromEntries(rows));
}
