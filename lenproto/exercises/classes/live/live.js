// Shows what the server tells, part by part: see page.py. What is open, and where the keyboard is, stays so.
const SVG = "http://www.w3.org/2000/svg";
const OF_SVG = new Set(["svg", "rect"]);
const AGAIN_MS = 3000; // until it asks again, where the browser does not do so by itself
const SILENCE_MS = 45_000; // of the server, which says every 15 s that it is there
const connection = document.getElementById("connection");
const rows = document.getElementById("rows");
let source;
let heard = Date.now();

// Returns the element of a tree, [tag, attributes, child, …]; a text is only ever a text.
const build = (tree) => {
  if (typeof tree === "string") return document.createTextNode(tree);
  const [tag, attributes, ...children] = tree;
  const element = OF_SVG.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.map((child) => build(child)));
  return element;
};

const put = (id, tree) => {
  const made = build(tree);
  const old = document.getElementById(id);
  if (made.localName !== "tr") {
    old?.replaceChildren(made);
    return;
  }
  made.id = id;
  for (const details of old?.querySelectorAll("details[open]") ?? []) {
    const same = made.querySelector(`#${CSS.escape(details.id)}`);
    if (same) same.open = true;
  }
  if (old) old.replaceWith(made);
  else rows.append(made);
};

// The rows that there are, in this order; one that stands where it should is not touched.
const arrange = (ids) => {
  if (!rows) return;
  const wanted = new Set(ids);
  for (const row of rows.querySelectorAll(":scope > tr")) if (!wanted.has(row.id)) row.remove();
  let place = rows.firstElementChild;
  for (const id of ids) {
    const row = document.getElementById(id);
    if (row?.parentElement !== rows) continue;
    if (row === place) place = place.nextElementSibling;
    else rows.insertBefore(row, place);
  }
};

const show = ({ parts, all }) => {
  const at = document.activeElement?.id;
  for (const [id, tree] of Object.entries(parts)) put(id, tree);
  arrange(all);
  if (at && document.activeElement?.id !== at) document.getElementById(at)?.focus({ preventScroll: true });
};

const say = (text) => {
  if (connection.textContent !== text) connection.textContent = text;
};

const listen = () => {
  source?.close();
  heard = Date.now();
  source = new EventSource(document.body.dataset.events);
  const hear = () => {
    heard = Date.now();
    say("");
  };
  source.addEventListener("open", hear);
  source.addEventListener("alive", hear);
  source.addEventListener("message", (event) => {
    hear();
    show(JSON.parse(event.data));
  });
  source.addEventListener("error", () => {
    // closed: the server answers, but not with what was asked for; as a rule it is another one, with another token
    const { closed, lost } = connection.dataset;
    const refused = source.readyState === EventSource.CLOSED;
    say(refused ? closed : lost);
    if (refused) setTimeout(listen, AGAIN_MS);
  });
};

setInterval(() => {
  if (Date.now() - heard > SILENCE_MS) {
    say(connection.dataset.lost);
    listen();
  }
}, AGAIN_MS);
listen();
