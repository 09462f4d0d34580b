const data = JSON.parse(document.getElementById("data").textContent);
const byKey = new Map(data.clips.map(clip => [clip.key, clip]));
const field = name => document.getElementById(name);
const shown = value => value === undefined ? "–" : value.toFixed(2);
const named = clip => data.systems[clip.system].name;
const label = clip => named(clip) + ": " + clip.request;
const swatch = clip => element("span", {class: "series-" + data.systems[clip.system].series, "aria-hidden": "true"}, data.systems[clip.system].glyph);

// Set metrics: one table at a time.
function showSets() {
  for (const own of document.querySelectorAll(".set"))
    own.hidden = own.dataset.embedder !== field("set-embedder").value || own.dataset.category !== field("set-category").value;
}
for (const name of ["set-embedder", "set-category"]) field(name).addEventListener("input", showSets);
showSets();

// Highlights: media is attached once a card is shown.
function showHighlights() {
  const kind = document.querySelector("#kind input:checked").value, system = field("lit-system") ? field("lit-system").value : "";
  field("kind-note").hidden = kind !== "disputed";
  for (const card of document.querySelectorAll(".lit article")) {
    const clip = byKey.get(card.dataset.clip), media = card.querySelector(".media");
    card.hidden = card.dataset.kind !== kind || (system !== "" && clip.system !== Number(system));
    if (!card.hidden && !media.childElementCount) attach(media, clip);
  }
}
function attach(media, clip) {
  if (clip.picture) media.append(picture(clip, label(clip)));
  media.append(outline(clip.peaks, "Waveform of " + label(clip)));
  media.append(clip.audio ? element("audio", {controls: "", preload: clip.picture ? "metadata" : "none", src: clip.audio, "aria-label": label(clip)})
    : element("p", {class: "quiet"}, "The sound is not in this file."));
}
addEventListener("beforeprint", () => {
  for (const card of document.querySelectorAll(".lit article")) {
    const media = card.querySelector(".media");
    if (!media.childElementCount) attach(media, byKey.get(card.dataset.clip));
  }
});
field("kind").addEventListener("input", showHighlights);
if (field("lit-system")) field("lit-system").addEventListener("input", showHighlights);
showHighlights();

// All clips: filtered and ordered here, drawn fifty at a time.
const PAGE = 50;
const state = {rows: [], drawn: 0};
for (const clip of data.clips) clip.words = [clip.request, clip.id, clip.file, clip.reason || ""].join(" ").toLowerCase();
function keeps(clip) {
  const words = field("words").value.trim().toLowerCase().split(/\s+/), system = field("by-system").value;
  const category = field("by-category").value, status = field("by-status").value, scored = clip.total !== undefined;
  return (system === "" || clip.system === Number(system)) && (!category || clip.category === category)
    && (!status || scored === (status === "ok")) && words.every(word => clip.words.includes(word));
}
function list() {
  const order = field("order").value, name = order.slice(0, -1), ascending = order.endsWith("+");
  state.rows = data.clips.filter(keeps).sort((left, right) => {
    const [a, b] = [left[name] ?? null, right[name] ?? null];
    if (a === null || b === null) return compareValues(a, b);
    return (ascending ? compareValues(a, b) : compareValues(b, a)) || compareValues(left.key, right.key);
  });
  state.drawn = 0;
  field("clip-table").tBodies[0].replaceChildren();
  for (const own of document.querySelectorAll("#clip-table th")) own.removeAttribute("aria-sort");
  const head = document.querySelector('#clip-table th[data-order="' + name + '"]');
  if (head) head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  drawMore();
}
function drawMore() {
  const next = state.rows.slice(state.drawn, state.drawn + PAGE);
  field("clip-table").tBodies[0].append(...next.map(row));
  state.drawn += next.length;
  field("more").hidden = state.drawn >= state.rows.length;
  field("count").textContent = state.rows.length + " of " + data.clips.length + " clips" + (state.drawn < state.rows.length ? ", the first " + state.drawn + " shown" : "");
}
function row(clip) {
  const play = element("button", {type: "button", class: "play", "aria-label": "Play " + label(clip)}, "▶");
  play.disabled = !clip.audio;
  play.addEventListener("click", () => playInDock(clip.audio, label(clip)));
  const detail = element("button", {type: "button", class: "detail", "aria-expanded": "false"}, clip.request);
  const total = clip.total === undefined ? element("span", {class: "status"}, clip.status.replaceAll("_", " ")) : element("span", {class: "total"}, shown(clip.total));
  const own = element("tr", {}, element("td", {class: "play-cell"}, play), element("td", {class: "request left"}, detail, element("small", {class: "quiet"}, clip.id + (clip.seed === undefined ? "" : ", seed " + clip.seed))),
    element("td", {class: "system left"}, swatch(clip), " " + named(clip)), element("td", {class: "other left"}, clip.category), element("td", {class: "total-cell total"}, total),
    element("td", {class: "other"}, shown(clip.second)), element("td", {class: "other"}, clip.seconds.toFixed(1)), element("td", {class: "other left"}, outline(clip.peaks)));
  detail.addEventListener("click", () => {
    const open = detail.getAttribute("aria-expanded") === "true";
    detail.setAttribute("aria-expanded", String(!open));
    if (open) own.nextElementSibling.remove(); else own.after(details(clip));
  });
  return own;
}
function details(clip) {
  const facts = data.components.map((name, i) => element("span", {}, name.replaceAll("_", " ") + " " + shown(clip.scores[i] ?? undefined)));
  facts.push(element("span", {}, "second judge " + shown(clip.second)), element("span", {}, clip.seconds.toFixed(2) + " s, " + clip.category), element("span", {}, clip.file));
  if (clip.reason) facts.push(element("span", {class: "status"}, clip.reason));
  const cell = element("td", {colspan: 8, class: "more sound"}, element("div", {}, ...facts));
  if (clip.picture) cell.append(picture(clip, label(clip)));
  return element("tr", {class: "detail-row"}, cell);
}
for (const name of ["words", "by-system", "by-category", "by-status", "order"]) field(name).addEventListener("input", list);
field("clip-filters").addEventListener("submit", event => event.preventDefault());
field("more").addEventListener("click", drawMore);
document.querySelector("#clip-table thead").addEventListener("click", event => {
  const head = event.target.closest("button") && event.target.closest("th");
  if (!head) return;
  field("order").value = head.dataset.order + (head.getAttribute("aria-sort") === "descending" ? "+" : "-");
  list();
});
list();

