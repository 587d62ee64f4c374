export const style = `
.board { --width: 60rem; }
.write { padding: 0.75rem; }
.write textarea { border-color: transparent; background: none; font-size: 1.05rem; }
.write .row { justify-content: space-between; padding: 0.25rem 0.25rem 0.25rem 0.6rem; }
.dots { display: flex; gap: 0.5rem; margin: 0; padding: 0; border: 0; }
.dots label { display: grid; place-items: center; width: 2rem; height: 2rem; background: var(--hue, var(--surface)); border: 1px solid var(--field); border-radius: 99px; cursor: pointer; }
.dots label:has(:checked) { outline: 2px solid var(--accent-ink); outline-offset: 2px; }
.dots input { position: absolute; opacity: 0; }
.hue-1 { --hue: light-dark(oklch(0.95 0.08 95), oklch(0.36 0.06 95)); }
.hue-2 { --hue: light-dark(oklch(0.94 0.06 150), oklch(0.34 0.05 150)); }
.hue-3 { --hue: light-dark(oklch(0.94 0.04 240), oklch(0.34 0.06 250)); }
.hue-4 { --hue: light-dark(oklch(0.94 0.04 350), oklch(0.35 0.07 350)); }
.find { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; margin: 1.75rem 0 1rem; }
.find input { max-width: 18rem; }
ul.board { columns: 3 15rem; column-gap: 1rem; margin: 0; padding: 0; list-style: none; }
ul.board li { break-inside: avoid; margin-bottom: 1rem; padding: 1.1rem 1.1rem 0.5rem; background: var(--hue, var(--surface)); }
ul.board p { white-space: pre-wrap; }
ul.board footer { display: flex; align-items: center; justify-content: space-between; margin-top: 0.6rem; font-size: 0.82rem; color: var(--muted); }
ul.board .icon { width: 2.4rem; min-height: 2.4rem; color: var(--ink); }
ul.board [aria-pressed="true"] svg { fill: currentColor; }
ul.board .none { column-span: all; text-align: center; padding: 2.5rem 1rem; background: none; border-style: dashed; box-shadow: none; }
`;
