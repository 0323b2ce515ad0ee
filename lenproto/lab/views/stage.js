// The stage as a picture. A Conversation holds what Python has told, a View draws one moment of it.
// Time is counted in calls: moment n is when n calls have been made and both sides have come to rest.
// Whatever comes from the two programs is set as text, never as HTML.

import { say } from "../../words/words.js";
import { make, setText, svg } from "./dom.js";
import { Scenes, SCENE_KEYS } from "./scenes.js";

const SIDES = ["client", "server"];
const KINDS = { "about to": "about", blocked: "blocked", failed: "failed" };
const ANSWER_MS = 5000; // after so long without an answer, Python is gone
const SPEEDS = [0.5, 1, 2, 5, 15]; // steps per second
const SHOWN_BYTES = 256;
const PIPE_BYTES = 48; // shown of what is on the way, or in a buffer
const SPELT_BYTES = 12; // so many stand as text at an arrow
const ROW = 2.5; // height of one call in the ladder, in letters' heights

const KEYS = [ // and what each is for, by the names under views.stage.keys
  ["C", "client"], ["S", "server"], ["N", "any"], ["E", "run"], ["G", "go-on"], ["P", "play"], ["← →", "back-forward"], ["Home End", "home-end"],
  ["↑ ↓", "choose"], ["Tab, ← →", "bytes"], ["T", "type"], ["Esc", "leave"], ["R", "again"], ["F", "full"],
  ["L", "ladder"], ["O", "code"], ["B", "bytes-alone"],
];
const PARTS = { ladder: "L", code: "O", bytes: "B" }; // what can stand alone, with its key
const LIVE_KEYS = new Set(["C", "S", "N", "E", "G", "T", "R"]);

// ---- what Python has told --------------------------------------------------------------------

class Conversation {
  constructor() {
    this.views = new Set();
    this.clear(0);
  }

  clear(run) {
    this.run = run;
    this.rungs = []; // see lenproto/lab/ladder.py
    this.printed = { client: [], server: [] };
    this.sources = { client: [], server: [] };
    this.stands = {};
    this.scene = null; // what the class makes of it, where there are scenes: see lenproto/lab/scenes.py
    this.names = {}; // of pupils, by side
    this.now = null; // where the sides stand; null where no stage is behind this
    this.streams = new Map(); // "1 client" → { sender, sends, reads, fields, bytes }
    this.arrows = [];
    this.deadlock = "";
    this.trouble = "";
    this.playing = false;
  }

  take(message) {
    if (message.run < this.run) return;
    if (message.run > this.run) this.clear(message.run);
    for (const rung of message.rungs) this.rungs[rung.number - 1] = rung;
    for (const side of Object.keys(message.printed)) {
      const [from, pieces] = message.printed[side];
      this.printed[side] = [...(this.printed[side] ?? []).slice(0, from), ...pieces];
    }
    Object.assign(this, { sources: message.sources, stands: message.stands, now: message.sides ?? null });
    Object.assign(this, { deadlock: message.deadlock ?? "", trouble: message.trouble ?? "", playing: Boolean(message.playing) });
    Object.assign(this, { scene: message.scene ?? null, names: message.names ?? {} });
    if (message.rungs.length) this.gather();
    for (const view of this.views) view.changed();
  }

  // All streams with their bytes, and all arrows, from the calls.
  gather() {
    this.streams.clear();
    for (const rung of this.rungs) if (rung?.stream) this.gatherBytes(rung);
    this.arrows = this.rungs.flatMap((from) => from.arrows.map(({ to, ...arrow }) => (
      { key: from.stream, from, to: this.rungs[to - 1] ?? null, ...arrow })));
  }

  gatherBytes(rung) {
    const stream = this.stream(rung.stream, rung.sender);
    stream[rung.sends ? "sends" : "reads"].push(rung);
    for (const [name, start, size] of rung.pieces) stream.fields.set(start, { name, start, size });
    for (let at = 0; at < rung.hex.length / 2; at++) {
      stream.bytes[rung.start + at] = Number.parseInt(rung.hex.slice(2 * at, 2 * at + 2), 16);
    }
  }

  stream(key, sender) {
    if (!this.streams.has(key)) this.streams.set(key, { sender, sends: [], reads: [], fields: new Map(), bytes: [] });
    return this.streams.get(key);
  }

  // Where a side stood at a moment: as Python says now, or as its calls tell of then.
  position(side, moment) {
    const began = this.rungs.filter((rung) => sideOf(rung) === side && rung.number <= moment);
    const doing = began.find((rung) => rung.made === null || rung.made > moment);
    if (this.now && moment === this.rungs.length) return this.now[side];
    if (doing) return { ...doing, state: "blocked", call: doing.text };
    const next = this.rungs.find((rung) => sideOf(rung) === side && rung.number > moment);
    if (next) return { ...next, state: "about to", call: next.text };
    return this.now?.[side] ?? { state: "over", reason: this.stands[side] };
  }

  printedBy(side, moment) {
    return this.printed[side].filter(([made]) => made <= moment).map(([, text]) => text).join("");
  }
}

// ---- one moment of it, drawn -------------------------------------------------------------------

class View {
  // scenes: what Python tells of each, where there are some, and notes on them.
  constructor(conversation, { words, live, scenes = [], notes = "" }, tell, el) {
    Object.assign(this, { conversation, words, tell, live });
    this.moment = 0;
    this.follows = true; // it shows the newest moment
    this.chosen = null; // number of a call; null: the one that moved bytes last
    this.lit = null; // what the mouse or the focus is on
    this.alone = ""; // the only part that is shown
    this.rests = false; // the mouse has not moved since the last key
    this.timer = null; // of what plays
    this.waiting = null; // a timer, as long as Python owes an answer
    this.drawn = { sources: {}, printed: {}, stands: "" };
    this.build(el, { list: scenes, notes });
    conversation.views.add(this);
    this.resized = new ResizeObserver(() => this.draw(true));
    this.resized.observe(this.calls);
    this.themes = new MutationObserver(() => this.soon());
    this.themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
    // On the window it hears of a key before JupyterLab does, which listens on the document.
    this.shares = (event) => this.share(event);
    window.addEventListener("keydown", this.shares, true);
    // In full screen Esc is the browser's, which tells nobody of that key.
    this.leaves = () => { if (!document.fullscreenElement) this.showAlone(""); };
    document.addEventListener("fullscreenchange", this.leaves);
    this.fresh = live;
    this.changed();
  }

  close() {
    this.conversation.views.delete(this);
    this.resized.disconnect();
    this.themes.disconnect();
    window.removeEventListener("keydown", this.shares, true);
    document.removeEventListener("fullscreenchange", this.leaves);
    this.pause();
    clearTimeout(this.waiting);
    this.scenes?.close();
  }

