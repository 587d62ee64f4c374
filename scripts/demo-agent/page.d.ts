/** The types of `page.js`, which is JavaScript because it runs as it is, under Node, in a sandbox. */
export function escapeHtml(text: string): string;
export function titleOf(prompt: string): string;
export function hueOf(prompts: string[]): number;
export function finishedPage(prompts: string[]): string;
export function unfinishedPage(prompts: string[]): string;
