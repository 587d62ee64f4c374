import { failure, fieldsOf, saying, type Case } from "./case.ts";
import { api } from "../wire/support/api.ts";

const { jobs, ticks } = api;
const FAR_MS = 1e9;

/** Scheduled functions and their state. */
export const schedulingCases: readonly Case[] = [
  {
    name: "a scheduled function is pending, with its name, its arguments and its time",
    act: async ({ query, mutation }, by) => {
      const id = await mutation(jobs.schedule, { what: "tick", by, after: FAR_MS });
      const job = fieldsOf(await query(jobs.get, { id }));
      return {
        ...job,
        _id: job._id === id,
        _creationTime: 0,
        scheduledTime: Number(job.scheduledTime) > 0,
      };
    },
    expected: {
      _id: true,
      _creationTime: 0,
      name: "ticks.js:tick",
      args: [{ by: saying("contract") }],
      scheduledTime: true,
      state: { kind: "pending" },
    },
    differs: { "convex-test": "it names functions without `.js`" },
  },
  {
    name: "one that is canceled does not run",
    act: async ({ query, mutation }, by) => {
      const id = await mutation(jobs.schedule, { what: "tick", by, after: FAR_MS });
      await mutation(jobs.cancel, { id });
      return [fieldsOf(await query(jobs.stateOf, { id })).kind, await query(ticks.count, { by })];
    },
    expected: ["canceled", 0],
  },
  {
    name: "more than 1,000 by one mutation are refused",
    act: ({ mutation }) => failure(mutation(jobs.scheduleMany, { count: 1001 })),
    expected: saying("Too many functions scheduled by this mutation (limit: 1000)"),
    differs: { "convex-test": "it has no such limit" },
  },
];