  // Whether the class has not chosen yet: until then nobody steps.
  get isLocked() { return Boolean(this.scenes?.isLocked); }

  get last() { return this.conversation.rungs.length; }

  say(key, values) {
    return say(this.words, `views.stage.${key}`, values);
  }

  // A side by its name; of a trace that a Tap recorded, an actor has a name of its own.
  who(actor) {
    return SIDES.includes(actor) ? say(this.words, `views.side.${actor}`) : actor;
  }

  // The picture goes from left to right, a sentence as its language does.
  makeSentence(parent, kind = "") {
    return make(parent, "div", kind, { dir: this.words.direction });
  }

  counted(bytes) {
    return say(this.words, "views.byte", { n: bytes });
  }

  build(el, scenes) {
    el.classList.add("lenproto-stage");
    this.root = make(el, "div", "stage", { tabindex: 0, role: "group", dir: "ltr", "data-lm-suppress-shortcuts": "true",
      lang: this.words.language, "aria-label": this.say(this.live ? "live" : "replay") });
    this.buildTools();
    this.scenes = scenes.list.length ? new Scenes(this, this.root, scenes) : null;
    this.notice = this.makeSentence(this.root, "say"); // a deadlock, or what went wrong
    this.notice.hidden = true;
    const stands = make(this.root, "div", "stands");
    this.sides = {};
    const middle = make(this.root, "div", "middle");
    for (const side of SIDES) this.sides[side] = this.buildSide(stands, side);
    this.buildProgram(middle, "client");
    const ladder = make(middle, "div", "ladder");
    const heads = make(ladder, "div", "heads");
    const [client, server] = SIDES.map((side) => this.buildHead(side));
    heads.append(client);
    this.buildAlone(heads, "ladder");
    heads.append(server);
    this.calls = make(ladder, "div", "calls", { tabindex: 0, role: "listbox", "aria-label": this.say("calls") });
    this.paper = svg(this.calls, "svg", "", {});
    this.buildProgram(middle, "server");
    const below = make(this.root, "div", "below");
    this.pipes = { server: make(below, "div", "pipe") }; // by who sends: what comes to the client stands under the client
    const chosenBytes = make(below, "div", "bytes-part");
    this.buildAlone(chosenBytes, "bytes");
    this.chosenBytes = make(chosenBytes, "div", "chosen-bytes");
    this.pipes.client = make(below, "div", "pipe");
    this.buildHelp();
    this.heard = make(this.root, "div", "heard", { role: "status", "aria-live": "polite" });

    this.calls.addEventListener("scroll", () => this.soon());
    this.root.addEventListener("keydown", (event) => this.pressed(event));
    this.root.addEventListener("click", (event) => this.clicked(event));
    this.root.addEventListener("pointermove", (event) => {
      if (this.rests) this.pointed(event.target);
      this.rests = false;
    });
    this.root.addEventListener("pointerover", (event) => { if (!this.rests) this.pointed(event.target); });
    this.root.addEventListener("focusin", (event) => this.pointed(event.target));
    for (const kind of ["pointerleave", "focusout"]) this.root.addEventListener(kind, () => this.pointed(null));
  }

  buildTools() {
    const tools = make(this.root, "div", "tools", { role: "toolbar", "aria-label": this.say("tools") });
    const button = (name, key, act, { sign = "", kind = "" } = {}) => {
      const made = make(tools, "button", kind, { type: "button", title: this.say(`help.${name}`), "aria-keyshortcuts": key });
      make(made, "span").textContent = sign || this.say(`button.${name}`);
      if (sign) made.setAttribute("aria-label", this.say(`label.${name}`));
      if (key.length === 1) make(made, "kbd", "", { "aria-hidden": "true" }).textContent = key;
      made.addEventListener("click", act);
      this.buttons[name] = made;
    };
    const gap = () => make(tools, "span", "gap");
    this.buttons = {};
    if (this.live) {
      button("client", "C", () => this.step("client"), { kind: "first" });
      button("server", "S", () => this.step("server"), { kind: "first" });
      button("any", "N", () => this.step(null));
      button("run", "E", () => this.run());
      gap();
    }
    button("home", "Home", () => this.turn(0), { sign: "⏮" });
    button("back", "ArrowLeft", () => this.turn(this.moment - 1), { sign: "◀" });
    this.count = make(tools, "span", "count");
    button("forward", "ArrowRight", () => this.turn(this.moment + 1), { sign: "▶" });
    button("end", "End", () => this.turn(this.last), { sign: "⏭" });
    if (this.live) button("go-on", "G", () => this.goOn());
    button("play", "P", () => (this.timer ? this.pause() : this.play()));
    this.buildSpeed(make(tools, "label", ""));
    gap();
    if (this.live) button("again", "R", () => this.again());
    button("full", "F", () => this.fill());
    if (!this.root.requestFullscreen) this.buttons.full.hidden = true;
  }

  buildSpeed(label) {
    make(label, "span").textContent = this.say("slow");
    this.speed = make(label, "input", "", { type: "range", min: 0, max: SPEEDS.length - 1, value: 1, "aria-label": this.say("speed") });
    make(label, "span").textContent = this.say("fast");
    this.speed.addEventListener("input", () => {
      this.speed.setAttribute("aria-valuetext", this.say("speed-now", { n: SPEEDS[this.speed.value] }));
      if (this.timer) this.play();
    });
  }

