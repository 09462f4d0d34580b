// One sound at a time; a dock that any button can load; outlines of waveforms. Sounds are attached when they are needed.
function pauseOthers(playing) {
  for (const other of document.querySelectorAll("audio")) if (other !== playing) other.pause();
}
document.addEventListener("play", event => pauseOthers(event.target), true);

function outline(peaks, label) {
  const bytes = Uint8Array.from(atob(peaks), one => one.charCodeAt(0)), step = 480 / (bytes.length - 1 || 1);
  const half = [...bytes].map(one => Math.max(.4, one / 100 * 24));
  const upper = half.map((own, i) => (i * step).toFixed(1) + "," + (24 - own).toFixed(1));
  const lower = half.map((own, i) => (i * step).toFixed(1) + "," + (24 + own).toFixed(1)).reverse();
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), shape = document.createElementNS(svg.namespaceURI, "polygon");
  svg.setAttribute("viewBox", "0 0 480 48"); svg.setAttribute("preserveAspectRatio", "none"); svg.setAttribute("class", "outline");
  if (label) { svg.setAttribute("role", "img"); svg.setAttribute("aria-label", label); } else svg.setAttribute("aria-hidden", "true");
  shape.setAttribute("points", upper.concat(lower).join(" "));
  svg.append(shape);
  return svg;
}
function element(name, attributes, ...children) {
  const own = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) if (value !== null && value !== undefined) own.setAttribute(key, value);
  own.append(...children.filter(child => child !== null && child !== undefined));
  return own;
}
function picture(clip, label) {
  return clip.picture ? element("img", {src: clip.picture, alt: "Mel spectrogram of " + label, width: 480, height: 192})
    : element("div", {class: "absent"}, "spectrogram not in this file");
}
const dock = document.getElementById("dock");
function playInDock(source, label) {
  const player = dock.querySelector("audio");
  dock.hidden = false;
  dock.querySelector("p").textContent = label;
  if (player.getAttribute("src") !== source) player.src = source;
  player.currentTime = 0;
  player.play().catch(() => { dock.querySelector("p").textContent = label + " (this sound can’t be played: was the file moved?)"; });
}
dock.querySelector("button").addEventListener("click", () => { dock.querySelector("audio").pause(); dock.hidden = true; });
