export const style = `
.pomodoro { --width: 32rem; }
.pomodoro main { text-align: center; }
.timer { padding: 1.5rem 1.25rem 1.75rem; display: grid; gap: 1.5rem; justify-items: center; }
.dial { position: relative; width: min(17.5rem, 72vw); aspect-ratio: 1; }
.dial svg { width: 100%; height: 100%; transform: rotate(-90deg); }
.dial circle { fill: none; stroke-width: 9; }
.track { stroke: var(--accent-soft); }
.hand { stroke: var(--accent); stroke-linecap: round; stroke-dasharray: 100; transition: stroke-dashoffset 300ms linear; }
.reading { position: absolute; inset: 0; display: grid; place-content: center; gap: 0.15rem; }
.time { font-size: clamp(3rem, 15vw, 4.4rem); font-weight: 700; line-height: 1; letter-spacing: -0.04em; font-variant-numeric: tabular-nums; }
.controls { justify-content: center; gap: 0.5rem; }
#start { min-width: 6.75rem; min-height: 3.1rem; }
.controls .quiet { min-height: 3.1rem; padding-inline: 0.9rem; }
.sessions { display: flex; gap: 0.6rem; margin: 0; padding: 0; list-style: none; }
.sessions li { width: 0.85rem; height: 0.85rem; border-radius: 99px; border: 2px solid var(--accent); }
.sessions .done { background: var(--accent); }
.lengths { margin-top: 1rem; text-align: start; }
.lengths summary { padding: 0.9rem 1.25rem; font-weight: 600; cursor: pointer; border-radius: var(--radius); }
.fields { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1rem; padding: 0.25rem 1.25rem 1.25rem; }
`;
