// The dials, drawn from the description that the server makes of its settings.

const words = (name) => (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll("_", " ");
const BACKGROUNDS = { stylize: "in the style", keep: "as it is", paper: "paper", transparent: "transparent" };

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function control(dial, id) {
  if (dial.kind === "choice") {
    const select = element("select", { id });
    for (const choice of dial.choices) select.append(element("option", { value: choice, textContent: choice }));
    select.value = dial.default;
    return select;
  }
  if (dial.kind === "switch") return element("input", { id, type: "checkbox", checked: dial.default });
  const input = element("input", { id, type: dial.kind });
  if (dial.kind !== "text") {
    input.step = dial.step;
    if (dial.low !== null) input.min = dial.low;
    if (dial.high !== null) input.max = dial.high;
  }
  input.value = dial.default ?? "";
  return input;
}

function valueOf(dial, input) {
  if (dial.kind === "switch") return input.checked;
  if (dial.kind === "range" || dial.kind === "number") return input.value === "" ? null : Number(input.value);
  return input.value === "" ? null : input.value;
}

// Draw dials into a place; `changed(name, value)` is called with null for the default.
export function drawDials(place, dials, values, changed) {
  place.replaceChildren();
  for (const dial of dials) {
    if (dial.name === "background") dial.kind = "background";
    const id = `dial-${dial.name}`;
    const label = element("label", { htmlFor: id, textContent: words(dial.name), title: dial.help });
    const shown = element("span", { className: "value", ariaHidden: "true" });
    const input = dial.kind === "background" ? background(dial, id) : control(dial, id);
    if (values[dial.name] !== undefined) {
      if (dial.kind === "switch") input.checked = values[dial.name];
      else input.value = values[dial.name];
    }
    const show = () => { shown.textContent = dial.kind === "range" ? Number(input.value).toFixed(2) : ""; };
    show();
    input.addEventListener("input", () => {
      show();
      const value = valueOf(dial, input);
      changed(dial.name, String(value) === String(dial.default) ? null : value);
    });
    const help = element("small", { id: `${id}-help`, textContent: dial.help });
    input.setAttribute("aria-describedby", help.id);
    place.append(element("div", { className: "dial" }, label, input, shown, help));
  }
}

function background(dial, id) {
  const select = element("select", { id });
  for (const [value, text] of Object.entries(BACKGROUNDS)) select.append(element("option", { value, textContent: text }));
  for (const [value, text] of [["#ffffff", "white"], ["#808080", "gray"], ["#000000", "black"]]) {
    select.append(element("option", { value, textContent: text }));
  }
  select.value = dial.default;
  return select;
}
