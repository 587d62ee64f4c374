import { MAX_SYSCALL_BATCH } from "../../limits/transactions.ts";

/** A system call that a function waits for. */
interface Pending {
  readonly op: string;
  readonly args: string;
  readonly resolve: (result: string) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads that are answered together. */
const READS = new Set(["1.0/get", "1.0/queryStreamNext"]);

/** The system calls of one function, in the order in which it has made them. */
export class SyscallQueue {
  #pending: Pending[] = [];

  constructor(private readonly answer: (op: string, args: string) => string | Promise<string>) {}

  get empty(): boolean {
    return this.#pending.length === 0;
  }

  push(op: string, args: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ op, args, resolve, reject });
    });
  }

  /**
   * Answers the next call, or several reads in a row, before the function goes on
   * (crates/isolate/src/environment/udf/async_syscall.rs). @returns whether there was one
   */
  async answerNext(): Promise<boolean> {
    const batch = this.#nextBatch();
    const results = [];
    for (const { op, args } of batch) {
      try {
        results.push({ ok: true, value: await this.answer(op, args) } as const);
      } catch (error) {
        results.push({ ok: false, error } as const);
      }
    }
    for (const [i, { resolve, reject }] of batch.entries()) {
      const result = results[i];
      if (result?.ok === true) resolve(result.value);
      else reject(result?.error);
    }
    return batch.length > 0;
  }

  #nextBatch(): Pending[] {
    let length = 1;
    if (READS.has(this.#pending[0]?.op ?? "")) {
      while (length < MAX_SYSCALL_BATCH && READS.has(this.#pending[length]?.op ?? "")) length++;
    }
    return this.#pending.splice(0, length);
  }
}
