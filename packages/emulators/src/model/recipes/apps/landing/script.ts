export const script = `
const people = kept("people", [], (value) => Array.isArray(value));

function show() {
  const number = people.get().length;
  $("#count").textContent = number === 0
    ? "No noise: one message, when it is there."
    : number === 1 ? "One person is on the list." : number + " people are on the list.";
}

function wrong(text) {
  $("#wrong").textContent = text;
  $("#email").setAttribute("aria-invalid", String(text !== ""));
  if (text !== "") $("#email").focus();
}

function thank(isThere, name = "") {
  $("#join").hidden = isThere;
  $("#thanks").hidden = !isThere;
  $("#who").textContent = name === "" ? "" : ", " + name;
  $(isThere ? "#thanks" : "#name").focus();
}

$("#join").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = $("#name").value.trim();
  const email = $("#email").value.trim();
  if (email === "") return wrong("Please enter your e-mail address.");
  if (!$("#email").validity.valid) return wrong("That is no e-mail address yet. It looks like ada@example.com.");
  if (people.get().some((each) => each.email === email)) return wrong("That address is on the list already.");
  wrong("");
  people.set([...people.get(), { name, email }]);
  $("#join").reset();
  show();
  thank(true, name);
});
$("#another").addEventListener("click", () => thank(false));
resetBy(() => {
  people.set([]);
  wrong("");
  show();
  $("#join").hidden = false;
  $("#thanks").hidden = true;
});
show();
`;
