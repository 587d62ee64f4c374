export const style = `
.todo .heading { margin-bottom: 1.25rem; }
.progress { height: 0.5rem; margin-bottom: 1.75rem; background: var(--accent-soft); border-radius: 99px; overflow: hidden; }
.progress span { display: block; height: 100%; width: 0; background: var(--accent); border-radius: inherit; transition: width 250ms; }
.add { display: flex; gap: 0.6rem; margin-bottom: 1rem; }
.add input { min-height: 3.1rem; }
.add button { min-height: 3.1rem; }
.list { margin: 0; padding: 0; list-style: none; }
.list li { display: flex; align-items: center; gap: 0.25rem; padding: 0.3rem 0.5rem 0.3rem 1.1rem; border-bottom: 1px solid var(--line); }
.list label { display: flex; align-items: center; gap: 0.9rem; flex: 1; min-width: 0; min-height: 2.75rem; padding: 0.35rem 0; font-size: 1rem; font-weight: 450; cursor: pointer; }
.list .done label { color: var(--muted); text-decoration: line-through; text-decoration-thickness: 1px; }
.empty { padding: 2.5rem 1.25rem; text-align: center; color: var(--muted); border-bottom: 1px solid var(--line); }
.tools { display: flex; flex-wrap: wrap; gap: 0.6rem; justify-content: space-between; align-items: center; padding: 0.7rem 0.8rem; }
.tools .segments button { padding-inline: 0.7rem; }
.tools .quiet { min-height: 2.25rem; margin-left: auto; padding-inline: 0.6rem; font-size: 0.9rem; border-color: transparent; }
.toast { position: fixed; inset: auto 1rem 1.25rem; margin: 0 auto; max-width: 26rem; display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: 0.6rem 0.6rem 0.6rem 1.1rem; }
.toast[hidden] { display: none; }
`;
