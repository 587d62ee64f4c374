export const style = `
.ballot { padding: 1.25rem; }
.ballot[hidden] { display: none; }
.ballot fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
#options { display: grid; gap: 0.6rem; margin-bottom: 1.25rem; }
#options label { display: flex; align-items: center; gap: 0.85rem; min-height: 3.4rem; padding: 0.6rem 1rem; font-size: 1.02rem; font-weight: 550; border: 1px solid var(--line); border-radius: var(--control-radius); cursor: pointer; }
#options label:hover { border-color: var(--field); }
#options label:has(:checked) { border-color: var(--accent-ink); background: var(--accent-soft); }
.bars { display: grid; gap: 1.15rem; margin: 0 0 1.5rem; padding: 0; list-style: none; }
.bars .line { display: flex; justify-content: space-between; gap: 1rem; margin-bottom: 0.4rem; font-weight: 550; }
.bars .line span:last-child { flex: none; color: var(--muted); font-variant-numeric: tabular-nums; font-weight: 450; }
.bars .first .line span:first-child { color: var(--accent-ink); font-weight: 700; }
.bar { height: 0.85rem; background: var(--accent-soft); border-radius: 99px; overflow: hidden; }
.bar span { display: block; height: 100%; background: color-mix(in oklab, var(--accent) 55%, var(--accent-soft)); border-radius: inherit; transition: width 350ms; }
.bars .first .bar span { background: var(--accent); }
.add { display: flex; align-items: end; gap: 0.6rem; margin: 1.5rem 0 1rem; }
.add .field { flex: 1; }
.small { font-size: 0.88rem; }
`;
