// The page: what is chosen, when to draw, what is shown.

import * as api from "./api.js";
import { drawDials } from "./dials.js";
import { showClip, showComparison, showPicture } from "./compare.js";
import { editLandmarks } from "./landmarks.js";
import { editMatte } from "./matte.js";

const $ = (id) => document.getElementById(id);
const WAIT = 250; // ms after the last change of a dial
const chosen = { portrait: null, look: null, set: null, method: "auto", options: {}, landmarks: null };
let described = null, shown = null, round = 0, timer = 0, tab = "compare";

function say(text, bad = false) {
  $("status").textContent = text;
  $("status").classList.toggle("bad", bad);
  if (bad) $("progress").hidden = true;
}

function tell(job) {
  const { what, done, most } = job.step;
  const bar = $("progress");
  bar.hidden = false;
  if (most) { bar.max = most; bar.value = done; } else bar.removeAttribute("value");
  say(job.state === "queued" ? "Waiting ..." : `Working ... ${what}${most ? ` ${done} of ${most}` : ""}`);
}

const guard = (work) => async (...given) => {
  try { await work(...given); } catch (error) {
    if (!(error instanceof api.Refusal)) console.error(error);
    say(error.message, true);
  }
};

function wish(kind) {
  const { portrait, look, set, method, options, landmarks } = chosen;
  return { upload: portrait.id, look, set, method, options, landmarks, kind };
}

function changed() {
  clearTimeout(timer);
  timer = setTimeout(guard(preview), WAIT);
}

async function preview() {
  if (!chosen.portrait || !(chosen.look || chosen.set)) return;
  const mine = ++round;
  const job = await api.run(wish("preview"), tell, () => mine === round);
  if (mine !== round || job.state !== "done") return;
  shown = job;
  $("progress").hidden = true;
  say(`${job.kind === "clip" ? `First ${job.frames} frames` : "Preview"}: ${job.size.join(" x ")}, ${job.seconds} s, ${job.method}`);
  $("notices").replaceChildren(...job.notices.map((notice) => Object.assign(document.createElement("li"), { textContent: notice })));
  $("downloads").hidden = false;
  $("format").hidden = job.kind === "clip";
  $("tab-labels").disabled = !job.has_labels;
  $("tab-matte").disabled = !job.has_matte;
  if (tab === "compare" || tab === "labels") show(); // else a hand may be at work there
}

function show() {
  const { portrait } = chosen, stage = $("stage");
  if (!portrait) return;
  $("tools").replaceChildren();
  if (tab === "landmarks") return showLandmarks();
  if (!shown) return portrait.address && showPicture(stage, portrait.address, "The portrait");
  if (shown.kind === "clip") return showClip(stage, api.fileOf(shown.id, "result.mp4"));
  if (tab === "labels") return showPicture(stage, api.fileOf(shown.id, "labels.png"), "Which exemplar was used where, with a legend");
  if (tab === "matte") return guard(showMatte)();
  showComparison(stage, portrait.address, api.fileOf(shown.id, "result.png"));
}

function button(text, action) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  made.addEventListener("click", guard(action));
  return made;
}

const hint = (text) => Object.assign(document.createElement("p"), { textContent: text });

function showLandmarks() {
  const { portrait } = chosen;
  const points = chosen.landmarks ?? portrait.faces[portrait.face ?? 0] ?? middleFace(portrait);
  editLandmarks($("stage"), portrait.address, [portrait.width, portrait.height], points, (moved) => {
    chosen.landmarks = moved;
    changed();
  });
  $("tools").append(
    button("As they were found", async () => { chosen.landmarks = null; show(); changed(); }),
    button("Save the points", async () => save(new Blob([chosen.landmarks ?? points].map((all) => all.map((p) => p.map((v) => v.toFixed(2)).join(" ")).join("\n") + "\n")), "landmarks.txt")),
    hint("Drag a point, or choose it with Page Up and Page Down and move it with the arrows (Shift: farther). The preview follows."),
  );
}

