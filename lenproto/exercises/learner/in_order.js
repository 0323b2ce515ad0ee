// Lines that are put in order: dragged, moved with the two buttons of each, or with Alt and an arrow key.

import { say } from "../../words/words.js";

function make(parent, tag, kind = "", text = "", attributes = {}) {
  const node = document.createElement(tag);
  if (kind) node.className = kind;
  if (text) node.textContent = text;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent?.append(node);
  return node;
}

class Order {
  constructor(model, el) {
    this.model = model;
    this.words = model.get("words");
    this.first = model.get("head").length + 1; // number of the first of them
    this.held = null; // the place of the line that is dragged
    el.classList.add("lenproto-order");
    const root = make(el, "div", "order", "", { dir: "ltr", "data-lm-suppress-shortcuts": "true", lang: this.words.language });
    const head = model.get("head").map((line, at) => `${String(at + 1).padStart(3)} ${line}`);
    make(root, "pre", "head", head.join("\n"), { tabindex: 0, role: "group", "aria-label": this.say("stays") });
    this.list = make(root, "ol", "", "", { "aria-label": this.say("label") });
    make(root, "p", "keys", this.say("keys"), { dir: this.words.direction });
    this.said = make(root, "div", "said", "", { "aria-live": "polite" });
    this.draw = this.draw.bind(this);
    model.on("change:lines", this.draw);
    this.draw();
  }

  close() {
    this.model.off("change:lines", this.draw);
  }

  say(key, values) {
    return say(this.words, `verdict.in-order.${key}`, values);
  }

  draw() {
    const lines = this.model.get("lines");
    this.list.replaceChildren(...lines.map((line, at) => this.drawLine(line, at, lines.length)));
  }

  drawLine(line, at, many) {
    const item = make(null, "li", "", "", { tabindex: 0, draggable: "true", "aria-keyshortcuts": "Alt+ArrowUp Alt+ArrowDown" });
    make(item, "span", "number", String(this.first + at));
    make(item, "span", "code", line);
    const up = make(item, "button", "", "↑", { type: "button", "aria-label": this.say("up", { line: line.trim() }) });
    const down = make(item, "button", "", "↓", { type: "button", "aria-label": this.say("down", { line: line.trim() }) });
    up.disabled = at === 0;
    down.disabled = at === many - 1;
    up.addEventListener("click", () => this.move(at, at - 1, "button"));
    down.addEventListener("click", () => this.move(at, at + 1, "button:last-child"));
    item.addEventListener("keydown", (event) => this.pressed(event, at, many));
    this.drag(item, at);
    return item;
  }

  pressed(event, at, many) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const to = at + by;
    if (to < 0 || to >= many) return;
    if (event.altKey) this.move(at, to);
    else this.list.children[to].focus();
  }

  drag(item, at) {
    item.addEventListener("dragstart", (event) => {
      event.dataTransfer.setData("text/plain", "");
      event.dataTransfer.effectAllowed = "move";
      this.held = at;
      item.classList.add("held");
    });
    item.addEventListener("dragend", () => {
      this.held = null;
      item.classList.remove("held");
    });
    item.addEventListener("dragover", (event) => {
      if (this.held === null) return; // something from elsewhere
      event.preventDefault();
      item.classList.add("over");
    });
    item.addEventListener("dragleave", () => item.classList.remove("over"));
    item.addEventListener("drop", (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (this.held !== null) this.move(this.held, at);
    });
  }

  // The focus goes with the line, to the same button where one was pressed.
  move(from, to, part = "") {
    const lines = [...this.model.get("lines")];
    lines.splice(to, 0, ...lines.splice(from, 1));
    this.held = null;
    this.model.set("lines", lines);
    this.model.save_changes();
    this.draw();
    const item = this.list.children[to], button = part && item.querySelector(part);
    (button && !button.disabled ? button : item).focus();
    this.said.textContent = this.say("moved", { line: lines[to].trim(), place: this.first + to });
  }
}

function render({ model, el }) {
  const order = new Order(model, el);
  return () => order.close();
}

export default { render };
