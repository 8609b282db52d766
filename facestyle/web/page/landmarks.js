// The 68 landmarks over the portrait: dragged, or moved with the arrow keys.

const CHAINS = [
  ["Jaw", 0, 17, false], ["Right brow", 17, 22, false], ["Left brow", 22, 27, false],
  ["Bridge of the nose", 27, 31, false], ["Nostrils", 31, 36, false], ["Right eye", 36, 42, true],
  ["Left eye", 42, 48, true], ["Outer lips", 48, 60, true], ["Inner lips", 60, 68, true],
];
const SVG = "http://www.w3.org/2000/svg";

function nameOf(index) {
  const [name, start] = CHAINS.find(([, first, end]) => index >= first && index < end);
  return `${name}, point ${index - start + 1}`;
}

// Draw points (px of the file) over a picture; `changed(points)` is called when one was moved.
export function editLandmarks(stage, address, size, points, changed) {
  const [width, height] = size;
  const frame = Object.assign(document.createElement("div"), { className: "frame" });
  const picture = Object.assign(document.createElement("img"), { src: address, alt: "The portrait" });
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `-0.5 -0.5 ${width} ${height}`);
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", "Landmarks: Page Up and Page Down choose one, arrows move it");
  frame.append(picture, svg);
  stage.replaceChildren(frame);
  const moved = points.map((point) => [...point]);
  const lines = CHAINS.flatMap(([, first, end, closed]) => ["halo", ""].map((kind) => {
    const line = document.createElementNS(SVG, "polyline");
    line.setAttribute("class", kind);
    svg.append(line);
    return () => {
      const chain = moved.slice(first, end);
      if (closed) chain.push(chain[0]);
      line.setAttribute("points", chain.map((point) => point.join(",")).join(" "));
    };
  }));
  const radius = Math.max(2, Math.hypot(width, height) / 260);
  const circles = moved.map((_, index) => {
    const circle = document.createElementNS(SVG, "circle");
    circle.setAttribute("r", radius);
    circle.setAttribute("tabindex", index ? "-1" : "0");
    circle.setAttribute("role", "button");
    circle.setAttribute("aria-label", nameOf(index));
    svg.append(circle);
    return circle;
  });
  const draw = () => {
    lines.forEach((line) => line());
    circles.forEach((circle, index) => {
      circle.setAttribute("cx", moved[index][0]);
      circle.setAttribute("cy", moved[index][1]);
    });
  };
  draw();

  const place = (index, x, y) => {
    moved[index] = [Math.min(width - 1, Math.max(0, x)), Math.min(height - 1, Math.max(0, y))];
    draw();
  };
  svg.addEventListener("pointerdown", (event) => {
    const index = circles.indexOf(event.target);
    if (index < 0) return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    const drag = (move) => {
      const point = new DOMPoint(move.clientX, move.clientY).matrixTransform(svg.getScreenCTM().inverse());
      place(index, point.x, point.y);
    };
    const stop = () => {
      svg.removeEventListener("pointermove", drag);
      changed(moved);
    };
    svg.addEventListener("pointermove", drag);
    svg.addEventListener("pointerup", stop, { once: true });
  });
  svg.addEventListener("keydown", (event) => {
    const index = circles.indexOf(event.target);
    const turn = { PageDown: 1, PageUp: -1 }[event.key];
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (index < 0 || !(turn || step)) return;
    event.preventDefault();
    if (turn) {
      circles[index].setAttribute("tabindex", "-1");
      const next = circles[(index + turn + 68) % 68];
      next.setAttribute("tabindex", "0");
      next.focus();
      return;
    }
    const far = (event.shiftKey ? 10 : 1) * Math.max(1, width / 900);
    place(index, moved[index][0] + far * step[0], moved[index][1] + far * step[1]);
    changed(moved);
  });
}