// where no face was found: a face to be dragged into place
function middleFace({ width, height }) {
  const oval = (n, cx, cy, rx, ry, from = 0, to = 2 * Math.PI) => Array.from({ length: n }, (_, i) => {
    const angle = from + (to - from) * i / (n === 17 ? n - 1 : n);
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
  const line = (n, x0, y0, x1, y1) => Array.from({ length: n }, (_, i) => [x0 + (x1 - x0) * i / (n - 1), y0 + (y1 - y0) * i / (n - 1)]);
  const unit = [
    ...oval(17, 0, -0.1, 1, 1.25, Math.PI, 0), ...line(5, -0.75, -0.45, -0.2, -0.45), ...line(5, 0.2, -0.45, 0.75, -0.45),
    ...line(4, 0, -0.25, 0, 0.2), ...line(5, -0.2, 0.35, 0.2, 0.35), ...oval(6, -0.45, -0.2, 0.17, 0.07, Math.PI, 3 * Math.PI),
    ...oval(6, 0.45, -0.2, 0.17, 0.07, Math.PI, 3 * Math.PI), ...oval(12, 0, 0.65, 0.33, 0.15, Math.PI, 3 * Math.PI), ...oval(8, 0, 0.65, 0.22, 0.05, Math.PI, 3 * Math.PI),
  ];
  const half = 0.2 * Math.min(width, height);
  return unit.map(([x, y]) => [width / 2 + half * x, height * 0.45 + half * y]);
}

async function showMatte() {
  const { portrait } = chosen;
  const scale = shown.size;
  $("tools").append(
    button("As it was found", async () => { await api.dropMatte(portrait.id); await preview(); show(); }),
    hint("Paint what belongs to the person; green is left out. The result follows."),
  );
  await editMatte($("stage"), $("tools"), portrait.address, api.fileOf(shown.id, "matte.png"), scale, guard(async (blob) => {
    await api.sendMatte(portrait.id, blob);
    changed();
  }));
}

function choose(name) {
  tab = name;
  for (const each of document.querySelectorAll("[role=tab]")) {
    const on = each.id === `tab-${name}`;
    each.setAttribute("aria-selected", String(on));
    each.tabIndex = on ? 0 : -1;
  }
  $("stage").setAttribute("aria-labelledby", `tab-${name}`);
  show();
}

async function takePortrait(file) {
  if (!file) return;
  round += 1; // what is being made is of another portrait
  say(`Reading ${file.name} ...`);
  const clip = file.type.startsWith("video/") || /\.(mp4|mov|mkv|webm|avi|m4v)$/i.test(file.name);
  const found = clip ? await api.sendClip(file) : await api.sendPortrait(file);
  if (chosen.portrait?.address) URL.revokeObjectURL(chosen.portrait.address);
  chosen.portrait = { ...found, address: clip ? null : await addressOf(file, found) };
  chosen.landmarks = null;
  delete chosen.options.face;
  shown = null;
  $("portrait-name").textContent = file.name;
  $("downloads").hidden = true;
  $("tab-landmarks").disabled = clip;
  $("tab-labels").disabled = $("tab-matte").disabled = true;
  drawFaces();
  choose("compare");
  if (!clip && !found.faces.length) {
    say(`${file.name}: no face was found; place the landmarks by hand, or choose another picture`, true);
    if (chosen.look || chosen.set) return;
  } else say(chosen.look || chosen.set ? "" : "Now pick a look");
  changed();
}

// browsers show no TIFF, HEIC or raw: the server's own reading is shown then
async function addressOf(file, found) {
  const address = URL.createObjectURL(file);
  const probe = new Image();
  probe.src = address;
  try { await probe.decode(); return address; } catch { URL.revokeObjectURL(address); }
  return `/api/portraits/${found.id}/preview.png`;
}

function drawFaces() {
  const { faces } = chosen.portrait, place = $("faces");
  place.hidden = !faces || faces.length < 2;
  place.replaceChildren();
  if (place.hidden) return;
  const order = faces.map((points, index) => [points[30][0], index]).sort((a, b) => a[0] - b[0]);
  const names = [["largest", "Largest face"], ...order.map((_, n) => [n + 1, `Face ${n + 1}`]), ["all", "All"]];
  for (const [value, text] of names) {
    const made = button(text, async () => {
      chosen.options = { ...chosen.options, face: value };
      chosen.portrait.face = typeof value === "number" ? order[value - 1][1] : 0;
      for (const other of place.children) other.setAttribute("aria-pressed", String(other === made));
      changed();
    });
    made.setAttribute("aria-pressed", String(value === "largest"));
    place.append(made);
  }
}

async function takeExemplars(files) {
  if (!files.length) return;
  say(`Sending ${files.length} exemplars ...`);
  const { id, refused } = await api.sendExemplars(files);
  for (const input of document.querySelectorAll("[name=look]")) input.checked = false;
  chosen.set = id;
  chosen.look = null;
  $("exemplar-names").textContent = `${files.length - refused.length} pictures of your own`;
  say(refused.length ? refused.join("; ") : "", refused.length > 0);
  if (refused.length < files.length) changed();
}

async function download() {
  const { portrait } = chosen;
  $("download").disabled = true;
  try {
    const job = await api.run(wish("full"), tell);
    $("progress").hidden = true;
    if (job.state !== "done") return;
    const link = Object.assign(document.createElement("a"), { href: `/api/jobs/${job.id}/download?as=${$("format").value}`, download: "" });
    document.body.append(link);
    link.click();
    link.remove();
    say(`Done: ${job.size.join(" x ")}, ${job.seconds} s`);
  } finally { $("download").disabled = false; }
}

function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function drawAllDials() {
  const { general, methods } = described.dials;
  const set = (name, value) => {
    if (value === null) delete chosen.options[name]; else chosen.options[name] = value;
    changed();
  };
  const first = general.filter((dial) => ["strength", "background"].includes(dial.name));
  const rest = general.filter((dial) => ["exposure", "landmarks", "seed"].includes(dial.name));
  drawDials($("dials"), first, chosen.options, set);
  const own = methods[chosen.method]?.dials ?? [];
  drawDials($("more-dials"), [...own, ...rest], chosen.options, set);
}

function drawLooks() {
  for (const look of described.looks) {
    const label = Object.assign(document.createElement("label"), { className: "look" });
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "look", value: look.name });
    const span = document.createElement("span");
    span.append(look.network
      ? Object.assign(document.createElement("i"), { textContent: "network" })
      : Object.assign(document.createElement("img"), { src: `/api/looks/${encodeURIComponent(look.name)}.jpg`, alt: "", loading: "lazy" }),
    Object.assign(document.createElement("b"), { textContent: look.title }));
    label.append(input, span);
    input.addEventListener("change", () => {
      chosen.look = look.name;
      chosen.set = null;
      $("exemplar-names").textContent = "several works in one style, each with a face";
      if (!chosen.portrait) say("Now choose a portrait");
      changed();
    });
    $("looks").append(label);
  }
}

