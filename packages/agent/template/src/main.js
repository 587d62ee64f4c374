const status = document.querySelector("#status");
const dots = ["", ".", "..", "..."];
let count = 0;

setInterval(() => {
  count += 1;
  status.dataset.dots = dots[count % dots.length];
}, 600);
