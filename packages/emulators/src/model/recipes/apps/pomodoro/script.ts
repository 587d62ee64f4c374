export const script = `
const NAMES = { focus: "Time to focus", short: "Time for a break", long: "Time for a long break" };
const ROUND = 4; // sessions before the long break

const minutes = kept("pomodoro-minutes:" + DEFAULT_MINUTES.focus + ":" + DEFAULT_MINUTES.short, DEFAULT_MINUTES, (value) =>
  ["focus", "short", "long"].every((mode) => value[mode] > 0));

/** While it runs, "endsAt" is set (epoch milliseconds); else "left" is what is left, in milliseconds. */
const state = kept("pomodoro", { mode: "focus", left: null, endsAt: null, done: 0, day: today(), today: 0 }, (value) =>
  value.mode in NAMES && Number.isInteger(value.done));

function today() {
  return new Date().toDateString();
}

function total() {
  return minutes.get()[state.get().mode] * 60_000;
}

function left() {
  const { endsAt, left } = state.get();
  return endsAt === null ? (left ?? total()) : Math.max(0, endsAt - Date.now());
}

function change(part) {
  state.set({ ...state.get(), ...part });
  show();
}

function show() {
  const { mode, endsAt, done, day, today: count } = state.get();
  const seconds = Math.ceil(left() / 1000);
  const time = String(Math.floor(seconds / 60)).padStart(2, "0") + ":" + String(seconds % 60).padStart(2, "0");
  const isRunning = endsAt !== null;
  $("#time").textContent = time;
  $("#what").textContent = NAMES[mode];
  $("#hand").style.strokeDashoffset = String(100 - (100 * left()) / total());
  $("#start").textContent = isRunning ? "Pause" : left() < total() ? "Go on" : "Start";
  document.title = isRunning ? time + " · " + $("h1").textContent : $("h1").textContent;
  for (const button of document.querySelectorAll("[data-mode]")) {
    button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  }
  const inRound = done > 0 && done % ROUND === 0 && mode !== "focus" ? ROUND : done % ROUND;
  $("#sessions").replaceChildren(
    ...Array.from({ length: ROUND }, (_, index) =>
      element("li", { className: index < inRound ? "done" : "" },
        element("span", { className: "unseen", textContent: index < inRound ? "done" : "to come" }))),
  );
  const sessions = day === today() ? count : 0;
  $("#count").textContent = sessions === 1 ? "1 session today" : sessions + " sessions today";
}

function go(mode) {
  change({ mode, left: null, endsAt: null });
}

/** The session or the break is over: on to the next, which waits to be started. */
function next(isFinished) {
  const { mode, done, day, today: count } = state.get();
  if (mode !== "focus") return go("focus");
  const sessions = done + 1;
  const counted = isFinished ? { done: sessions, day: today(), today: (day === today() ? count : 0) + 1 } : {};
  change(counted);
  go(isFinished && sessions % ROUND === 0 ? "long" : "short");
}

function ring() {
  try {
    const audio = new AudioContext();
    for (const [index, pitch] of [660, 880, 990].entries()) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const at = audio.currentTime + index * 0.18;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.15, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.5);
    }
  } catch {
    // No sound here: the page says it, too.
  }
}

setInterval(() => {
  if (state.get().endsAt === null) return;
  if (left() > 0) return show();
  ring();
  next(true);
  say(NAMES[state.get().mode]);
}, 250);

$("#start").addEventListener("click", () => {
  if (state.get().endsAt === null) change({ endsAt: Date.now() + left(), left: null });
  else change({ left: left(), endsAt: null });
});
$("#again").addEventListener("click", () => go(state.get().mode));
$("#skip").addEventListener("click", () => next(false));
for (const button of document.querySelectorAll("[data-mode]")) {
  button.addEventListener("click", () => go(button.dataset.mode));
}
for (const mode of Object.keys(DEFAULT_MINUTES)) {
  const field = $("#" + mode);
  field.value = minutes.get()[mode];
  field.addEventListener("change", () => {
    const value = Math.min(Math.max(Math.round(Number(field.value)) || 1, 1), Number(field.max));
    field.value = String(value);
    minutes.set({ ...minutes.get(), [mode]: value });
    if (state.get().mode === mode && state.get().endsAt === null) go(mode);
  });
}
resetBy(() => {
  minutes.set(DEFAULT_MINUTES);
  for (const mode of Object.keys(DEFAULT_MINUTES)) $("#" + mode).value = DEFAULT_MINUTES[mode];
  change({ mode: "focus", left: null, endsAt: null, done: 0, today: 0 });
});
show();
`;
