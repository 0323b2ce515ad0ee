// The scenes of a lesson, over a stage: where to go, the question to the class, hands that are counted into bars, and which bar
// came true. What the class chose is kept by Python, as are the locks: here it is drawn, and asked for.

import { make, setText } from "./dom.js";

const DIGIT = /^(?:Digit|Numpad)([1-9])$/;
const MORE = new Set(["+", "="]), FEWER = new Set(["-", "_", "−"]); // "=" is "+" without Shift

export const SCENE_KEYS = [ // and what each is for, by the names under views.stage.keys
  ["1 … 9", "scene"], ["Q", "question"], ["↑ ↓", "choice"], ["+ −", "hands"], ["T", "number"], ["Enter", "settle"], ["M", "notes"],
];

export class Scenes {
  // list: what Python tells of each scene; notes: a page of HTML. view: the View of stage.js.
  constructor(view, parent, { list, notes }) {
    Object.assign(this, { view, list, notes });
    this.now = null; // what is known of the present one
    this.choice = 0; // the one that the keys count for
    this.isAway = false; // whether the card is
    this.window = null; // with the notes
    this.buildBar(parent);
    this.card = make(parent, "section", "card", { "aria-label": this.say("question"), dir: view.words.direction, hidden: "" });
    this.heard = make(parent, "div", "heard", { role: "status" });
  }

  say(key, values) {
    return this.view.say(`scene.${key}`, values);
  }

  get scene() { return this.list[(this.now?.number ?? 1) - 1]; }

  get isLocked() { return Boolean(this.now?.is_open); }

  get isShown() { return !this.card.hidden; }

  buildBar(parent) {
    this.bar = make(parent, "div", "scenes", { role: "group", "aria-label": this.say("bar") });
    const numbers = make(this.bar, "span", "numbers");
    this.numbers = this.list.map(({ title }, index) => {
      const number = index + 1, help = this.say("go", { number, title });
      const button = make(numbers, "button", "", { type: "button", title: help, "aria-label": help });
      if (number < 10) button.setAttribute("aria-keyshortcuts", number);
      button.textContent = number;
      button.addEventListener("click", () => this.go(number));
      return button;
    });
    this.title = make(this.bar, "b", "title", { dir: "auto" });
    this.strip = make(this.bar, "span", "strip", { role: "list", "aria-label": this.say("votes") });
    this.toggle = this.barButton("question", "Q", () => this.putAway(this.isShown));
    this.barButton("notes", "M", () => this.openNotes());
  }

  barButton(name, key, act) {
    const button = make(this.bar, "button", "", { type: "button", title: this.say(`${name}-help`), "aria-keyshortcuts": key });
    make(button, "span").textContent = this.say(name);
    make(button, "kbd", "", { "aria-hidden": "true" }).textContent = key;
    button.addEventListener("click", act);
    return button;
  }

  // The card of a scene, new for each.
  buildCard() {
    const { scene, card } = this;
    card.replaceChildren();
    const head = make(card, "div", "head");
    make(head, "span", "faint", { dir: "auto" }).textContent = this.say("title", { number: this.now.number, title: scene.title });
    const away = make(head, "button", "", { type: "button", title: this.say("question-help"), "aria-label": this.say("away") });
    away.textContent = "×";
    away.addEventListener("click", () => this.putAway(true));
    make(card, "p", "question", { dir: "auto" }).append(...written(scene.question));
    const list = make(card, "ol", "choices");
    this.rows = scene.choices.map((choice, index) => this.buildChoice(list, choice, index));
    this.foot = make(card, "div", "foot");
    this.settles = make(this.foot, "button", "first", { type: "button", title: this.say("settle-help"), "aria-keyshortcuts": "Enter" });
    this.settles.addEventListener("click", () => this.settle());
    this.told = make(this.foot, "span", "told", { dir: "auto" });
  }

  buildChoice(list, choice, index) {
    const row = make(list, "li", "choice");
    make(row, "span", "text", { dir: "auto" }).append(...written(choice));
    const bar = make(make(row, "span", "bar", { "aria-hidden": "true" }), "span", "fill");
    const mark = make(row, "span", "mark");
    const button = (sign, name, by) => {
      const help = plain(this.say(name, { choice })), made = make(row, "button", "", { type: "button", "aria-label": help, title: help });
      made.textContent = sign;
      made.addEventListener("click", () => {
        this.choice = index;
        this.add(by);
      });
      return made;
    };
    const fewer = button("−", "fewer", -1);
    const hands = make(row, "input", "", { type: "text", inputmode: "numeric", maxlength: 3, autocomplete: "off", "aria-label": plain(this.say("hands", { choice })) });
    const more = button("+", "more", 1);
    hands.addEventListener("focus", () => {
      this.choice = index;
      hands.select();
      this.draw();
    });
    hands.addEventListener("change", () => this.typed(hands, index));
    hands.addEventListener("keydown", (event) => this.pressedIn(event, index));
    row.addEventListener("click", () => {
      this.choice = index;
      this.draw();
    });
    return { row, bar, mark, fewer, hands, more };
  }

