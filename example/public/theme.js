/* global document, localStorage */
// Applies the theme that somebody chose before the first paint: `src/theme.ts` writes it.
const theme = localStorage.getItem("quaver:theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
