// A verdict: what passed, the first case that failed with its steps, hints one at a time, and all cases.
// Whatever comes from a learner's program is set as text, never as HTML.

import { say } from "../../words/words.js";

function make(parent, tag, kind = "", text = "", attributes = {}) {
  const node = document.createElement(tag);
  if (kind) node.className = kind;
  if (text) node.textContent = text;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  parent?.append(node);
  return node;
}

// Lines in letters of equal width. Where they are too long, arrow keys reach their ends.
function lines(parent, rows, label, blockKind = "") {
  const block = make(parent, "pre", blockKind, "", { tabindex: 0, role: "group", "aria-label": label, dir: "ltr" });
  for (const [line, kind] of rows) make(block, "span", kind, `${line}\n`);
}

// The button that puts a case on a stage below.
function offerStage(parent, words, model, number, label) {
  const button = make(parent, "button", "", say(words, "verdict.widget.stage"), { type: "button" });
  if (label) button.setAttribute("aria-label", say(words, "verdict.widget.stage-of", { case: label }));
  button.addEventListener("click", () => model.send({ do: "stage", case: number }));
}

function failure(parent, words, { headline, steps, marked, message, place, source, named, printed }) {
  make(parent, "p", "headline", headline);
  if (steps.length) lines(parent, steps, say(words, "verdict.widget.steps"), "steps");
  if (marked.length) lines(parent, marked.map(line => [line, ""]), say(words, "verdict.widget.wrong-byte"), "marked");
  const why = make(parent, "p", "why");
  make(why, "span", "bad", "✗ ");
  why.append(message);
  if (source) {
    make(parent, "p", "place", say(words, "verdict.widget.at", { place }));
    lines(parent, [[source, ""]], place, "source");
  }
  make(parent, "p", "named", named);
  if (printed.length) {
    make(parent, "p", "place", say(words, "verdict.widget.printed-below"));
    lines(parent, printed.map(line => [line, ""]), say(words, "verdict.widget.printed"), "printed");
  }
}

function table(parent, words, model, cases) {
  const rows = make(make(parent, "table"), "tbody");
  for (const [number, [kind, mark, level, name, story, message, staged]] of cases.entries()) {
    const row = make(rows, "tr");
    make(make(row, "td"), "span", kind, mark);
    make(row, "td", "", level);
    make(row, "th", "", name, { scope: "row" });
    const said = make(row, "td", "", story);
    if (message) make(said, "div", "message", message);
    if (staged) offerStage(said, words, model, number, name);
  }
}

// Returns what is called when another hint was asked for.
function offerHints(root, buttons, model, hints) {
  const words = model.get("words"), all = hints.length;
  const given = make(root, "ol", "hints", "", { role: "log", "aria-live": "polite", "aria-label": say(words, "verdict.widget.hints") });
  const next = hints.length ? make(buttons, "button", "first", "", { type: "button" }) : null;
  const hint = () => {
    const many = model.get("hinted");
    while (given.children.length < many) {
      const number = given.children.length + 1;
      const item = make(given, "li");
      make(item, "b", "", say(words, "verdict.widget.hint-of", { number, all }));
      const [text, code] = hints[number - 1];
      if (code) lines(item, text.split("\n").map(line => [line, ""]), say(words, "verdict.widget.hint", { number }));
      else item.append(text);
    }
    given.hidden = !many;
    if (!next) return;
    const over = many >= all;
    next.textContent = over ? say(words, "verdict.widget.all-shown", { n: all }) : say(words, "verdict.widget.next-hint", { shown: many, all });
    next.setAttribute("aria-disabled", over); // not disabled: that would take the keyboard's place from it
  };
  next?.addEventListener("click", () => {
    if (model.get("hinted") >= hints.length) return;
    model.set("hinted", model.get("hinted") + 1);
    model.save_changes();
  });
  model.on("change:hinted", hint);
  hint();
  return hint;
}

function offerCases(root, buttons, words, model, cases) {
  const every = make(root, "div", "cases");
  every.id = `cases-${crypto.randomUUID?.() ?? Math.random()}`;
  table(every, words, model, cases);
  const toggle = make(buttons, "button", "", "", { type: "button", "aria-controls": every.id });
  const show = open => {
    every.hidden = !open;
    toggle.setAttribute("aria-expanded", open);
    toggle.textContent = open ? say(words, "verdict.widget.hide-cases") : say(words, "verdict.widget.all-cases", { n: cases.length });
  };
  toggle.addEventListener("click", () => show(every.hidden));
  show(false);
}

function render({ model, el }) {
  const { name, levels, failure: failed, hints, cases, notes, stale } = model.get("told");
  const words = model.get("words"), { language: lang, direction: dir } = words;
  el.classList.add("lenproto-verdict");
  const root = make(el, "section", "verdict", "", { lang, dir, "aria-label": say(words, "verdict.widget.label", { function: name }) });
  if (stale) make(root, "p", "stale", stale);
  make(root, "h4", "", name);
  const list = make(root, "ul", "levels");
  for (const { kind, mark, words: text } of levels) {
    const level = make(list, "li", kind);
    make(level, "span", kind, mark);
    level.append(` ${text}`);
  }
  if (failed) failure(root, words, failed);
  for (const note of notes) make(root, "p", "note", note);

  const buttons = make(root, "div", "buttons");
  const hint = offerHints(root, buttons, model, hints);
  if (Number.isInteger(failed?.staged)) offerStage(buttons, words, model, failed.staged);
  if (cases.length) offerCases(root, buttons, words, model, cases);
  return () => model.off("change:hinted", hint);
}

export default { render };