  // ---- what buttons and keys do ----

  // What a key does, where it is one of these.
  act(event, letter) {
    const number = Number(DIGIT.exec(event.code)?.[1] ?? 0);
    if (number) return number <= this.list.length ? () => this.go(number) : undefined;
    if (letter === "Q") return () => this.putAway(this.isShown);
    if (letter === "M") return () => this.openNotes();
    return this.isLocked && this.isShown ? this.countingAct(event, letter) : undefined;
  }

  countingAct(event, letter) {
    if (MORE.has(event.key)) return () => this.add(1);
    if (FEWER.has(event.key)) return () => this.add(-1);
    if (letter === "Enter" && !event.target.closest("button, summary")) return () => this.settle();
    if (letter === "T") return () => this.rows[this.choice].hands.focus();
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    return by && (() => this.choose(this.choice + by));
  }

  // A key in a box for a number: which one is next.
  pressedIn(event, index) {
    const by = { ArrowUp: -1, ArrowDown: 1, Enter: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    this.typed(this.rows[index].hands, index);
    const next = this.rows[index + by];
    if (next) next.hands.focus();
    else this.view.root.focus();
  }

  go(number) {
    this.view.pause();
    this.view.chosen = null;
    this.view.order({ do: "scene", number });
  }

  choose(choice) {
    this.choice = Math.max(0, Math.min(choice, this.rows.length - 1));
    this.draw();
    this.announce(this.counted(this.choice));
  }

  add(by) {
    this.view.order({ do: "count", number: this.choice + 1, by });
  }

  typed(input, index) {
    const hands = Number.parseInt(input.value, 10);
    if (hands >= 0 && hands !== this.now.votes[index]) this.view.order({ do: "count", number: index + 1, hands });
    else input.value = this.now.votes[index];
  }

  settle() {
    this.view.order({ do: "settle" });
  }

  putAway(isAway) {
    this.isAway = isAway;
    this.draw();
    if (isAway) this.view.root.focus({ preventScroll: true });
    else this.card.scrollIntoView({ block: "nearest" });
  }

  // Somebody wants to step before the class has chosen.
  remind() {
    this.putAway(false);
    this.announce(this.say("locked"));
    this.told.textContent = this.say("locked");
  }

  announce(words) {
    this.heard.textContent = plain(words);
  }

  counted(index) {
    return this.say("counted", { choice: this.scene.choices[index], n: this.now.votes[index] });
  }

  // ---- drawing ----

  // now: what Python tells of the present scene.
  take(now, run) {
    const before = this.now, isNew = !before || before.number !== now.number || this.run !== run;
    Object.assign(this, { now, run });
    if (isNew) {
      this.choice = 0;
      this.isAway = !now.is_open && this.scene.choices.length > 0; // it was settled earlier
      this.buildCard();
      const { title, question } = this.scene;
      this.announce(this.say("asked", { number: now.number, title, question }));
    } else this.tell(before);
  }

  // Say what is new.
  tell(before) {
    const { now } = this, changed = now.votes.findIndex((hands, index) => hands !== before.votes[index]);
    if (changed >= 0) this.announce(this.counted(changed));
    if (before.is_open && !now.is_open) {
      this.isAway = true; // and the strip stands there
      this.announce(this.say("settled"));
      if (this.card.contains(document.activeElement)) this.view.root.focus({ preventScroll: true });
    }
    if (now.told && now.told !== before.told) this.announce(this.say("happened", { told: now.told }));
  }

  draw() {
    const { now, scene } = this;
    if (!now) return;
    const asks = Boolean(scene.question || scene.choices.length);
    for (const [index, button] of this.numbers.entries()) {
      if (index + 1 === now.number) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
    setText(this.title, scene.title);
    this.toggle.hidden = !asks;
    this.card.hidden = this.isAway || !asks;
    this.toggle.setAttribute("aria-expanded", this.isShown);
    this.card.classList.toggle("settled", !now.is_open);
    const most = Math.max(...now.votes, 1);
    for (const [index, row] of this.rows.entries()) this.drawChoice(row, index, most);
    this.foot.hidden = scene.choices.length === 0;
    this.settles.hidden = !now.is_open;
    setText(this.settles, this.say(now.votes.some(Boolean) ? "settle" : "settle-none"));
    this.settles.className = now.votes.some(Boolean) ? "first" : "";
    if (!now.is_open) this.told.replaceChildren(...written(now.told ? this.say("happened", { told: now.told }) : this.say("settled")));
    this.drawStrip();
    this.drawNotes();
  }

  drawChoice({ row, bar, mark, fewer, hands, more }, index, most) {
    const { now } = this, votes = now.votes[index], isRight = now.happened === index;
    row.classList.toggle("right", isRight);
    row.classList.toggle("wrong", Boolean(now.told) && !isRight);
    row.classList.toggle("counts", now.is_open && index === this.choice);
    bar.style.width = `${100 * votes / most}%`;
    setText(mark, isRight ? "✓" : "");
    if (isRight) mark.setAttribute("aria-label", this.say("right"));
    for (const each of [fewer, hands, more]) each.disabled = !now.is_open;
    fewer.disabled ||= votes === 0;
    if (document.activeElement !== hands) hands.value = votes;
  }

  // The bars in short, beside the title, once the class has chosen.
  drawStrip() {
    const { now, scene, strip } = this;
    strip.hidden = now.is_open || scene.choices.length === 0;
    const key = JSON.stringify([now, this.run]);
    if (strip.hidden || strip.dataset.key === key) return;
    strip.dataset.key = key;
    strip.replaceChildren();
    const most = Math.max(...now.votes, 1);
    for (const [index, choice] of scene.choices.entries()) {
      const isRight = now.happened === index, wrong = now.told && !isRight ? "wrong" : "";
      const chip = make(strip, "span", `chip ${isRight ? "right" : wrong}`, { role: "listitem", title: plain(this.counted(index)) });
      make(chip, "span", "fill", { "aria-hidden": "true" }).style.width = `${100 * now.votes[index] / most}%`;
      make(chip, "span", "text", { dir: "auto" }).append(...written(choice));
      make(chip, "b").textContent = now.votes[index];
      if (isRight) make(chip, "span", "mark", { "aria-label": this.say("right") }).textContent = "✓";
    }
    if (now.told && now.happened === null) make(strip, "span", "told", { dir: "auto" }).textContent = now.told;
  }

  // ---- the notes, in a window of their own ----

  openNotes() {
    if (!this.window || this.window.closed) this.window = window.open("", "", "popup,width=760,height=900");
    if (!this.window) {
      this.view.conversation.trouble = this.say("blocked");
      this.view.draw();
      return;
    }
    // no HTML of ours: Python has written it, see notes_page.py, and a page that is parsed so runs no scripts
    const page = this.window.document, parsed = new DOMParser().parseFromString(this.notes, "text/html");
    page.replaceChild(page.adoptNode(parsed.documentElement), page.documentElement);
    this.drawNotes();
    this.window.focus();
  }

  drawNotes() {
    const page = this.window?.closed === false && this.window.document;
    if (!page) return;
    for (const [index, part] of page.querySelectorAll("section").entries()) {
      const isNow = index + 1 === this.now.number;
      if (isNow && !part.hasAttribute("aria-current")) part.scrollIntoView();
      if (isNow) part.setAttribute("aria-current", "step");
      else part.removeAttribute("aria-current");
      for (const [choice, each] of part.querySelectorAll(".votes").entries()) setText(each, isNow ? ` · ${this.now.votes[choice]}` : "");
    }
  }

  close() {
    this.window?.close();
  }
}

// The parts of a text in which what stands in `backquotes` is code, and what stands between **two stars** is bold.
function written(text) {
  const parts = document.createElement("span");
  for (const [index, part] of text.split(/`([^`]*)`|(\*\*[^*]+\*\*)/).entries()) {
    if (!part) continue;
    if (index % 3 === 1) make(parts, "code", "", { dir: "ltr" }).textContent = part;
    else if (index % 3 === 2) make(parts, "b").textContent = part.slice(2, -2);
    else parts.append(part);
  }
  return parts.childNodes;
}

// The same without any marks, where there is no room for parts.
function plain(text) {
  return text.replaceAll(/`|\*\*/g, "");
}
