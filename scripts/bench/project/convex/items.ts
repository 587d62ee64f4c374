/** What the benchmark calls: one indexed read of ten documents, and one insert. */
import { mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";

const GROUP_SIZE = 10;

/** The ten documents of a group. */
export const byGroup = queryGeneric({
  args: { group: v.number() },
  returns: v.array(v.any()),
  handler: async (ctx, { group }) =>
    ctx.db
      .query("items")
      .withIndex("by_group", (q) => q.eq("group", group))
      .take(GROUP_SIZE),
});

/** The newest document of a group, for the fan-out. */
export const newest = queryGeneric({
  args: { group: v.number() },
  returns: v.array(v.any()),
  handler: async (ctx, { group }) =>
    ctx.db
      .query("items")
      .withIndex("by_group", (q) => q.eq("group", group))
      .order("desc")
      .take(1),
});

/** Inserts one document. */
export const insert = mutationGeneric({
  args: { group: v.number(), text: v.string() },
  returns: v.id("items"),
  handler: async (ctx, item) => ctx.db.insert("items", item),
});

/** Inserts `count` documents, ten to a group, from `first` on. */
export const fill = mutationGeneric({
  args: { first: v.number(), count: v.number(), text: v.string() },
  returns: v.null(),
  handler: async (ctx, { first, count, text }) => {
    for (let i = first; i < first + count; i++) {
      await ctx.db.insert("items", { group: Math.floor(i / GROUP_SIZE), text });
    }
    return null;
  },
});