const start = guard(async () => {
  described = await api.looks();
  drawLooks();
  for (const name of ["auto", ...Object.keys(described.dials.methods)]) {
    const summary = described.dials.methods[name]?.summary ?? "what suits the exemplars";
    $("method").append(Object.assign(document.createElement("option"), { value: name, textContent: `${name}: ${summary}` }));
  }
  drawAllDials();
  $("method").addEventListener("change", () => {
    const kept = Object.fromEntries(described.dials.general.map(({ name }) => [name, chosen.options[name]]).filter(([, value]) => value !== undefined));
    chosen.method = $("method").value;
    chosen.options = kept;
    drawAllDials();
    changed();
  });
  $("reset").addEventListener("click", () => { chosen.options = {}; chosen.method = $("method").value = "auto"; drawAllDials(); changed(); });
  $("portrait-file").addEventListener("change", guard(async (event) => { await takePortrait(event.target.files[0]); event.target.value = ""; }));
  $("choose").addEventListener("click", () => $("portrait-file").click());
  $("exemplar-files").addEventListener("change", guard(async (event) => { await takeExemplars([...event.target.files]); event.target.value = ""; }));
  $("download").addEventListener("click", guard(download));
  $("forget").addEventListener("click", guard(async () => { await api.forget(); location.reload(); }));
  const tabs = [...document.querySelectorAll("[role=tab]")];
  for (const each of tabs) {
    each.addEventListener("click", () => choose(each.id.slice(4)));
    each.addEventListener("keydown", (event) => {
      const turn = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!turn) return;
      const open = tabs.filter((other) => !other.disabled);
      const next = open[(open.indexOf(each) + turn + open.length) % open.length];
      next.focus();
      choose(next.id.slice(4));
    });
  }
  addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("dropping"); });
  addEventListener("dragleave", () => document.body.classList.remove("dropping"));
  addEventListener("drop", guard(async (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    const files = [...event.dataTransfer.files];
    if (files.length > 1 || event.target.closest?.(".looks")) await takeExemplars(files);
    else await takePortrait(files[0]);
  }));
});

start();
