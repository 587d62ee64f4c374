export const script = `
const VOICES = ["Soprano", "Alto", "Tenor", "Bass"];
const CROSS = '<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8"/></svg>';

/** A Saturday some weeks from now, at an hour. */
function saturday(weeks, hour, minute) {
  const day = new Date();
  day.setDate(day.getDate() + ((6 - day.getDay() + 7) % 7) + 7 * weeks);
  day.setHours(hour, minute, 0, 0);
  return day.getTime();
}

function examples() {
  return [
    { id: "1", title: "Songs of the evening", at: saturday(2, 19, 30), place: "St Mary's Church",
      singers: [{ name: "Clara", voice: "Soprano" }, { name: "Fanny", voice: "Alto" }, { name: "Felix", voice: "Tenor" }] },
    { id: "2", title: "Open rehearsal", at: saturday(5, 16, 0), place: "School hall, Mill Lane", singers: [{ name: "Johannes", voice: "Bass" }] },
    { id: "3", title: "Requiem, with orchestra", at: saturday(11, 20, 0), place: "Town hall", singers: [] },
  ];
}

const concerts = kept("concerts", examples(), (value) =>
  Array.isArray(value) && value.every((concert) => Array.isArray(concert?.singers) && concert.at > 0));

function format(at, options) {
  return new Intl.DateTimeFormat("en-GB", options).format(at);
}

function people(number) {
  return number === 1 ? "1 singer" : number + " singers";
}

function change(concert, part) {
  concerts.set(concerts.get().map((each) => (each === concert ? { ...concert, ...part } : each)));
  show();
}

function withdrawButton(concert, singer) {
  const button = element("button", { type: "button", className: "icon", "aria-label": "Withdraw " + singer.name });
  button.innerHTML = CROSS;
  button.addEventListener("click", () => {
    change(concert, { singers: concert.singers.filter((each) => each !== singer) });
    $("#name-" + concert.id).focus({ preventScroll: true });
    say(singer.name + " has withdrawn");
  });
  return button;
}

function joinForm(concert) {
  const name = element("input", { id: "name-" + concert.id, maxLength: 60, required: true, autocomplete: "off", placeholder: "Your name" });
  const voice = element("select", { id: "voice-" + concert.id }, ...VOICES.map((each) => element("option", { textContent: each })));
  voice.value = kept("voice", "Soprano", (value) => VOICES.includes(value)).get();
  const form = element("form", { className: "join" },
    element("div", { className: "field" }, element("label", { for: name.id, textContent: "Name" }), name),
    element("div", { className: "field" }, element("label", { for: voice.id, textContent: "Voice" }), voice),
    element("button", { className: "primary", textContent: "Sign up" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const singer = { name: name.value.trim(), voice: voice.value };
    if (singer.name === "") return;
    kept("voice", "Soprano", () => true).set(singer.voice);
    change(concert, { singers: [...concert.singers, singer] });
    $("#name-" + concert.id).focus({ preventScroll: true });
    say(singer.name + " sings " + singer.voice);
  });
  return form;
}

function card(concert) {
  const { title, at, place, singers } = concert;
  const voices = VOICES.map((voice) => {
    const number = singers.filter((singer) => singer.voice === voice).length;
    return element("li", { className: number === 0 ? "missing" : "" }, element("b", { textContent: number }), voice);
  });
  return element("li", { className: "concert card" },
    element("div", { className: "day" },
      element("span", { textContent: format(at, { weekday: "short" }) }),
      element("b", { textContent: format(at, { day: "numeric" }) }),
      element("span", { textContent: format(at, { month: "short" }) })),
    element("div", {},
      element("h2", { textContent: title }),
      element("p", { className: "muted", textContent: format(at, { hour: "2-digit", minute: "2-digit" }) + " · " + place + " · " + people(singers.length) }),
      element("ul", { className: "voices", "aria-label": "Singers by voice" }, ...voices),
      element("ul", { className: "singers", "aria-label": "Who sings" },
        ...singers.map((singer) =>
          element("li", {}, singer.name + ", " + singer.voice.toLowerCase(), withdrawButton(concert, singer)))),
      joinForm(concert)));
}

function show() {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const coming = concerts.get().filter(({ at }) => at >= midnight).sort((one, other) => one.at - other.at);
  $("#concerts").replaceChildren(...coming.map(card));
  $("#summary").textContent = coming.length === 0
    ? "No concert is planned. Add the next one below."
    : "Next on " + format(coming[0].at, { weekday: "long", day: "numeric", month: "long" }) + ". Who sings?";
}

$("#add").addEventListener("submit", (event) => {
  event.preventDefault();
  const title = $("#title").value.trim();
  const at = new Date($("#day").value + "T" + $("#hour").value).getTime();
  if (title === "" || Number.isNaN(at)) return;
  const concert = { id: String(Date.now()), title, at, place: $("#place").value.trim(), singers: [] };
  concerts.set([...concerts.get(), concert]);
  $("#add").reset();
  show();
  say("Added " + title);
});
$("#day").min = new Date().toISOString().slice(0, 10);
resetBy(() => {
  concerts.set(examples());
  show();
});
show();
`;