  buildSide(parent, side) {
    const card = make(parent, "div", "side", { "data-side": side });
    const pupil = make(card, "b", "pupil", { dir: "auto" });
    const words = this.makeSentence(card);
    make(words, "b").textContent = this.say("who", { actor: this.who(side) });
    const below = make(card, "div", "under");
    const parts = { card, pupil, words: make(words, "span", "words"), place: make(below, "span", "place") };
    parts.form = make(below, "form", "", { hidden: "" });
    parts.prompt = make(make(parts.form, "label"), "code");
    parts.input = make(parts.form, "input", "", { type: "text", autocomplete: "off", spellcheck: "false" });
    make(parts.form, "button", "first", { type: "submit" }).textContent = this.say("enter");
    parts.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.order({ do: "type", side, line: parts.input.value });
      parts.input.value = "";
      this.root.focus();
    });
    parts.late = make(below, "button", "", { type: "button", hidden: "", title: this.say("time-out-help") });
    parts.late.addEventListener("click", () => this.order({ do: "time out", side }));
    return parts;
  }

  buildHead(side) {
    const head = document.createElement("span");
    make(head, "span").textContent = this.who(side);
    this.sides[side].head = make(head, "bdi", "pupil");
    return head;
  }

  buildProgram(parent, side) {
    const program = make(parent, "div", "program");
    const name = make(program, "div", "name");
    make(name, "span").textContent = this.say(`program.${side}`);
    this.buildAlone(name, "code");
    const code = make(program, "div", "code", { tabindex: 0, role: "region", "aria-label": this.say(`source.${side}`) });
    make(program, "div", "name").textContent = this.say("printed");
    const screen = make(program, "pre", "screen", { tabindex: 0, "aria-label": this.say(`screen.${side}`) });
    Object.assign(this.sides[side], { code, screen });
  }

  // The button at the corner of a part that leaves only this part, and brings the others back.
  buildAlone(parent, part) {
    const key = PARTS[part], title = this.say(`alone.${part}`);
    const button = make(parent, "button", "alone", { type: "button", title, "aria-label": title, "aria-keyshortcuts": key, "data-part": part });
    make(button, "span", "", { "aria-hidden": "true" }).textContent = "⤢";
    make(button, "kbd", "", { "aria-hidden": "true" }).textContent = key;
    button.addEventListener("click", () => this.showAlone(part));
  }

  buildHelp() {
    this.help = make(this.root, "details", "", { dir: this.words.direction });
    make(this.help, "summary").textContent = this.say("keys.title");
    const list = make(this.help, "dl");
    for (const [key, what] of [...KEYS, ...(this.scenes ? SCENE_KEYS : [])]) {
      if (!this.live && LIVE_KEYS.has(key)) continue;
      make(make(list, "dt"), "code", "", { dir: "ltr" }).textContent = key;
      make(list, "dd").textContent = this.say(`keys.${what}`);
    }
    make(this.help, "p", "faint").textContent = this.say("keys.help");
  }

  // ---- what buttons and keys do ----

  order(what) {
    this.follows = true;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.conversation.trouble = this.say("no-answer");
      this.changed();
    }, ANSWER_MS);
    this.tell(what);
  }

  // In the past it is the next of what has happened: no call is made that nobody has seen coming.
  step(side) {
    if (this.moment < this.last) this.go(this.moment + 1);
    else if (this.isLocked) this.scenes.remind();
    else this.order({ do: "step", side });
  }

  goOn() {
    if (this.moment === this.last) return;
    this.pause();
    if (this.isLocked) return this.scenes.remind();
    this.chosen = null;
    this.order({ do: "go on", calls: this.moment });
  }

  run() {
    this.pause();
    if (this.isLocked) return this.scenes.remind();
    this.order({ do: this.conversation.playing ? "stop" : "run" });
  }

  again() {
    this.pause();
    this.chosen = null;
    this.order({ do: "start again" });
  }

  // Whoever turns back or forward by hand has stopped what plays.
  turn(moment) {
    this.pause();
    this.go(moment);
  }

  go(moment) {
    this.moment = Math.max(0, Math.min(moment, this.last));
    this.follows = this.moment === this.last;
    this.chosen = null;
    this.draw(true);
  }

  play() {
    this.pause();
    if (!this.live && this.moment === this.last) this.go(0);
    this.timer = setInterval(() => {
      if (this.moment < this.last) this.go(this.moment + 1);
      else if (this.live && this.canStep()) { if (!this.waiting) this.step(null); }
      else if (!this.live || !this.asks()) this.pause();
    }, 1000 / SPEEDS[this.speed.value]);
    this.draw();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.soon();
  }

  canStep(side) {
    return !this.isLocked && (side ? [side] : SIDES).some((each) => this.conversation.now?.[each].can_step);
  }

  asks(side) {
    return (side ? [side] : SIDES).find((each) => this.conversation.now?.[each].name === "input");
  }

  fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.().then(() => this.root.focus(), () => {});
  }

  // Leave only one part on the screen; the same again, or "", shows all.
  showAlone(part) {
    const before = this.alone;
    this.alone = part === before ? "" : part;
    if (this.alone === before) return;
    if (this.alone) this.root.dataset.alone = this.alone;
    else delete this.root.dataset.alone;
    if (this.root.contains(document.activeElement)) this.root.focus({ preventScroll: true }); // what had the focus may be gone
    this.announce(this.say(`alone.${this.alone || "none"}`));
    this.draw(true);
  }

  // The box of the stage was just run with Ctrl+Enter: the next key is for the stage.
  welcome() {
    this.fresh = false;
    if (this.root.closest(".jp-mod-commandMode .jp-Cell.jp-mod-active")) this.root.focus({ preventScroll: true });
  }

  // A key alone is the stage's; with Ctrl or ⌘ it is the page's, such as Ctrl+S.
  share(event) {
    if (!this.root.contains(event.target)) return;
    if (event.ctrlKey || event.metaKey) this.root.removeAttribute("data-lm-suppress-shortcuts");
    else this.root.setAttribute("data-lm-suppress-shortcuts", "true");
  }

  pressed(event) {
    this.rests = true; // the picture moves below the mouse: nothing is pointed at before that moves itself
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.tagName === "INPUT" && event.target.type === "text") return this.typed(event);
    const letter = /^Key[A-Z]$/.test(event.code) ? event.code[3] : event.key; // the place of the key: any keyboard's language
    const forInput = event.target.type === "range" && event.key.startsWith("Arrow");
    const bytes = event.target.closest(".bytes");
    if (bytes && /^Arrow(Left|Right)$/.test(event.key)) return this.walk(event, bytes, event.key === "ArrowLeft" ? -1 : 1);
    const act = this.scenes?.act(event, letter) ?? this.acts()[letter];
    if (!act || forInput) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  // What each key does, by its letter or name.
  acts() {
    return {
      C: () => this.live && this.step("client"), S: () => this.live && this.step("server"), N: () => this.live && this.step(null),
      E: () => this.live && this.run(), G: () => this.live && this.goOn(), R: () => this.live && this.again(), P: () => (this.timer ? this.pause() : this.play()),
      F: () => this.fill(), L: () => this.showAlone("ladder"), O: () => this.showAlone("code"), B: () => this.showAlone("bytes"),
      Escape: this.alone && (() => this.showAlone("")), T: () => this.asks() && this.sides[this.asks()].input.focus(),
      ArrowLeft: () => this.turn(this.moment - 1), ArrowRight: () => this.turn(this.moment + 1),
      Home: () => this.turn(0), End: () => this.turn(this.last),
      ArrowUp: () => this.choose(-1), ArrowDown: () => this.choose(1),
    };
  }

  // A key in the text box: all but two are text.
  typed(event) {
    if (event.key === "Escape") this.root.focus();
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault(); // JupyterLab does the same, so that the form would never hear of it
      event.target.form.requestSubmit();
    }
  }

  choose(by) {
    const from = this.chosen ?? (by < 0 ? this.moment + 1 : 0);
    const to = Math.max(1, Math.min(from + by, this.moment));
    if (!this.moment) return;
    this.chosen = to;
    const rung = this.conversation.rungs[to - 1];
    this.show(to);
    this.draw();
    const { text: call, result, line, function: name } = rung;
    this.announce(this.say(result ? "call.result-at" : "call.at", { actor: this.who(rung.actor), call, result, line, function: name }));
  }

  // Point at the next byte of a row of bytes.
  walk(event, list, by) {
    event.preventDefault();
    const bytes = [...list.querySelectorAll(".byte[data-key]")], from = bytes.findIndex((each) => each.dataset === this.lit);
    const to = bytes[from < 0 ? 0 : Math.max(0, Math.min(from + by, bytes.length - 1))];
    this.pointed(to);
    this.announce(to?.title ?? "");
  }

  clicked(event) {
    this.used = event.target.closest("button");
    const thing = event.target.closest("[data-call]");
    if (thing) {
      this.chosen = Number(thing.dataset.call);
      this.draw();
    }
    if (!event.target.closest("button, input, summary, .calls, .code, .screen, .bytes")) this.root.focus({ preventScroll: true });
  }

  // ---- what belongs together lights up ----

  pointed(target) {
    const thing = target?.closest?.("[data-key], [data-call], .row[data-line]");
    const lit = thing ? thing.dataset : null;
    if (lit === this.lit) return;
    this.lit = lit;
    this.light();
  }

  light() {
    const { meets, calls, lines } = this.belonging();
    for (const each of this.root.querySelectorAll("[data-key]")) {
      each.classList.toggle("lit", meets(each.dataset.key, Number(each.dataset.start), Number(each.dataset.stop)));
    }
    for (const each of this.root.querySelectorAll("g[data-call]:not([data-key])")) each.classList.toggle("lit", calls.has(each.dataset.call));
    for (const each of this.root.querySelectorAll(".row[data-line]")) {
      each.classList.toggle("lit", lines.has(`${each.dataset.side} ${each.dataset.file} ${each.dataset.line}`));
    }
    for (const side of SIDES) reveal(this.sides[side].code, this.sides[side].code.querySelector(".lit") ?? this.sides[side].code.querySelector(".now"));
  }

  // What belongs to the thing that is lit: bytes of a stream, calls, and lines of the programs.
  belonging() {
    const bytes = new Map(); // stream → ranges of it
    const rungs = this.conversation.rungs.slice(0, this.moment);
    const here = rungs.filter((rung) => this.isLit(rung));
    if (this.lit?.key) bytes.set(this.lit.key, [[Number(this.lit.start), Number(this.lit.stop)]]);
    for (const rung of here) {
      if (rung.stream) bytes.set(rung.stream, [...(bytes.get(rung.stream) ?? []), [rung.start, rung.stop]]);
    }
    const meets = (key, start, stop) => (bytes.get(key) ?? []).some(([a, b]) => a < stop && start < b);
    const all = [...here, ...rungs.filter((rung) => rung.stream && meets(rung.stream, rung.start, rung.stop))];
    return {
      meets,
      calls: new Set(all.map((rung) => String(rung.number))),
      lines: new Set(all.map((rung) => `${rung.actor} ${rung.file} ${rung.line}`)),
    };
  }

  // Whether a call, or the line it stands in, is lit itself.
  isLit({ number, actor, file, line }) {
    if (!this.lit || this.lit.key) return false;
    if (this.lit.call) return String(number) === this.lit.call;
    return actor === this.lit.side && file === this.lit.file && String(line) === this.lit.line;
  }

  announce(words) {
    this.heard.textContent = words;
  }

  // ---- drawing ----

  changed() {
    clearTimeout(this.waiting);
    this.waiting = null;
    if (this.scenes && this.conversation.scene) this.scenes.take(this.conversation.scene, this.conversation.run);
    if (this.follows || this.moment > this.last) {
      if (this.moment !== this.last) this.chosen = null;
      this.moment = this.last;
    }
    this.soon(true);
  }

  soon(moved = false) {
    this.moved ||= moved;
    this.frame ??= requestAnimationFrame(() => this.draw(this.moved));
  }

  draw(moved = false) {
    if (this.frame) cancelAnimationFrame(this.frame);
    this.frame = null;
    this.moved = false;
    this.root.classList.toggle("dark", isDark());
    this.fit();
    this.drawTools();
    this.scenes?.draw();
    this.drawSides();
    this.size = Number.parseFloat(getComputedStyle(this.calls).fontSize);
    if (this.calls.clientWidth) { // else another part stands alone
      if (moved) this.show(this.moment + 1);
      this.drawLadder();
    }
    this.drawBytes();
    if (this.lit) this.light();
    if (this.used && (this.used.disabled || this.used.hidden)) { // the keys would go nowhere
      if ([this.used, document.body].includes(document.activeElement)) this.root.focus({ preventScroll: true });
      this.used = null;
    }
    this.root.dataset.moment = this.moment;
    this.root.dataset.last = this.last;
    this.root.dataset.run = this.conversation.run; // in a notebook it is not to be seen before, see recorded.css
    if (this.fresh && this.conversation.run && this.root.isConnected) this.welcome();
  }

  // Letters as large as the width allows. (CSS could ask for the width itself, but in a notebook's cell that left pictures blank.)
  fit() {
    const width = this.root.clientWidth, full = document.fullscreenElement === this.root;
    const size = full ? Math.min(Math.max(16, 0.0145 * width), 34) : Math.min(Math.max(13, 0.0125 * width), 24);
    this.root.style.fontSize = `${size}px`;
    this.root.classList.toggle("narrow", width < 760);
    for (const each of this.root.querySelectorAll("button.alone")) each.setAttribute("aria-pressed", each.dataset.part === this.alone);
  }

  drawTools() {
    const { playing, trouble, deadlock } = this.conversation;
    const atEnd = this.moment === this.last, buttons = this.buttons;
    setText(this.count, this.say(atEnd || !this.live ? "count" : "count-past", { moment: this.moment, last: this.last }));
    this.count.classList.toggle("past", this.live && !atEnd);
    for (const each of [buttons.home, buttons.back]) each.disabled = this.moment === 0;
    for (const each of [buttons.forward, buttons.end]) each.disabled = atEnd;
    buttons.play.firstChild.textContent = this.say(this.timer ? "button.pause" : "button.play");
    if (this.live) this.drawSteps(playing);
    buttons.play.disabled = this.live ? atEnd && !this.canStep() && !this.timer : this.last === 0;
    const notice = trouble || (atEnd ? deadlock : "");
    this.notice.hidden = !notice;
    setText(this.notice, notice);
  }

  drawSteps(playing) {
    const { buttons } = this;
    const past = this.moment < this.last; // there a step goes forward
    for (const side of SIDES) buttons[side].disabled = playing || !(past || this.canStep(side));
    buttons.any.disabled = playing || !(past || this.canStep());
    buttons["go-on"].hidden = playing || !past;
    buttons.run.disabled = !playing && !this.canStep();
    buttons.run.firstChild.textContent = this.say(playing ? "button.stop" : "button.run");
  }

  drawSides() {
    const [client, server] = SIDES.map((side) => this.drawSide(side));
    const deadlock = this.moment === this.last && this.conversation.deadlock;
    const stands = this.say(deadlock ? "both-stuck" : "both", { client, server, deadlock });
    if (this.drawn.stands === stands) return;
    this.drawn.stands = stands;
    this.announce(stands);
  }

  // Returns where the side stands, in words.
  drawSide(side) {
    const parts = this.sides[side], at = this.conversation.position(side, this.moment);
    const stands = this.stands(at);
    const place = at.line && at.state !== "failed" ? this.place(at) : ""; // the reason names it
    parts.card.className = `side ${KINDS[at.state] ?? ""}`;
    for (const each of [parts.pupil, parts.head]) setText(each, this.conversation.names[side] ?? "");
    setText(parts.words, stands);
    setText(parts.place, place);
    this.drawAnswers(side, at);
    this.drawSource(side, at);
    const printed = this.conversation.printedBy(side, this.moment).slice(-5000);
    if (this.drawn.printed[side] !== printed) {
      this.drawn.printed[side] = printed;
      parts.screen.textContent = printed || this.say("nothing-printed");
      parts.screen.scrollTop = parts.screen.scrollHeight;
    }
    return this.say(place ? "stands.said-at" : "stands.said", { side: this.who(side), stands, place });
  }

  stands({ state, call, awaits, reason, left_open: open }) {
    switch (state) {
      case "about to": return this.say("stands.about", { call });
      case "blocked": return this.say("stands.blocked", { call, awaits });
      case "not started": return this.say("stands.not-started");
      case "finished": return open ? this.say("stands.finished-open", { n: open }) : this.say("stands.finished");
      default: return reason || this.say("stands.no-more-calls");
    }
  }

  place({ line, function: name }) {
    return this.say("place", { line, function: name });
  }

  // What a person can give a side that is stuck: a line of text, or the end of its patience.
  drawAnswers(side, at) {
    const parts = this.sides[side], now = this.live && this.moment === this.last && !this.isLocked;
    const asks = at.state === "blocked" && at.name === "input";
    parts.form.hidden = !(asks && now);
    setText(parts.prompt, asks ? at.prompt || this.say("prompt") : "");
    parts.input.setAttribute("aria-label", this.say(`type.${side}`));
    parts.late.hidden = !(now && at.limit_s);
    setText(parts.late, this.say("time-out", { seconds: at.limit_s }));
  }

  drawSource(side, at) {
    const { code } = this.sides[side], sources = this.conversation.sources[side] ?? [];
    const key = `${this.conversation.run} ${sources.length}`;
    if (this.drawn.sources[side] !== key) {
      this.drawn.sources[side] = key;
      code.replaceChildren();
      const sorted = [...sources];
      sorted.sort((a, b) => a.file.localeCompare(b.file) || a.first - b.first);
      for (const source of sorted) {
        make(code, "div", "name").textContent = source.function === "<module>" ? "" : source.function;
        if (!source.text) make(code, "div", "faint").textContent = this.say("no-source");
        for (const [index, text] of (source.text ? source.text.split("\n") : []).entries()) {
          const line = make(code, "div", "row", { "data-side": side, "data-file": source.file, "data-line": source.first + index });
          make(line, "span", "number").textContent = source.first + index;
          const bare = text.trimStart(), blanks = " ".repeat((text.length - bare.length) / 2); // the column is narrow
          const words = make(line, "span", "text");
          words.style.setProperty("--hang", `${blanks.length + 2}ch`); // of what goes on in the next line
          make(words, "span", "blanks").textContent = blanks;
          for (const part of (bare || " ").split(/(?<=[.,(=])(?=\S)/)) words.append(part, document.createElement("wbr"));
        }
      }
    }
    for (const row of code.querySelectorAll(".now")) row.classList.remove("now", "stuck");
    const row = at.line && [...code.querySelectorAll(`[data-line="${at.line}"]`)].find((each) => each.dataset.file === at.file);
    if (!row) return;
    row.classList.add("now");
    row.classList.toggle("stuck", at.state === "blocked" || at.state === "failed");
    reveal(code, row);
  }

  // Bring the row of a call into view.
  show(number) {
    const height = ROW * this.size, top = (number - 1) * height;
    this.paper.style.height = `${(this.moment + 2) * height}px`; // first, so that it can be scrolled there
    if (top < this.calls.scrollTop) this.calls.scrollTop = Math.max(0, top - height);
    else if (top + 2 * height > this.calls.scrollTop + this.calls.clientHeight) this.calls.scrollTop = top + 2 * height - this.calls.clientHeight;
  }

  // Where things stand in the ladder, in pixels.
  layout() {
    const { size, calls } = this, row = ROW * size, width = calls.clientWidth;
    const share = width < 28 * size ? 0.3 : 0.33; // where there is little room it belongs to what stands at the arrows
    const lane = Math.min(share * width, 19 * size), times = 1.8 * size; // of the calls of one side, of the numbers before them
    const top = calls.scrollTop, bottom = top + calls.clientHeight;
    const middle = (made) => (made - 0.5) * row;
    return {
      size, row, width, lane, top, bottom, middle,
      letter: 0.55 * size, // of the calls' smaller type
      left: { client: times, server: width - lane - 4 },
      right: { client: times + lane, server: width - 4 },
      seen: (a, b) => middle(b) + row > top && middle(a) - row < bottom,
    };
  }

  drawLadder() {
    const layout = this.layout();
    this.drawPaper(layout);
    this.drawRungs(layout);
    this.drawTimes(layout);
    this.drawNext(layout);
    this.drawArrows(layout);
    this.calls.setAttribute("aria-activedescendant", this.chosen ? this.name(this.chosen) : "");
  }

  drawPaper({ width, row, left, right }) {
    this.paper.setAttribute("width", width);
    this.paper.style.height = `${Math.max((this.moment + 2) * row, 0)}px`;
    this.paper.replaceChildren();
    for (const side of SIDES) {
      const x = (left[side] + right[side]) / 2;
      svg(this.paper, "line", "lifeline", { x1: x, x2: x, y1: 0, y2: (this.moment + 1) * row });
    }
  }

  drawRungs(layout) {
    const { moment } = this, { size, row, lane, left, seen } = layout, tracks = this.tracks();
    for (const rung of this.conversation.rungs.slice(0, moment)) {
      if (!seen(rung.number, Math.min(rung.made ?? moment, moment))) continue;
      const shift = Math.min(tracks[rung.number - 1] ?? 0, 4) * 0.9 * size;
      const end = isMade(rung, moment) ? rung.made : moment + 0.3;
      const box = { x: left[sideOf(rung)] + shift, width: lane - shift,
        y: (rung.number - 1) * row + 2, height: (end - rung.number + 1) * row - 4 };
      this.drawRung(rung, box, layout);
    }
  }

  // The numbers of the calls that are in view.
  drawTimes({ size, row, top, bottom, middle }) {
    const last = Math.min(this.moment, Math.ceil(bottom / row));
    for (let number = Math.max(1, Math.floor(top / row)); number <= last; number++) {
      svg(this.paper, "text", "time", { x: 0.2 * size, y: middle(number) + 0.3 * size }).textContent = number;
    }
  }

  drawArrows(layout) {
    const { moment } = this, heads = new Map(); // rows that already have a label
    const sent = this.conversation.arrows.filter(({ from, to }) =>
      isMade(from, moment) && layout.seen(from.made, Math.min(to?.made ?? moment, moment)));
    for (const arrow of together(sent, moment)) this.drawArrow(arrow, layout, heads);
  }

  drawRung(rung, { x, y, width, height }, { size, row, letter, top }) {
    const over = isMade(rung, this.moment), chosen = this.chosen === rung.number;
    const kind = `rung ${over ? "" : "waits"} ${rung.failed && over ? "failed" : ""} ${chosen ? "chosen" : ""} ${this.style(rung)}`;
    const label = this.say(over ? "call.made" : "call.waits", { actor: this.who(rung.actor), call: rung.text, result: rung.result });
    const group = svg(this.paper, "g", kind, { "data-call": rung.number, id: this.name(rung.number), role: "option",
      "aria-selected": chosen, "aria-label": label });
    svg(group, "rect", "box", { x, y, width, height: Math.max(height, 4), rx: 4 });
    svg(group, "title").textContent = `${rung.text}${over && rung.result ? ` → ${rung.result}` : ""}\n${this.place(rung)}`;
    const [result, short] = over ? this.outcome(rung) : ["", ""];
    const room = Math.floor((width - size) / letter);
    const name = fitted([rung.text, `${rung.name}(…)`, rung.name].map((text) => this.numbered(text, rung)), room);
    const write = (text, at) => { svg(group, "text", "call", { x: x + 0.5 * size, y: at }).textContent = text; };
    if (height <= 1.6 * row) {
      write(inOneLine(name, over, [result, short], room), y + height / 2 + 0.35 * size);
      return;
    }
    // In a tall box the call stands above, or where it can be seen, and what came of it stands below.
    write(name, Math.min(Math.max(y + 1.55 * size, top + 1.55 * size), y + height - (result ? 2.2 : 0.9) * size));
    const last = over ? result && `→ ${result}` : this.say("call.still");
    if (last) write(fitted([last, `→ ${short}`], room), y + height - 0.75 * size);
  }

  // What came of a call that is over, and the same in short; nothing where its own text says it.
  outcome({ failed, ends, sends, again, result, short }) {
    if (!failed && !ends && sends) return ["", ""];
    if (!again) return [result, short];
    const repeated = this.say("call.again", { result });
    return [repeated, repeated];
  }

  name(number) {
    return `${(this.id ??= `stage-${Math.random().toString(36).slice(2)}`)}-${number}`;
  }

  // Calls of one side that overlap, made by threads of its own, stand side by side.
  tracks() {
    const { rungs } = this.conversation, found = [];
    const open = { client: [], server: [] };
    for (const rung of rungs) {
      const lane = open[sideOf(rung)];
      let track = 0;
      while (lane[track] && (lane[track].made === null || lane[track].made >= rung.number)) track++;
      lane[track] = rung;
      found.push(track);
    }
    return found;
  }

  // The calls that would come next, at the lower end.
  drawNext({ left, lane, row, letter, size }) {
    for (const side of SIDES) {
      const at = this.conversation.position(side, this.moment);
      if (at.state !== "about to") continue;
      const y = this.moment * row + 0.36 * row, group = svg(this.paper, "g", "next", {});
      svg(group, "rect", "box", { x: left[side], y, width: lane, height: row - 4, rx: 4 });
      const forms = [this.say("call.next", { call: at.call }), at.call, `${at.name}(…)`];
      svg(group, "text", "call", { x: left[side] + 0.5 * size, y: y + row / 2 + 0.25 * size }).textContent =
        fitted(forms, Math.floor((lane - size) / letter));
    }
  }

  drawArrow(arrow, { left, right, size, middle }, heads) {
    const fromClient = arrow.from.actor !== "server", towards = fromClient ? -1 : 1;
    const landed = arrow.to !== null && isMade(arrow.to, this.moment);
    if (arrow.quiet === "end" && !landed) return;
    const x1 = fromClient ? right.client : left.server, x2 = fromClient ? left.server : right.client;
    const y1 = middle(arrow.from.made), y2 = landed ? middle(arrow.to.made) : y1;
    const lost = !landed && isLost(arrow, this.moment), way = lost ? "away lost" : "away";
    const kind = `arrow ${landed ? "" : way} ${arrow.quiet ? "quiet" : ""} ${this.style(arrow.from)}`;
    const group = svg(this.paper, "g", kind, told(arrow, landed));
    drawLine(group, { x1, y1, x2: landed ? x2 : x1 + (x2 - x1) * 0.42, y2 }, { landed, lost, towards, size });
    const where = `${y2} ${fromClient}`, above = heads.get(where) ?? 0;
    heads.set(where, above + 1);
    const room = Math.abs(x2 - x1) - 1.2 * size;
    const text = svg(group, "text", "label halo", { "text-anchor": fromClient ? "end" : "start",
      x: x2 + towards * 0.75 * size, y: y2 - 0.35 * size - above * 1.05 * size });
    text.textContent = fitted(this.labels(arrow, landed), Math.floor(room / (0.5 * size)));
  }

  // What stands at an arrow, from the longest form to the shortest.
  labels(arrow, landed) {
    const lost = !landed && isLost(arrow, this.moment);
    if (arrow.quiet) {
      const kinds = { connection: ["connection"], end: ["end", "end-short"] }[arrow.quiet];
      return (landed ? kinds : [lost ? "never-accepted" : "queue"]).map((kind) => this.numbered(this.say(`arrow.${kind}`), arrow.from));
    }
    const stream = this.conversation.streams.get(arrow.key);
    const pieces = arrow.from.pieces.filter(([, , , a, b]) => a < arrow.stop && arrow.start < b)
      .map(([name, start, size, a, b]) => ({ name, start, size, a: Math.max(a, arrow.start), b: Math.min(b, arrow.stop) }));
    const bytes = this.counted(arrow.stop - arrow.start);
    const described = pieces.map((piece) => this.piece(piece, stream)).join(" + ");
    const fields = pieces.filter(isKnown).map(({ name }) => this.say(`field.${name}`)).join(" + ");
    const counted = fields ? this.say("arrow.counted", { fields, bytes }) : bytes;
    const full = (what) => (landed ? what : this.say(lost ? "arrow.lost" : "arrow.away", { what }));
    const all = [full(described), full(counted), counted, full(bytes), bytes];
    return (lost ? [full(described), full(counted), full(bytes)] : all).map((text) => this.numbered(text, arrow.from));
  }

  // A field, or the part of it that an arrow brings.
  piece({ name, size, a, b }, stream) {
    if (!isKnown({ name })) return b - a <= SPELT_BYTES ? `"${readable(stream.bytes.slice(a, b))}"` : this.counted(b - a);
    const field = this.say(`field.${name}`), part = b - a, isPart = size !== null && part < size;
    if (part <= SPELT_BYTES) {
      const text = readable(stream.bytes.slice(a, b));
      return this.say(isPart ? "piece.part-text" : "piece.text", { field, part, size, text });
    }
    return isPart ? this.say("piece.part", { field, part, size }) : this.say("piece.bytes", { field, n: part });
  }

  // The chosen call's bytes, and for each direction what is on the way and what its reader is filling.
  drawBytes() {
    const { rungs } = this.conversation, latest = this.latest();
    const chosen = this.chosen ? rungs[this.chosen - 1] : latest;
    const connection = chosen?.connection ?? latest?.connection;
    const several = this.severalConnections();
    for (const side of SIDES) this.drawPipe(side, connection, several);
    const key = `${this.conversation.run} ${this.moment} ${chosen?.number} ${chosen?.made}`;
    if (this.drawn.bytes === key) return;
    this.drawn.bytes = key;
    this.chosenBytes.replaceChildren();
    this.drawChosen(this.makeSentence(this.chosenBytes), chosen, several && connection);
  }

  severalConnections() {
    return new Set(this.conversation.rungs.map((rung) => rung.connection).filter((each) => each !== null)).size > 1;
  }

  // The style of lines of every other connection, where there are several.
  style({ connection }) {
    return connection !== null && connection % 2 === 0 && this.severalConnections() ? "other" : "";
  }

  // A text with the number of its connection before it, where there are several.
  numbered(text, { connection }) {
    return connection !== null && this.severalConnections() ? `#${connection} ${text}` : text;
  }

  hasMoved(rung) {
    return rung.stream && isMade(rung, this.moment);
  }

  // The call that moved bytes last; null if none has.
  latest() {
    return this.conversation.rungs.slice(0, this.moment).filter((rung) => this.hasMoved(rung))
      .reduce((best, rung) => (!best || rung.made >= best.made ? rung : best), null);
  }

  // connection: its number, where there are several.
  drawChosen(title, chosen, connection) {
    if (!chosen) {
      title.textContent = this.say("chosen.none");
      return;
    }
    const { text: call, line, function: name, why } = chosen, actor = this.who(chosen.actor), on = connection ? "-on" : "";
    if (!this.hasMoved(chosen)) {
      const failed = chosen.failed && isMade(chosen, this.moment);
      title.textContent = this.say(`chosen.${failed ? "failed" : "nothing"}${on}`, { actor, call, connection, why });
      return;
    }
    const bytes = this.counted(chosen.stop - chosen.start), did = chosen.sends ? "sent" : "received";
    make(title, "b").textContent = this.say("call.of", { actor, call });
    make(title, "span").textContent = ` ${this.say(`chosen.${did}${on}`, { bytes, connection, line, function: name })}`;
    this.drawBoxes(this.chosenBytes, chosen.stream, chosen.start, chosen.stop, SHOWN_BYTES, this.say("chosen.bytes", { call }));
  }

  drawPipe(side, connection, several) {
    const other = side === "client" ? "server" : "client", { moment } = this, box = this.pipes[side];
    const stream = this.conversation.streams.get(`${connection} ${side}`);
    const until = (list) => list.findLast((rung) => rung.made <= moment)?.stop ?? 0;
    const sent = stream ? until(stream.sends) : 0, read = stream ? until(stream.reads) : 0;
    const lost = this.isLost(`${connection} ${side}`);
    const key = `${this.conversation.run} ${connection} ${sent} ${read} ${several} ${lost}`;
    if (box.dataset.state === key) return;
    box.dataset.state = key;
    box.replaceChildren();
    const title = this.makeSentence(box);
    const ends = { sender: this.who(side), reader: this.who(other), connection };
    make(title, "b").textContent = this.say(several && connection ? "pipe.name-of" : "pipe.name", ends);
    const away = Math.max(sent - read, 0);
    const before = sent ? this.say("pipe.all-read", { bytes: this.counted(sent) }) : this.say("pipe.nothing");
    const way = () => this.say(lost ? "pipe.lost" : "pipe.away", { bytes: this.counted(away), reader: this.who(other) });
    make(title, "span").textContent = away ? way() : before;
    if (away) this.drawBoxes(box, `${connection} ${side}`, read, sent, PIPE_BYTES, this.say("pipe.bytes"));
    if (stream) this.drawBuffer(box, `${connection} ${side}`, other, read);
  }

  // Whether what is on the way of a stream can never arrive: its reader has closed.
  isLost(stream) {
    return this.conversation.arrows.some((arrow) => arrow.key === stream && !arrow.quiet && isLost(arrow, this.moment));
  }

  // The field that a reader has not complete yet, with what is missing.
  drawBuffer(box, key, reader, read) {
    const { fields } = this.conversation.streams.get(key);
    const field = [...fields.values()].find(({ start, size }) => start < read && size !== null && read < start + size);
    if (!field) return;
    const got = read - field.start, missing = field.size - got, name = this.say(`field.${field.name}`);
    this.makeSentence(box).textContent = this.say(`has.${reader}`, { got, size: field.size, field: name, missing });
    this.drawBoxes(box, key, field.start, read, PIPE_BYTES, this.say("pipe.buffer"), Math.min(missing, PIPE_BYTES));
  }

  drawBoxes(parent, key, start, stop, limit, label, missing = 0) {
    const stream = this.conversation.streams.get(key);
    const list = make(parent, "div", "bytes", { role: "group", "aria-label": label, tabindex: 0 });
    const fields = [...stream.fields.values()].filter((field) => field.start < stop && start < field.start + (field.size ?? Infinity));
    fields.sort((a, b) => a.start - b.start);
    for (const field of fields) {
      const from = Math.max(start, field.start), to = Math.min(stop, field.start + (field.size ?? Infinity));
      const shown = Math.min(to, start + limit);
      if (shown > from) this.drawField(list, key, field, { from, to, shown, missing });
    }
    if (stop - start > limit) make(list, "span", "faint").textContent = this.say("pipe.more", { n: stop - start - limit });
  }

  drawField(parent, key, { name, start, size }, { from, to, shown, missing }) {
    const { bytes } = this.conversation.streams.get(key);
    const group = make(parent, "div", `field ${name}`);
    const part = size !== null && (from > start || to < start + size);
    const field = isKnown({ name }) ? this.say(`field.${name}`) : "", count = this.counted(to - from);
    const said = { field, bytes: count, first: from - start + 1, last: to - start, size };
    make(group, "span").textContent = field ? this.say(part ? "bytes.part" : "bytes.whole", said) : count;
    const boxes = make(group, "div", "boxes");
    for (let at = from; at < shown; at++) this.drawByte(boxes, key, at, bytes[at]);
    for (let at = 0; at < missing; at++) make(make(boxes, "span", "byte missing"), "b").textContent = "_";
    const whole = name === "body" && from === start && to === start + size ? bytes.slice(from, to) : [];
    const text = whole.some((byte) => byte > 127) && decoded(whole);
    if (text) make(group, "span", "", { dir: "auto" }).textContent = text;
  }

  drawByte(parent, key, at, byte) {
    const known = byte !== undefined, { sender } = this.conversation.streams.get(key);
    const title = known ? this.say(`byte.${sender}`, { at, value: byte }) : "";
    const each = make(parent, "span", "byte", { "data-key": key, "data-start": at, "data-stop": at + 1, title });
    make(each, "b").textContent = known ? character(byte) : "?";
    make(each, "small").textContent = known ? hex(byte) : "??";
  }
}

