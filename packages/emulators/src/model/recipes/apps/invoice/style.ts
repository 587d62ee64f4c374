export const style = `
.invoice { --width: 54rem; }
.toolbar { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: center; justify-content: space-between; margin-bottom: 1rem; font-size: 0.92rem; }
.sheet { padding: clamp(1.25rem, 5vw, 3rem); display: grid; gap: 2rem; }
.sheet > header { display: flex; flex-wrap: wrap; gap: 1.5rem 3rem; justify-content: space-between; }
.sheet > header > :first-child { flex: 1 1 14rem; }
.sheet h1 { font-size: calc(clamp(1.8rem, 5vw, 2.2rem) * var(--title-scale)); }
.sheet .label { margin-top: 0.5rem; }
.facts { display: grid; grid-template-columns: auto minmax(0, 11rem); gap: 0.4rem 0.9rem; align-items: center; }
.facts label, .lines .head, .totals dt { color: var(--muted); font-weight: 500; font-size: 0.9rem; }
.parties { display: grid; grid-template-columns: 1fr 1fr; gap: 1.5rem; }
.sheet input, .sheet textarea { min-height: 2.5rem; padding: 0.4rem 0.65rem; }
.line { display: grid; grid-template-columns: minmax(0, 1fr) 5.5rem 7rem 7.5rem 2.75rem; gap: 0.6rem; align-items: center; padding: 0.4rem 0; border-bottom: 1px solid var(--line); }
.line.head { padding-top: 0; }
.line [role="columnheader"]:nth-child(n + 2), .line .amount, .line .number { text-align: end; }
.line .amount, .totals dd { font-variant-numeric: tabular-nums; }
.lines + button { justify-self: start; margin-top: -1rem; }
.totals { display: grid; gap: 0.6rem; width: min(100%, 23rem); margin: 0; justify-self: end; }
.totals div { display: flex; justify-content: space-between; align-items: center; gap: 1rem; }
.totals dt label { font: inherit; }
.totals dt input { display: inline-block; width: 4.75rem; min-height: 2.25rem; margin: 0 0.25rem; text-align: end; }
.totals dd { margin: 0; }
.totals .total { padding-top: 0.9rem; border-top: 2px solid var(--ink); font-size: 1.3rem; font-weight: 700; }
.totals .total dt { color: inherit; font: inherit; }
.totals .total dd { color: var(--accent-ink); }
@media (max-width: 42rem) {
  .parties { grid-template-columns: 1fr; }
  .facts { width: 100%; grid-template-columns: 5rem minmax(0, 1fr); }
  .line.head { display: none; }
  .line { grid-template-columns: minmax(0, 1fr) minmax(0, 1.3fr) minmax(5.5rem, auto); padding: 0.9rem 0; }
  .line > :nth-child(1) { grid-area: 1 / 1 / 2 / 4; padding-right: 3rem; }
  .line > :nth-child(2) { grid-area: 2 / 1; }
  .line > :nth-child(3) { grid-area: 2 / 2; }
  .line > :nth-child(4) { grid-area: 2 / 3; align-self: end; padding-bottom: 0.45rem; }
  .line > :nth-child(5) { grid-area: 1 / 3; justify-self: end; }
  .line > :nth-child(2)::before { content: "Quantity"; }
  .line > :nth-child(3)::before { content: "Price"; }
  .line > ::before { display: block; font-size: 0.8rem; color: var(--muted); }
}
@media print {
  @page { margin: 18mm; }
  .invoice main { padding: 0; max-width: none; }
  .toolbar { display: none; }
  .sheet { padding: 0; border: 0; box-shadow: none; }
  .sheet input, .sheet textarea { padding: 0; border-color: transparent; background: none; resize: none; }
  .line { grid-template-columns: minmax(0, 1fr) 5rem 6rem 7rem; }
  .line > :nth-child(5) { display: none; }
  .totals dt input { width: 3rem; }
}
`;
