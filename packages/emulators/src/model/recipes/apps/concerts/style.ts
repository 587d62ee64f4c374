export const style = `
.concerts { --width: 50rem; }
.concerts ol.concerts { display: grid; gap: 1.25rem; margin: 0 0 1.25rem; padding: 0; list-style: none; }
.concert { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 1.25rem; padding: 1.35rem; }
.day { align-self: start; width: 4.6rem; padding: 0.6rem 0.25rem 0.7rem; text-align: center; line-height: 1.15; color: var(--accent-ink); background: var(--accent-soft); border-radius: var(--control-radius); }
.day b { display: block; font-size: 1.8rem; letter-spacing: -0.03em; font-variant-numeric: tabular-nums; }
.day span { font-size: 0.85rem; font-weight: 600; }
.concert h2 { margin-bottom: 0.3rem; font-size: 1.3rem; }
.voices { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 0.5rem; margin: 1.1rem 0 0; padding: 0; list-style: none; }
.voices li { padding: 0.45rem 0.7rem; font-size: 0.85rem; border: 1px solid var(--line); border-radius: var(--control-radius); }
.voices b { display: block; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
.voices .missing { border-style: dashed; border-color: var(--field); }
.singers { display: flex; flex-wrap: wrap; gap: 0.4rem; margin: 0.9rem 0 0; padding: 0; list-style: none; }
.singers li { display: inline-flex; align-items: center; padding-left: 0.8rem; font-size: 0.9rem; background: var(--accent-soft); border-radius: 99px; }
.singers:empty { display: none; }
.singers .icon { min-height: 2rem; width: 2rem; border-radius: 99px; }
.singers .icon svg { width: 0.8rem; height: 0.8rem; }
.join { display: grid; grid-template-columns: minmax(0, 1.4fr) minmax(0, 1fr) auto; gap: 0.6rem; align-items: end; margin-top: 1.1rem; }
.more summary { padding: 1rem 1.35rem; font-weight: 600; cursor: pointer; border-radius: var(--radius); }
.more .fields { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; padding: 0.25rem 1.35rem 1.35rem; }
.more .wide { grid-column: 1 / -1; }
@media (max-width: 36rem) {
  .concert { grid-template-columns: minmax(0, 1fr); gap: 1rem; }
  .day { display: flex; gap: 0.5rem; align-items: baseline; width: auto; justify-self: start; padding: 0.3rem 0.9rem; }
  .day b { font-size: 1.2rem; }
  .voices { grid-template-columns: 1fr 1fr; }
  .join { grid-template-columns: 1fr 1fr; }
  .join button { grid-column: 1 / -1; }
}
`;
