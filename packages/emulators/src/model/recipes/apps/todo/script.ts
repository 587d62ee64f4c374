export const script = `
const EXAMPLES = [
  { text: "Plan the week", done: true },
  { text: "Answer Clara's letter", done: false },
  { text: "Buy oat milk and coffee", done: false },
];
const EMPTY = {
  all: "Nothing to do. Add the first thing above.",
  open: "Everything is done. Well done!",
  done: "Nothing is done yet.",
};

const items = kept("todo", EXAMPLES, (value) =>
  Array.isArray(value) && value.every((item) => typeof item?.text === "string"));
let filter = "all";
let before = null; // the items as they were before a deletion

function isShown(item) {
  return filter === "all" || item.done === (filter === "done");
}

function row(item) {
  const box = element("input", { type: "checkbox", checked: item.done });
  box.addEventListener("change", () => {
    change((all) => all.map((each) => (each === item ? { ...item, done: box.checked } : each)));
  });
  const remove = element("button", { type: "button", className: "icon", "aria-label": "Delete " + item.text });
  remove.innerHTML = '<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8"/></svg>';
  remove.addEventListener("click", () => {
    drop((each) => each === item, "Deleted “" + item.text + "”");
  });
  const label = element("label", {}, box, element("span", { textContent: item.text }));
  return element("li", { className: item.done ? "done" : "" }, label, remove);
}

function show() {
  const all = items.get();
  const done = all.filter((item) => item.done).length;
  const shown = all.filter(isShown);
  const focused = [...$("#list").querySelectorAll("input")].indexOf(document.activeElement);
  $("#list").replaceChildren(...shown.map(row));
  $("#list").querySelectorAll("input")[focused]?.focus(); // ticked by keyboard, it keeps the focus
  $("#list").hidden = shown.length === 0;
  $("#empty").hidden = shown.length > 0;
  $("#empty").textContent = all.length === 0 ? EMPTY.all : EMPTY[filter];
  $("#summary").textContent = all.length === 0 ? "A clean slate." : done + " of " + all.length + " done";
  $("#bar").style.width = (all.length === 0 ? 0 : (100 * done) / all.length) + "%";
  $("#clear").disabled = done === 0;
  $("#clear").style.visibility = done === 0 ? "hidden" : "";
  for (const button of document.querySelectorAll("[data-filter]")) {
    button.setAttribute("aria-pressed", String(button.dataset.filter === filter));
  }
}

function change(to) {
  items.set(to(items.get()));
  $("#undo").hidden = true;
  show();
}

/** Deletes, and offers to take it back. */
function drop(matches, text) {
  before = items.get();
  change((all) => all.filter((item) => !matches(item)));
  $("#undo span").textContent = text;
  $("#undo").hidden = false;
  say(text);
  $("#what").focus({ preventScroll: true });
}

$("#add").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("#what").value.trim();
  if (text === "") return;
  if (filter === "done") filter = "all";
  change((all) => [{ text, done: false }, ...all]);
  $("#what").value = "";
  say("Added “" + text + "”");
});
$("#clear").addEventListener("click", () => drop((item) => item.done, "Deleted all that was done"));
$("#undo button").addEventListener("click", () => {
  change(() => before);
  $("#what").focus({ preventScroll: true });
});
for (const button of document.querySelectorAll("[data-filter]")) {
  button.addEventListener("click", () => {
    filter = button.dataset.filter;
    show();
  });
}
resetBy(() => {
  items.forget();
  change(() => EXAMPLES);
});
show();
`;