// ---- small things --------------------------------------------------------------------------------

// Whether it is known what a field is: the bytes of other protocols are plain.
function isKnown({ name }) {
  return name !== "unknown";
}

// Of a trace that a Tap recorded, every actor but the server is a client.
function sideOf(rung) {
  return rung.actor === "server" ? "server" : "client";
}

// Whether a call is over at a moment.
function isMade(rung, moment) {
  return rung.made !== null && rung.made <= moment;
}

// Whether it is clear at a moment that what is on the way never arrives.
function isLost(arrow, moment) {
  return arrow.lost !== null && arrow.lost <= moment;
}

function inOneLine(name, over, [result, short], room) {
  if (!over) return fitted([`${name} …`, name], room);
  return result ? fitted([`${name} → ${result}`, `${name} → ${short}`, name], room) : name;
}

// The line of an arrow, and its tip; a dot where it has not landed, a cross where it never will.
function drawLine(group, { x1, y1, x2, y2 }, { landed, lost, towards, size }) {
  const line = `M${x1},${y1} L${x2},${y2}`;
  svg(group, "path", "", { d: line });
  svg(group, "path", "grip", { d: line });
  if (lost) {
    const arm = 0.35 * size;
    svg(group, "path", "cross", { d: `M${x2 - arm},${y2 - arm} l${2 * arm},${2 * arm} m0,${-2 * arm} l${-2 * arm},${2 * arm}` });
    return;
  }
  if (!landed) {
    svg(group, "circle", "tip", { cx: x2, cy: y2, r: 0.3 * size });
    return;
  }
  const slope = Math.atan2(y2 - y1, Math.abs(x2 - x1)), tip = 0.62 * size;
  const point = (angle) => `${x2 + towards * tip * Math.cos(angle)},${y2 - tip * Math.sin(angle)}`;
  svg(group, "path", "tip", { d: `M${x2},${y2} L${point(slope + 0.42)} L${point(slope - 0.42)} Z` });
}

