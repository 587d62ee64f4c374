/**
 * Markdown in blocks, so that of a growing text only the last block is parsed anew, and one that a parser would take
 * long for costs itself alone.
 */

const FENCE = /^(`{3,}|~{3,})(?!.*`)|^~{3,}/;
const DEFINITION = /^ {0,3}\[[^\]\n]+\]:/m;

// A paragraph, list or table; people's and agents' are below 2,000. A parser's time may grow with the square of it.
const MAX_BLOCK_LENGTH = 10_000; // characters
const TOO_DEEP = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])[ \t])){20}/m; // lists and quotes in each other

/** Splits a text where that changes nothing: the blocks, one after the other, mean what the text does. */
export function splitBlocks(text: string): string[] {
  if (DEFINITION.test(text)) return [text]; // what a link refers to may stand anywhere
  const blocks: string[] = [];
  let block: string[] = [];
  const end = (): void => {
    if (block.some((line) => line.trim() !== "")) blocks.push(block.join("\n"));
    block = [];
  };
  let fence: string | null = null;
  for (const line of text.split("\n")) {
    if (fence !== null) {
      block.push(line);
      if (closes(line, fence)) {
        fence = null;
        end();
      }
      continue;
    }
    const opening = FENCE.exec(line)?.[0];
    if (opening !== undefined || (block.at(-1)?.trim() === "" && beginsBlock(line))) end();
    if (opening !== undefined) fence = opening;
    block.push(line);
  }
  end();
  return blocks;
}

/** Is a block Markdown, and of a size that it can be read as such? Otherwise it is shown as it is written. */
export function isReadable(block: string): boolean {
  if (FENCE.test(block)) return true;
  return block.length <= MAX_BLOCK_LENGTH && !TOO_DEEP.test(block);
}

function closes(line: string, fence: string): boolean {
  const mark = line.trim();
  return mark.startsWith(fence) && mark.replaceAll(fence.charAt(0), "") === "";
}

/** Does a line after an empty one begin something new? An indented one, or an item, goes on with a list. */
function beginsBlock(line: string): boolean {
  return !/^(\s|[-*+]\s|\d{1,9}[.)]\s|$)/.test(line);
}
