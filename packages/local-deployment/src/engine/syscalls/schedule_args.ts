import { z } from "zod";
import { address } from "../addresses.ts";

/** Arguments of `schedule` and `actions/schedule`; `ts` is in seconds since 1970. */
export const scheduleArgs = address.extend({ ts: z.number(), args: z.json() });

/** Arguments of `cancel_job` and `actions/cancel_job`. */
export const cancelArgs = z.object({ id: z.string() });
