for (const compare of document.querySelectorAll(".compare")) {
  const slider = compare.querySelector("input");
  const show = () => compare.style.setProperty("--split", `${slider.value}%`);
  slider.addEventListener("input", show);
  // the picture itself can be dragged, too
  const stage = compare.querySelector(".stage");
  const follow = (event) => {
    const box = stage.getBoundingClientRect();
    slider.value = Math.min(100, Math.max(0, (100 * (event.clientX - box.left)) / box.width));
    show();
  };
  stage.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    follow(event);
  });
  stage.addEventListener("pointermove", (event) => {
    if (stage.hasPointerCapture(event.pointerId)) follow(event);
  });
  show();
}
// a picture that opens shows itself beside the one it was made of
const dialog = document.querySelector("dialog");
for (const opener of document.querySelectorAll("button.open")) {
  opener.addEventListener("click", () => {
    const [before, after] = dialog.querySelectorAll(".compare img");
    before.src = document.querySelector("#portrait img").src;
    after.src = opener.querySelector("img").src;
    after.alt = opener.querySelector("img").alt;
    dialog.querySelector("h2").textContent = opener.dataset.title;
    dialog.showModal();
    dialog.querySelector("input").focus();
  });
}
