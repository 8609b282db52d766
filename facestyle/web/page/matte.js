// The person's matte, touched up with a brush: white is the person.

// Load a matte, paint over it, give it back as PNG.
export async function editMatte(stage, tools, address, matteAddress, size, changed) {
  const [width, height] = size;
  const frame = Object.assign(document.createElement("div"), { className: "frame" });
  const picture = Object.assign(document.createElement("img"), { src: address, alt: "The portrait" });
  const shown = Object.assign(document.createElement("canvas"), { width, height, className: "paint", tabIndex: 0 });
  shown.setAttribute("role", "application");
  shown.setAttribute("aria-label", "Brush: arrows move it, Space paints, green is left out");
  frame.append(picture, shown);
  stage.replaceChildren(frame);

  const matte = Object.assign(document.createElement("canvas"), { width, height });
  const paint = matte.getContext("2d", { willReadFrequently: true });
  const source = new Image();
  source.src = matteAddress;
  await source.decode();
  paint.drawImage(source, 0, 0, width, height);

  const brush = { size: Math.round(width / 20), person: true, x: width / 2, y: height / 2, seen: false };
  const draw = () => {
    const view = shown.getContext("2d");
    const tint = paint.getImageData(0, 0, width, height);
    for (let i = 0; i < tint.data.length; i += 4) {
      const out = 255 - tint.data[i];
      tint.data[i] = 20; tint.data[i + 1] = 190; tint.data[i + 2] = 80; tint.data[i + 3] = out * 0.7;
    }
    view.putImageData(tint, 0, 0);
    if (brush.seen) {
      for (const [color, line] of [["#000", 3], ["#fff", 1]]) {
        view.beginPath();
        view.arc(brush.x, brush.y, brush.size, 0, 7);
        view.strokeStyle = color;
        view.lineWidth = line;
        view.stroke();
      }
    }
  };
  const dab = (fromX, fromY) => {
    paint.strokeStyle = paint.fillStyle = brush.person ? "#fff" : "#000";
    paint.lineWidth = 2 * brush.size;
    paint.lineCap = "round";
    paint.beginPath();
    paint.moveTo(fromX, fromY);
    paint.lineTo(brush.x + 0.01, brush.y);
    paint.stroke();
  };
  const finish = () => matte.toBlob(changed, "image/png");
  const locate = (event) => {
    const box = shown.getBoundingClientRect();
    brush.x = (event.clientX - box.left) * width / box.width;
    brush.y = (event.clientY - box.top) * height / box.height;
    brush.seen = true;
  };
  shown.addEventListener("pointerdown", (event) => {
    shown.setPointerCapture(event.pointerId);
    locate(event);
    dab(brush.x, brush.y);
    draw();
  });
  shown.addEventListener("pointermove", (event) => {
    const { x, y } = brush;
    locate(event);
    if (event.buttons & 1) dab(x, y);
    draw();
  });
  shown.addEventListener("pointerup", finish);
  shown.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step && event.key !== " ") return;
    event.preventDefault();
    const { x, y } = brush;
    brush.seen = true;
    if (step) {
      brush.x += step[0] * brush.size / 2;
      brush.y += step[1] * brush.size / 2;
    } else {
      dab(x, y);
      finish();
    }
    draw();
  });
  draw();
  drawTools(tools, brush, width, draw);
}

function drawTools(tools, brush, width, draw) {
  const mode = (text, person) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    button.setAttribute("aria-pressed", String(brush.person === person));
    button.addEventListener("click", () => {
      brush.person = person;
      for (const other of tools.querySelectorAll("[aria-pressed]")) other.setAttribute("aria-pressed", String(other === button));
    });
    return button;
  };
  const label = Object.assign(document.createElement("label"), { htmlFor: "brush-size", textContent: "Brush" });
  const size = Object.assign(document.createElement("input"), {
    id: "brush-size", type: "range", min: 2, max: Math.round(width / 6), value: brush.size,
  });
  size.addEventListener("input", () => { brush.size = Number(size.value); draw(); });
  tools.prepend(mode("Paint the person", true), mode("Paint the background", false), label, size);
}
