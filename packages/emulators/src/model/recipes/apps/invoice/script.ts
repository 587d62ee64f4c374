export const script = `
const { currency = "EUR", tax = "19" } = document.documentElement.dataset;
const CROSS = '<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8"/></svg>';
const FIELDS = ["number", "date", "due", "from", "to", "tax", "note"];
const DAY_MS = 24 * 60 * 60_000;

function dateIn(days) {
  const day = new Date(Date.now() + days * DAY_MS);
  return new Date(day.getTime() - day.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

function example(number) {
  return {
    number, date: dateIn(0), due: dateIn(14), tax,
    from: "Your name\\nYour street 1\\n12345 Your town",
    to: "Clara's customer\\nMarket square 2\\n12345 Leipzig",
    note: "Thank you. Please pay within 14 days.",
    lines: [
      { text: "Design of a website", quantity: 12, price: 80 },
      { text: "Photographs", quantity: 1, price: 250 },
    ],
  };
}

const invoice = kept("invoice", example(new Date().getFullYear() + "-001"), (value) =>
  Array.isArray(value.lines) && FIELDS.every((name) => typeof value[name] === "string"));

/** In cents, so that what is added up is what is shown. */
function cents(line) {
  return Math.round(line.quantity * line.price * 100);
}

function money(amount) {
  return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(amount / 100);
}

function number(value) {
  return Number.isFinite(Number(value)) ? Number(value) : 0;
}

function change(part) {
  invoice.set({ ...invoice.get(), ...part });
  total();
}

function changeLine(index, part) {
  change({ lines: invoice.get().lines.map((line, at) => (at === index ? { ...line, ...part } : line)) });
}

function input(name, index, properties, read) {
  const field = element("input", { "aria-label": name + " of line " + (index + 1), ...properties });
  field.addEventListener("input", () => changeLine(index, read(field.value)));
  return element("span", { role: "cell" }, field);
}

function row(line, index) {
  const remove = element("button", { type: "button", className: "icon", "aria-label": "Delete line " + (index + 1) });
  remove.innerHTML = CROSS;
  remove.addEventListener("click", () => {
    change({ lines: invoice.get().lines.filter((_, at) => at !== index) });
    showLines();
    $("#add").focus({ preventScroll: true });
    say("Line " + (index + 1) + " is deleted");
  });
  const numeric = { type: "number", className: "number", min: "0", step: "any", inputMode: "decimal" };
  return element("div", { role: "row", className: "line" },
    input("Description", index, { value: line.text, maxLength: 120, placeholder: "What for?" }, (text) => ({ text })),
    input("Quantity", index, { ...numeric, value: line.quantity }, (value) => ({ quantity: number(value) })),
    input("Price", index, { ...numeric, value: line.price }, (value) => ({ price: number(value) })),
    element("span", { role: "cell", className: "amount" }),
    element("span", { role: "cell" }, remove));
}

function showLines() {
  $("#lines").replaceChildren(...invoice.get().lines.map(row));
  total();
}

function total() {
  const { lines, tax: rate, due } = invoice.get();
  const subtotal = lines.reduce((sum, line) => sum + cents(line), 0);
  const taxAmount = Math.round((subtotal * number(rate)) / 100);
  for (const [index, cell] of document.querySelectorAll(".amount").entries()) {
    cell.textContent = money(lines[index] ? cents(lines[index]) : 0);
  }
  $("#subtotal").textContent = money(subtotal);
  $("#tax-amount").textContent = money(taxAmount);
  $("#total").textContent = money(subtotal + taxAmount);
  const days = Math.round((new Date(due) - new Date(dateIn(0))) / DAY_MS);
  $("#due-in").textContent = Number.isNaN(days) ? "" : days < 0 ? "Overdue" : days === 0 ? "Due today" : "Due in " + days + (days === 1 ? " day" : " days");
}

function show() {
  for (const name of FIELDS) $("#" + name).value = invoice.get()[name];
  showLines();
}

for (const name of FIELDS) {
  $("#" + name).addEventListener("input", () => change({ [name]: $("#" + name).value }));
}
$("#invoice").addEventListener("submit", (event) => event.preventDefault());
$("#add").addEventListener("click", () => {
  change({ lines: [...invoice.get().lines, { text: "", quantity: 1, price: 0 }] });
  showLines();
  $("#lines .line:last-child input").focus();
});
$("#print").addEventListener("click", () => print());
$("#fresh").addEventListener("click", () => {
  const next = invoice.get().number.replace(/\\d+$/, (digits) => String(Number(digits) + 1).padStart(digits.length, "0"));
  invoice.set({ ...example(next), from: invoice.get().from, to: "", lines: [{ text: "", quantity: 1, price: 0 }] });
  show();
  $("#to").focus();
  say("A new invoice, number " + next);
});
resetBy(() => {
  invoice.set(example(new Date().getFullYear() + "-001"));
  show();
});
show();
`;
