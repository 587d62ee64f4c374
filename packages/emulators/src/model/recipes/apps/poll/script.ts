export const script = `
const state = kept("poll", { added: [], votes: [] }, (value) =>
  Array.isArray(value.added) && Array.isArray(value.votes));
let isResult = false;

function options() {
  return [...new Set([...GIVEN, ...state.get().added])];
}

/** The votes, without those for options that are no longer there. */
function votes() {
  return state.get().votes.filter((vote) => options().includes(vote));
}

function count(number) {
  return number === 1 ? "1 vote" : number + " votes";
}

function show(choice) {
  const all = votes();
  $("#summary").textContent = all.length === 0 ? "Nobody has voted yet. You could be the first." : count(all.length) + " so far";
  $("#vote").hidden = isResult;
  $("#result").hidden = !isResult;
  $("#peek").style.visibility = all.length === 0 ? "hidden" : "";
  $("#back").style.visibility = all.length === 0 ? "hidden" : "";
  $("#options").replaceChildren(
    ...options().map((option) =>
      element("label", {},
        element("input", { type: "radio", name: "option", value: option, required: true, checked: option === choice }),
        element("span", { textContent: option }))),
  );
  const counts = options().map((option) => ({ option, number: all.filter((vote) => vote === option).length }));
  const most = Math.max(...counts.map(({ number }) => number));
  $("#bars").replaceChildren(
    ...counts.map(({ option, number }) => {
      const percent = all.length === 0 ? 0 : Math.round((100 * number) / all.length);
      const bar = element("span");
      bar.style.width = percent + "%";
      return element("li", { className: number === most && most > 0 ? "first" : "" },
        element("div", { className: "line" },
          element("span", { textContent: option }),
          element("span", { textContent: count(number) + " · " + percent + " %" })),
        element("div", { className: "bar", "aria-hidden": "true" }, bar));
    }),
  );
}

function turn(toResult) {
  isResult = toResult;
  show();
  $(toResult ? "#next" : "#options input")?.focus();
}

$("#vote").addEventListener("submit", (event) => {
  event.preventDefault();
  const choice = new FormData($("#vote")).get("option");
  if (choice === null) return;
  state.set({ ...state.get(), votes: [...votes(), choice] });
  turn(true);
  say("You voted for " + choice);
});
$("#peek").addEventListener("click", () => turn(true));
$("#next").addEventListener("click", () => turn(false));
$("#back").addEventListener("click", () => {
  state.set({ ...state.get(), votes: votes().slice(0, -1) });
  turn(false);
  say("The last vote is taken back");
});
$("#add").addEventListener("submit", (event) => {
  event.preventDefault();
  const option = $("#option").value.trim();
  if (option === "") return;
  state.set({ ...state.get(), added: [...state.get().added, option] });
  $("#option").value = "";
  isResult = false;
  show(option);
  say("Added " + option);
});
resetBy(() => {
  state.set({ added: [], votes: [] });
  isResult = false;
  show();
});
show();
`;
