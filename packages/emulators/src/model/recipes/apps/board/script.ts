export const script = `
const PIN = '<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linejoin="round" stroke-linecap="round" aria-hidden="true"><path d="M5.5 2h5l-.7 4.5L12 9H4l2.2-2.5zM8 9v5"/></svg>';
const CROSS = '<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8"/></svg>';
const EXAMPLES = [
  { text: "What is it for, in one sentence?", hue: "1", pinned: true, at: Date.now() },
  { text: "Who is the first person to try it?", hue: "3", pinned: false, at: Date.now() },
  { text: "The smallest version that is of use:\\n1. …\\n2. …", hue: "plain", pinned: false, at: Date.now() },
];

const notes = kept("notes", EXAMPLES, (value) =>
  Array.isArray(value) && value.every((note) => typeof note?.text === "string"));

function change(to) {
  notes.set(to(notes.get()));
  show();
}

function button(label, icon, press) {
  const made = element("button", { type: "button", className: "icon", "aria-label": label });
  made.innerHTML = icon;
  made.addEventListener("click", press);
  return made;
}

function card(note) {
  const short = note.text.slice(0, 40);
  const pin = button("Pin: " + short, PIN, () => {
    change((all) => all.map((each) => (each === note ? { ...note, pinned: !note.pinned } : each)));
    [...document.querySelectorAll("[aria-label^=Pin]")].find((each) => each.ariaLabel === "Pin: " + short)?.focus();
  });
  pin.setAttribute("aria-pressed", String(note.pinned));
  const remove = button("Delete: " + short, CROSS, () => {
    change((all) => all.filter((each) => each !== note));
    $("#text").focus({ preventScroll: true });
    say("The note is deleted");
  });
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }).format(note.at);
  return element("li", { className: "card hue-" + note.hue },
    element("p", { textContent: note.text }),
    element("footer", {}, element("span", { textContent: day }), element("span", {}, pin, remove)));
}

function show() {
  const wanted = $("#find").value.trim().toLowerCase();
  const all = notes.get();
  const found = all.filter(({ text }) => text.toLowerCase().includes(wanted));
  const sorted = [...found.filter(({ pinned }) => pinned), ...found.filter(({ pinned }) => !pinned)];
  const none = element("li", { className: "card none muted", textContent: wanted === "" ? "No notes yet." : "No note has these words." });
  $("#notes").replaceChildren(...(sorted.length === 0 ? [none] : sorted.map(card)));
  $("#count").textContent = wanted === "" ? all.length + (all.length === 1 ? " note" : " notes") : found.length + " of " + all.length;
}

function add() {
  const text = $("#text").value.trim();
  if (text === "") return;
  const hue = new FormData($("#add")).get("hue");
  change((all) => [{ text, hue, pinned: false, at: Date.now() }, ...all]);
  $("#text").value = "";
  $("#text").focus();
  say("The note is added");
}

$("#add").addEventListener("submit", (event) => {
  event.preventDefault();
  add();
});
$("#text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) add();
});
$("#find").addEventListener("input", show);
resetBy(() => {
  notes.set(EXAMPLES);
  $("#find").value = "";
  show();
});
show();
`;