// What lights up together with an arrow.
function told(arrow, landed) {
  if (arrow.quiet) return { "data-call": arrow.from.number };
  const call = landed ? arrow.to.number : arrow.from.number;
  return { "data-key": arrow.key, "data-start": arrow.start, "data-stop": arrow.stop, "data-call": call };
}

// The first of some texts that has room; the last one is cut if it must be.
function fitted(texts, room) {
  const fits = texts.find((text) => text.length <= room);
  return fits ?? `${texts.at(-1).slice(0, Math.max(room - 1, 1))}…`;
}

function hex(byte) {
  return byte.toString(16).padStart(2, "0");
}

// A byte as a character, a dot if it is none; a blank is shown as what it is.
function character(byte) {
  if (byte === 32) return "␣";
  return byte > 32 && byte < 127 ? String.fromCharCode(byte) : "·";
}

function characters(bytes) {
  return Array.from(bytes, character).join("");
}

function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(bytes));
  } catch {
    return "";
  }
}

// The same as text where it is text, such as letters that are not English.
function readable(bytes) {
  const text = bytes.some((byte) => byte > 127) && decoded(bytes);
  return text && !/[\p{C}\p{Z}]/u.test(text) ? text : characters(bytes);
}

// Arrows, those of one call that have not landed by a moment as one, and those that are lost as another.
function together(arrows, moment) {
  const landed = [], away = new Map();
  for (const arrow of arrows) {
    if (arrow.quiet || (arrow.to && isMade(arrow.to, moment))) landed.push(arrow);
    else {
      const key = `${arrow.from.number} ${isLost(arrow, moment)}`, first = away.get(key) ?? { ...arrow, to: null };
      away.set(key, { ...first, start: Math.min(first.start, arrow.start), stop: Math.max(first.stop, arrow.stop) });
    }
  }
  return [...landed, ...away.values()];
}

// Scroll inside a box, never the page, so that an element of it can be seen.
function reveal(box, element) {
  if (!element) return;
  const top = element.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
  if (top < box.scrollTop + 20 || top + element.offsetHeight > box.scrollTop + box.clientHeight - 20) box.scrollTop = top - box.clientHeight * 0.4;
}

function isDark() {
  return document.body.dataset.jpThemeLight ? document.body.dataset.jpThemeLight === "false" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export default () => {
  const conversation = new Conversation();
  return {
    initialize({ model }) {
      model.on("msg:custom", (message) => conversation.take(message));
      model.send({ do: "tell" });
    },
    render({ model, el }) {
      const traits = { words: model.get("words"), live: model.get("live"), scenes: model.get("scenes"), notes: model.get("notes") };
      const view = new View(conversation, traits, (order) => model.send(order), el);
      return () => view.close();
    },
  };
};
