export const style = `
html { scroll-behavior: smooth; }
.landing main { max-width: none; padding: 0; }
.landing main > * { padding-inline: max(clamp(1.1rem, 5vw, 2rem), calc(50vw - 34rem)); }
.landing section { padding-block: clamp(2.5rem, 7vw, 4.5rem); scroll-margin-top: 3rem; }
.landing h2 { font-size: clamp(1.6rem, 4vw, 2.1rem); margin-bottom: 1.5rem; }
.landing h3 { font-size: 1.1rem; margin-bottom: 0.4rem; }
nav { position: sticky; top: 0; z-index: 1; display: flex; align-items: center; gap: clamp(0.25rem, 2vw, 1rem); padding-block: 0.6rem; font-size: 0.95rem; background: color-mix(in oklab, var(--ground) 88%, transparent); backdrop-filter: blur(12px); border-bottom: 1px solid var(--line); }
nav a { padding: 0.5rem 0.4rem; color: var(--ink); text-decoration: none; border-radius: var(--control-radius); }
nav a:hover { color: var(--accent-ink); }
nav .brand { margin-right: auto; padding-left: 0; min-width: 0; font-weight: 750; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.button { display: inline-flex; align-items: center; min-height: 3.1rem; padding: 0.5rem 1.4rem; font-weight: 600; text-decoration: none; border: 1px solid transparent; border-radius: var(--control-radius); }
.button.quiet { color: var(--ink); border-color: var(--line); }
.hero { display: grid; grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr); gap: clamp(1.5rem, 5vw, 4rem); align-items: center; }
.hero h1 { font-size: calc(clamp(2.5rem, 8vw, 4.5rem) * var(--title-scale)); letter-spacing: -0.035em; line-height: 1.02; }
.hero .lead { margin: 1.25rem 0 2rem; max-width: 34ch; font-size: 1.2rem; color: var(--muted); text-wrap: pretty; }
.art { position: relative; aspect-ratio: 1; max-height: 26rem; width: 100%; border-radius: calc(var(--radius) * 2); overflow: hidden; background: linear-gradient(150deg, var(--accent-soft), color-mix(in oklab, var(--accent) 45%, var(--accent-soft))); }
.art i { position: absolute; border-radius: 50%; }
.art i:nth-child(1) { inset: 16% 16% auto auto; width: 34%; aspect-ratio: 1; background: var(--accent); }
.art i:nth-child(2) { inset: auto auto -28% -12%; width: 92%; aspect-ratio: 1; background: color-mix(in oklab, var(--accent) 70%, var(--surface)); }
.art i:nth-child(3) { inset: auto -22% -38% auto; width: 86%; aspect-ratio: 1; background: color-mix(in oklab, var(--accent) 80%, var(--ink)); opacity: 0.82; }
.offers, .steps { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr)); gap: 1.1rem; margin: 0; padding: 0; list-style: none; }
.offers li { padding: 1.6rem; }
.offers svg { width: 2.6rem; padding: 0.6rem; margin-bottom: 1rem; color: var(--accent-ink); background: var(--accent-soft); border-radius: var(--control-radius); }
#steps { background: var(--surface); border-block: 1px solid var(--line); }
.steps { counter-reset: step; gap: 2rem; }
.steps li { counter-increment: step; }
.steps li::before { content: counter(step); display: grid; place-items: center; width: 2.4rem; height: 2.4rem; margin-bottom: 1rem; font-weight: 700; color: var(--on-accent); background: var(--accent); border-radius: 99px; }
#questions details { border-bottom: 1px solid var(--line); }
#questions summary { padding: 1.1rem 0; font-weight: 600; font-size: 1.08rem; cursor: pointer; }
#questions p { padding-bottom: 1.25rem; max-width: 60ch; }
.hello { color: var(--ink); background: var(--accent-soft); }
.hello h2 { margin-bottom: 0.5rem; }
#join { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(13rem, 100%), 1fr)); gap: 0.9rem; align-items: end; max-width: 48rem; margin-top: 1.5rem; }
#join[hidden], #thanks[hidden] { display: none; }
#join button { min-height: 2.75rem; }
.wrong { grid-column: 1 / -1; min-height: 1.5em; font-weight: 600; }
.big { margin: 1rem 0 0.25rem; font-size: 1.6rem; font-weight: 700; }
#thanks button { margin-top: 1.25rem; }
.landing .made, .landing .notes { max-width: none; padding-inline: max(clamp(1.1rem, 5vw, 2rem), calc(50vw - 34rem)); }
.landing .notes { margin-top: 2rem; }
@media (max-width: 44rem) {
  .hero { grid-template-columns: minmax(0, 1fr); }
  .art { aspect-ratio: 16 / 10; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
`;