// A/B: two systems' answers to one request, one heard at a time, the place kept.
if (field("ab-section")) startCompare();
function startCompare() {
  const answers = new Map();
  for (const clip of data.clips) if (clip.audio) {
    const own = answers.get(clip.id) || answers.set(clip.id, new Map()).get(clip.id);
    if (!own.has(clip.system)) own.set(clip.system, clip);
  }
  const requests = [...answers].filter(([, own]) => own.size > 1);
  if (!requests.length) { field("ab-section").hidden = true; document.querySelector('nav a[href="#ab"]').parentElement.hidden = true; return; }
  for (const [id, own] of requests) field("ab-request").append(element("option", {value: id}, [...own.values()][0].request));
  const sides = {a: null, b: null};
  let heard = "a";
  const other = side => side === "a" ? "b" : "a";
  function choose() {
    const own = answers.get(field("ab-request").value);
    ["a", "b"].forEach((side, place) => {
      const select = field("ab-" + side), before = select.value;
      select.replaceChildren(...[...own.keys()].map(number => element("option", {value: number}, data.systems[number].name)));
      select.value = own.has(Number(before)) && before !== "" ? before : String([...own.keys()][place]);
      fill(side, own.get(Number(select.value)));
    });
    hear("a");
  }
  function fill(side, clip) {
    const panel = field("side-" + side);
    if (sides[side]) sides[side].pause();
    sides[side] = element("audio", {controls: "", preload: "auto", src: clip.audio, "aria-label": side.toUpperCase() + ", " + label(clip)});
    sides[side].addEventListener("play", () => { heard = side; say(); });
    for (const event of ["pause", "ended"]) sides[side].addEventListener(event, say);
    panel.replaceChildren(element("h3", {}, side.toUpperCase() + " ", swatch(clip), " " + named(clip)), element("span", {class: "total"}, shown(clip.total)), picture(clip, label(clip)), outline(clip.peaks, "Waveform of " + label(clip)), sides[side]);
  }
  function hear(side) { heard = side; say(); }
  function say() {
    const playing = !sides[heard].paused;
    field("ab-switch").textContent = "Switch to " + other(heard).toUpperCase();
    field("ab-play").textContent = playing ? "Pause" : "Play";
    field("ab-said").textContent = (playing ? "Playing " : "Chosen: ") + heard.toUpperCase();
    for (const side of ["a", "b"]) field("side-" + side).classList.toggle("on", side === heard);
  }
  function toggle() { if (sides[heard].paused) sides[heard].play(); else sides[heard].pause(); }
  function swap() {
    const from = sides[heard], to = sides[other(heard)], playing = !from.paused;
    from.pause();
    to.currentTime = Math.min(from.currentTime, to.duration || from.currentTime);
    hear(other(heard));
    if (playing) to.play();
  }
  for (const name of ["ab-request", "ab-a", "ab-b"]) field(name).addEventListener("input", choose);
  field("ab-play").addEventListener("click", toggle);
  field("ab-switch").addEventListener("click", swap);
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA|AUDIO)$/.test(event.target.tagName)) return;
    if (event.key === "x") swap();
    if (event.key === "p") toggle();
  });
  choose();
}
