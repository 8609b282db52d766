// Before and after, one over the other, with a slider that a mouse, a finger or the arrows move.

export function showComparison(stage, before, after) {
  const frame = document.createElement("div");
  frame.className = "frame";
  const pictures = [image(before, "The portrait before", ""), image(after, "The portrait after", "after")];
  const slider = Object.assign(document.createElement("input"), {
    type: "range", min: 0, max: 100, value: stage.dataset.cut ?? 50, step: 1, className: "slider",
  });
  slider.setAttribute("aria-label", "Compare: how much of the picture is shown before");
  const line = Object.assign(document.createElement("div"), { className: "cut" });
  const move = () => {
    stage.dataset.cut = slider.value;
    frame.style.setProperty("--cut", `${slider.value}%`);
    slider.setAttribute("aria-valuetext", `${slider.value} % before, ${100 - slider.value} % after`);
  };
  slider.addEventListener("input", move);
  move();
  frame.append(...pictures, line, slider, tag("Before", "left"), tag("After", "right"));
  stage.replaceChildren(frame);
}

export function showPicture(stage, address, words) {
  const picture = image(address, words, "plain");
  stage.replaceChildren(picture);
}

export function showClip(stage, address) {
  const frame = Object.assign(document.createElement("div"), { className: "frame" });
  const video = Object.assign(document.createElement("video"), {
    src: address, controls: true, loop: true, autoplay: true, muted: true, playsInline: true,
  });
  video.setAttribute("aria-label", "The stylized video");
  frame.append(video);
  stage.replaceChildren(frame);
}

function image(address, words, kind) {
  return Object.assign(document.createElement("img"), { src: address, alt: words, className: kind });
}

function tag(text, side) {
  return Object.assign(document.createElement("span"), { className: `tag ${side}`, textContent: text });
}
