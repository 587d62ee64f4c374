/** Small apps that are made from prompts, without a model: the model emulator's and the demo agent's. Pure. */
export type { Plan } from "./plan.ts";
export { planFor } from "./plan.ts";
export { promptsIn } from "./page.ts";
export { titleOf } from "./words.ts";
