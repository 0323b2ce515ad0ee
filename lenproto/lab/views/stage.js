// The stage as a picture. A Conversation holds what Python has told, a View draws one moment of it.
// Time is counted in calls: moment n is when n calls have been made and both sides have come to rest.
// Whatever comes from the two programs is set as text, never as HTML.

const SIDES = ["client", "server"];
const KINDS = { "about to": "about", blocked: "blocked", failed: "failed" };
const ANSWER_MS = 5000; // after so long without an answer, Python is gone
const SPEEDS = [0.5, 1, 2, 5, 15]; // steps per second
const SHOWN_BYTES = 256;
const ROW = 2.5; // height of one call in the ladder, in letters' heights

const KEYS = [
  ["C", "step the client"], ["S", "step the server"], ["N", "step whichever can go on"], ["E", "run to the end"],
  ["P", "play, pause"], ["← →", "back, forward"], ["Home End", "to the beginning, to the end"], ["↑ ↓", "choose a call"], ["Tab, ← →", "among bytes"],
  ["T", "to the text box"], ["Esc", "out of the text box"], ["R", "start again"], ["F", "full screen"],
];
const LIVE_KEYS = new Set(["C", "S", "N", "E", "T", "Esc", "R"]);

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
    this.now = null; // where the sides stand; null where no stage is behind this
    this.streams = new Map(); // "1 client" → { sends, reads, fields, bytes }
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
    if (message.rungs.length) this.join();
    for (const view of this.views) view.changed();
  }

  // Find, for every run of bytes, the call that sent it and the call that read it.
  join() {
    this.streams.clear();
    for (const rung of this.rungs) if (rung?.stream) this.gather(rung);
    this.arrows = [];
    for (const [key, stream] of this.streams) this.joinBytes(key, stream);
    const queues = this.rungs.some((rung) => rung.name === "listen");
    for (const rung of this.rungs) if (rung.connection !== null && rung.made !== null) this.joinQuietly(rung, queues);
  }

  gather(rung) {
    const stream = this.stream(rung.stream);
    stream[rung.sends ? "sends" : "reads"].push(rung);
    for (const [name, start, size] of rung.pieces) stream.fields.set(start, { name, start, size });
    for (let at = 0; at < rung.hex.length / 2; at++) {
      stream.bytes[rung.start + at] = Number.parseInt(rung.hex.slice(2 * at, 2 * at + 2), 16);
    }
  }

  joinBytes(key, { sends, reads }) {
    let next = 0;
    for (const send of sends) {
      let at = send.start;
      while (next < reads.length && reads[next].stop <= at) next++;
      for (let i = next; i < reads.length && reads[i].start < send.stop; i++) {
        const stop = Math.min(send.stop, reads[i].stop);
        this.arrows.push({ key, from: send, to: reads[i], start: at, stop });
        at = stop;
      }
      if (at < send.stop) this.arrows.push({ key, from: send, to: null, start: at, stop: send.stop });
    }
  }

  // What belongs together without bytes: connect and accept, close and the end that the other side reads.
  joinQuietly(rung, queues) {
    const others = (names) => this.rungs.filter((other) => other.actor !== rung.actor && names.includes(other.name) &&
      other.connection === rung.connection && other.made !== null);
    if (rung.ends) {
      const from = others(["close", "shutdown"]).findLast((each) => each.number <= rung.made);
      if (from) this.arrows.push({ from, to: rung, quiet: "end of the stream" });
    } else if (rung.name.startsWith("connect")) {
      const to = others(["accept"])[0] ?? null; // nobody: it stands in the queue
      if (to || queues) this.arrows.push({ from: rung, to, quiet: "connection" });
    }
  }

  stream(key) {
    if (!this.streams.has(key)) this.streams.set(key, { sends: [], reads: [], fields: new Map(), bytes: [] });
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
    return this.now?.[side] ?? { state: "over", reason: this.stands[side] || "makes no more calls" };
  }

  printedBy(side, moment) {
    return this.printed[side].filter(([made]) => made <= moment).map(([, text]) => text).join("");
  }
}

// ---- one moment of it, drawn -------------------------------------------------------------------

class View {
  constructor(conversation, tell, el, live) {
    Object.assign(this, { conversation, tell, live });
    this.moment = 0;
    this.follows = true; // it shows the newest moment
    this.chosen = null; // number of a call; null: the one that moved bytes last
    this.lit = null; // what the mouse or the focus is on
    this.timer = null; // of what plays
    this.waiting = null; // a timer, as long as Python owes an answer
    this.drawn = { sources: {}, printed: {}, words: "" };
    this.build(el);
    conversation.views.add(this);
    this.resized = new ResizeObserver(() => this.draw(true));
    this.resized.observe(this.calls);
    this.themes = new MutationObserver(() => this.soon());
    this.themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
    this.changed();
  }

  close() {
    this.conversation.views.delete(this);
    this.resized.disconnect();
    this.themes.disconnect();
    this.pause();
    clearTimeout(this.waiting);
  }

  get last() { return this.conversation.rungs.length; }

  build(el) {
    el.classList.add("lenproto-stage");
    this.root = make(el, "div", "stage", { tabindex: 0, role: "group", dir: "ltr", "data-lm-suppress-shortcuts": "true",
      "aria-label": this.live ? "Stage: client and server, call by call" : "Replay of a conversation" });
    this.buildTools();
    this.say = make(this.root, "div", "say", { hidden: "" }); // a deadlock, or what went wrong
    const stands = make(this.root, "div", "stands");
    this.sides = {};
    const middle = make(this.root, "div", "middle");
    for (const side of SIDES) this.sides[side] = this.buildSide(stands, side);
    this.buildProgram(middle, "client");
    const ladder = make(middle, "div", "ladder");
    const heads = make(ladder, "div", "heads");
    for (const side of SIDES) make(heads, "span").textContent = side;
    this.calls = make(ladder, "div", "calls", { tabindex: 0, role: "listbox", "aria-label": "Calls, in the order in which they were made" });
    this.paper = svg(this.calls, "svg", "", {});
    this.buildProgram(middle, "server");
    const below = make(this.root, "div", "below");
    this.pipes = { server: make(below, "div", "pipe") }; // by who sends: what comes to the client stands under the client
    this.chosenBytes = make(below, "div", "chosen-bytes");
    this.pipes.client = make(below, "div", "pipe");
    this.buildHelp();
    this.heard = make(this.root, "div", "heard", { role: "status", "aria-live": "polite" });

    this.calls.addEventListener("scroll", () => this.soon());
    this.root.addEventListener("keydown", (event) => this.pressed(event));
    this.root.addEventListener("click", (event) => this.clicked(event));
    for (const kind of ["pointerover", "focusin"]) this.root.addEventListener(kind, (event) => this.pointed(event.target));
    for (const kind of ["pointerleave", "focusout"]) this.root.addEventListener(kind, () => this.pointed(null));
  }

  buildTools() {
    const tools = make(this.root, "div", "tools", { role: "toolbar", "aria-label": "Steps" });
    const button = (text, key, title, act, kind = "") => {
      const made = make(tools, "button", kind, { type: "button", title, "aria-keyshortcuts": key });
      make(made, "span").textContent = text;
      if (key.length === 1) make(made, "kbd", "", { "aria-hidden": "true" }).textContent = key;
      made.addEventListener("click", act);
      return made;
    };
    const gap = () => make(tools, "span", "gap");
    this.buttons = {};
    if (this.live) {
      this.buttons.client = button("Step client", "C", "The client makes its next call", () => this.step("client"), "first");
      this.buttons.server = button("Step server", "S", "The server makes its next call", () => this.step("server"), "first");
      this.buttons.any = button("Next", "N", "Whichever can go on makes its next call", () => this.step(null));
      this.buttons.run = button("Run", "E", "Both go on until neither can", () => this.run());
      gap();
    }
    this.buttons.home = button("⏮", "Home", "To the beginning", () => this.go(0));
    this.buttons.back = button("◀", "ArrowLeft", "Back, one call", () => this.go(this.moment - 1));
    this.count = make(tools, "span", "count");
    this.buttons.forward = button("▶", "ArrowRight", "Forward, one call", () => this.go(this.moment + 1));
    this.buttons.end = button("⏭", "End", "To the newest call", () => this.go(this.last));
    for (const [name, label] of [["home", "To the beginning"], ["back", "Back"], ["forward", "Forward"], ["end", "To the end"]]) {
      this.buttons[name].setAttribute("aria-label", label);
    }
    this.buttons.play = button("Play", "P", "Play or pause", () => (this.timer ? this.pause() : this.play()));
    const speed = make(tools, "label", "");
    make(speed, "span").textContent = "slow";
    this.speed = make(speed, "input", "", { type: "range", min: 0, max: SPEEDS.length - 1, value: 1, "aria-label": "Speed of play" });
    make(speed, "span").textContent = "fast";
    this.speed.addEventListener("input", () => {
      this.speed.setAttribute("aria-valuetext", `${SPEEDS[this.speed.value]} steps per second`);
      if (this.timer) this.play();
    });
    gap();
    if (this.live) this.buttons.again = button("Start again", "R", "Start both programs anew", () => this.again());
    this.buttons.full = button("Full screen", "F", "Fill the screen, or no longer", () => this.fill());
    if (!this.root.requestFullscreen) this.buttons.full.hidden = true;
  }

  buildSide(parent, side) {
    const card = make(parent, "div", "side", { "data-side": side });
    const words = make(card, "div");
    make(words, "b").textContent = `${side}: `;
    const below = make(card, "div", "under");
    const parts = { card, words: make(words, "span", "words"), place: make(below, "span", "place") };
    parts.form = make(below, "form", "", { hidden: "" });
    parts.prompt = make(make(parts.form, "label"), "code");
    parts.input = make(parts.form, "input", "", { type: "text", autocomplete: "off", spellcheck: "false" });
    make(parts.form, "button", "first", { type: "submit" }).textContent = "Enter";
    parts.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.order({ do: "type", side, line: parts.input.value });
      parts.input.value = "";
      this.root.focus();
    });
    parts.late = make(below, "button", "", { type: "button", hidden: "", title: "On the stage time stands still until you press this" });
    parts.late.addEventListener("click", () => this.order({ do: "time out", side }));
    return parts;
  }

  buildProgram(parent, side) {
    const program = make(parent, "div", "program");
    make(program, "div", "name").textContent = `The ${side}'s program`;
    const code = make(program, "div", "code", { tabindex: 0, role: "region", "aria-label": `Source of the ${side}` });
    make(program, "div", "name").textContent = "It printed";
    const screen = make(program, "pre", "screen", { tabindex: 0, "aria-label": `What the ${side} printed` });
    Object.assign(this.sides[side], { code, screen });
  }

  buildHelp() {
    this.help = make(this.root, "details");
    make(this.help, "summary").textContent = "Keys";
    const list = make(this.help, "dl");
    for (const [key, what] of KEYS) {
      if (!this.live && LIVE_KEYS.has(key)) continue;
      make(make(list, "dt"), "code").textContent = key;
      make(list, "dd").textContent = what;
    }
    make(this.help, "p", "faint").textContent =
      "Click into the stage first, then the keys work. Point at a byte, an arrow, a call or a line: all that belongs to it lights up. Click one to keep its bytes below.";
  }

  // ---- what buttons and keys do ----

  order(what) {
    this.follows = true;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.conversation.trouble = "Python does not answer. If the kernel was restarted, or the cell ran again, use the new stage: run the cell.";
      this.changed();
    }, ANSWER_MS);
    this.tell(what);
  }

  step(side) {
    this.order({ do: "step", side });
  }

  run() {
    this.pause();
    this.order({ do: this.conversation.playing ? "stop" : "run" });
  }

  again() {
    this.pause();
    this.chosen = null;
    this.order({ do: "start again" });
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
    return (side ? [side] : SIDES).some((each) => this.conversation.now?.[each].state === "about to");
  }

  asks(side) {
    return (side ? [side] : SIDES).find((each) => this.conversation.now?.[each].call?.startsWith("input("));
  }

  fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.().then(() => this.root.focus(), () => {});
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.tagName === "INPUT" && event.target.type === "text") return this.typed(event);
    const letter = /^Key[A-Z]$/.test(event.code) ? event.code[3] : event.key; // the place of the key: any keyboard's language
    const forInput = event.target.type === "range" && event.key.startsWith("Arrow");
    const bytes = event.target.closest(".bytes");
    if (bytes && /^Arrow(Left|Right)$/.test(event.key)) return this.walk(event, bytes, event.key === "ArrowLeft" ? -1 : 1);
    const act = {
      C: () => this.live && this.step("client"), S: () => this.live && this.step("server"), N: () => this.live && this.step(null),
      E: () => this.live && this.run(), R: () => this.live && this.again(), P: () => (this.timer ? this.pause() : this.play()),
      F: () => this.fill(), T: () => this.asks() && this.sides[this.asks()].input.focus(),
      ArrowLeft: () => this.go(this.moment - 1), ArrowRight: () => this.go(this.moment + 1),
      Home: () => this.go(0), End: () => this.go(this.last),
      ArrowUp: () => this.choose(-1), ArrowDown: () => this.choose(1),
    }[letter];
    if (!act || forInput) return;
    event.preventDefault();
    event.stopPropagation();
    act();
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
    this.announce(`${rung.actor}: ${rung.text}${rung.result ? `, ${rung.result}` : ""}, line ${rung.line} of ${rung.function}`);
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
    this.drawSides();
    this.size = Number.parseFloat(getComputedStyle(this.calls).fontSize);
    if (moved) this.show(this.moment + 1);
    this.drawLadder();
    this.drawBytes();
    if (this.lit) this.light();
    if (this.used && (this.used.disabled || this.used.hidden)) { // the keys would go nowhere
      if ([this.used, document.body].includes(document.activeElement)) this.root.focus({ preventScroll: true });
      this.used = null;
    }
    this.root.dataset.moment = this.moment;
    this.root.dataset.last = this.last;
    this.root.dataset.run = this.conversation.run;
  }

  // Letters as large as the width allows. (CSS could ask for the width itself, but in a notebook's cell that left pictures blank.)
  fit() {
    const width = this.root.clientWidth, full = document.fullscreenElement === this.root;
    const size = full ? Math.min(Math.max(16, 0.0145 * width), 34) : Math.min(Math.max(13, 0.0125 * width), 24);
    this.root.style.fontSize = `${size}px`;
    this.root.classList.toggle("narrow", width < 760);
  }

  drawTools() {
    const { playing, trouble, deadlock } = this.conversation;
    const atEnd = this.moment === this.last, buttons = this.buttons;
    setText(this.count, `${atEnd || !this.live ? "" : "the past: "}call ${this.moment} of ${this.last}`);
    this.count.classList.toggle("past", this.live && !atEnd);
    for (const each of [buttons.home, buttons.back]) each.disabled = this.moment === 0;
    for (const each of [buttons.forward, buttons.end]) each.disabled = atEnd;
    const play = this.timer ? "Pause" : "Play";
    buttons.play.firstChild.textContent = play;
    if (this.live) this.drawSteps(playing);
    buttons.play.disabled = this.live ? atEnd && !this.canStep() && !this.timer : this.last === 0;
    const words = trouble || (atEnd ? deadlock : "");
    this.say.hidden = !words;
    setText(this.say, words);
  }

  drawSteps(playing) {
    const { buttons } = this;
    for (const side of SIDES) buttons[side].disabled = playing || !this.canStep(side);
    buttons.any.disabled = playing || !this.canStep();
    buttons.run.disabled = !playing && !this.canStep();
    buttons.run.firstChild.textContent = playing ? "Stop" : "Run";
  }

  drawSides() {
    const said = SIDES.map((side) => this.drawSide(side));
    if (this.moment === this.last && this.conversation.deadlock) said.push(this.conversation.deadlock);
    const words = said.join(". ");
    if (this.drawn.words === words) return;
    this.drawn.words = words;
    this.announce(words);
  }

  // Returns where the side stands, in words.
  drawSide(side) {
    const parts = this.sides[side], at = this.conversation.position(side, this.moment);
    const words = {
      "about to": `about to ${at.call}`, blocked: `stuck in ${at.call}, waits for ${at.awaits}`,
      failed: at.reason, over: at.reason, "not started": "not started", finished: "finished",
    }[at.state] ?? at.state;
    const place = at.line && at.state !== "failed" ? `line ${at.line} of ${at.function}` : ""; // the reason names it
    parts.card.className = `side ${KINDS[at.state] ?? ""}`;
    setText(parts.words, words);
    setText(parts.place, place);
    this.drawAnswers(side, at);
    this.drawSource(side, at);
    const printed = this.conversation.printedBy(side, this.moment).slice(-5000);
    if (this.drawn.printed[side] !== printed) {
      this.drawn.printed[side] = printed;
      parts.screen.textContent = printed || "(nothing yet)";
      parts.screen.scrollTop = parts.screen.scrollHeight;
    }
    return `${side}: ${words}${place && `, ${place}`}`;
  }

  // What a person can give a side that is stuck: a line of text, or the end of its patience.
  drawAnswers(side, at) {
    const parts = this.sides[side], now = this.live && this.moment === this.last;
    const asks = at.state === "blocked" && at.call?.startsWith("input(");
    parts.form.hidden = !(asks && now);
    setText(parts.prompt, asks ? at.call.slice(7, -2) || "input:" : "");
    parts.input.setAttribute("aria-label", `Type for the ${side}`);
    parts.late.hidden = !(now && at.limit_s);
    setText(parts.late, `Let its time limit of ${at.limit_s} s run out`);
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
        if (!source.text) make(code, "div", "faint").textContent = "(its source is not at hand)";
        for (const [index, text] of (source.text ? source.text.split("\n") : []).entries()) {
          const line = make(code, "div", "row", { "data-side": side, "data-file": source.file, "data-line": source.first + index });
          make(line, "span", "number").textContent = source.first + index;
          const half = text.replace(/^ +/, (blanks) => " ".repeat(blanks.length / 2)); // the column is narrow
          const words = make(line, "span", "text");
          for (const part of (half || " ").split(/(?<=[.,(=])(?=\S)/)) words.append(part, document.createElement("wbr"));
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

  drawLadder() {
    const { rungs, arrows } = this.conversation, { moment, paper, calls } = this;
    const size = this.size, row = ROW * size, width = calls.clientWidth, letter = 0.55 * size; // of the calls' smaller type
    const lane = Math.min(0.33 * width, 19 * size), times = 1.8 * size;
    const left = { client: times, server: width - lane - 4 }, right = { client: times + lane, server: width - 4 };
    const top = calls.scrollTop, bottom = top + calls.clientHeight;
    const middle = (made) => (made - 0.5) * row;
    paper.setAttribute("width", width);
    paper.style.height = `${Math.max((moment + 2) * row, 0)}px`;
    paper.replaceChildren();
    for (const side of SIDES) {
      const x = (left[side] + right[side]) / 2;
      svg(paper, "line", "lifeline", { x1: x, x2: x, y1: 0, y2: (moment + 1) * row });
    }
    const seen = (a, b) => middle(b) + row > top && middle(a) - row < bottom;
    const tracks = this.tracks();
    for (const rung of rungs.slice(0, moment)) {
      if (!seen(rung.number, Math.min(rung.made ?? moment, moment))) continue;
      const shift = Math.min(tracks[rung.number - 1] ?? 0, 4) * 0.9 * size;
      const end = isMade(rung, moment) ? rung.made : moment + 0.3;
      const box = { x: left[sideOf(rung)] + shift, width: lane - shift,
        y: (rung.number - 1) * row + 2, height: (end - rung.number + 1) * row - 4 };
      this.drawRung(rung, box, { size, row, letter, top });
    }
    for (let number = Math.max(1, Math.floor(top / row)); number <= Math.min(moment, Math.ceil(bottom / row)); number++) {
      svg(paper, "text", "time", { x: 0.2 * size, y: middle(number) + 0.3 * size }).textContent = number;
    }
    this.drawNext(left, lane, row, letter);
    const sent = arrows.filter(({ from, to }) => isMade(from, moment) && seen(from.made, Math.min(to?.made ?? moment, moment)));
    const heads = new Map(); // rows that already have a label
    for (const arrow of together(sent, moment)) this.drawArrow(arrow, { left, right, size, middle, heads });
    calls.setAttribute("aria-activedescendant", this.chosen ? this.name(this.chosen) : "");
  }

  drawRung(rung, { x, y, width, height }, { size, row, letter, top }) {
    const over = isMade(rung, this.moment), chosen = this.chosen === rung.number;
    const kind = `rung ${over ? "" : "waits"} ${rung.failed && over ? "failed" : ""} ${chosen ? "chosen" : ""}`;
    const group = svg(this.paper, "g", kind, { "data-call": rung.number, id: this.name(rung.number), role: "option",
      "aria-selected": chosen, "aria-label": `${rung.actor}: ${rung.text} ${over ? rung.result : "waits"}` });
    svg(group, "rect", "box", { x, y, width, height: Math.max(height, 4), rx: 4 });
    svg(group, "title").textContent = `${rung.text}${over && rung.result ? ` → ${rung.result}` : ""}\nline ${rung.line} of ${rung.function}`;
    const result = over ? outcome(rung) : "";
    const room = Math.floor((width - size) / letter);
    const name = fitted([rung.text, `${rung.name}(…)`, rung.name], room);
    const write = (words, at) => { svg(group, "text", "call", { x: x + 0.5 * size, y: at }).textContent = words; };
    if (height <= 1.6 * row) {
      write(inOneLine(name, over, result, room), y + height / 2 + 0.35 * size);
      return;
    }
    // In a tall box the call stands above, or where it can be seen, and what came of it stands below.
    write(name, Math.min(Math.max(y + 1.55 * size, top + 1.55 * size), y + height - (result ? 2.2 : 0.9) * size));
    const last = over ? result && `→ ${result}` : "… waits";
    if (last) write(fitted([last, `→ ${short(result)}`], room), y + height - 0.75 * size);
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
  drawNext(left, lane, row, letter) {
    for (const side of SIDES) {
      const at = this.conversation.position(side, this.moment);
      if (at.state !== "about to") continue;
      const y = this.moment * row + 0.36 * row, group = svg(this.paper, "g", "next", {});
      svg(group, "rect", "box", { x: left[side], y, width: lane, height: row - 4, rx: 4 });
      const words = fitted([`next: ${at.call}`, at.call, at.call.replace(/\(.*/s, "(…)")], Math.floor((lane - this.size) / letter));
      svg(group, "text", "call", { x: left[side] + 0.5 * this.size, y: y + row / 2 + 0.25 * this.size }).textContent = words;
    }
  }

  drawArrow(arrow, { left, right, size, middle, heads }) {
    const { moment } = this, fromClient = arrow.from.actor !== "server";
    const landed = arrow.to !== null && isMade(arrow.to, moment);
    if (arrow.quiet && arrow.quiet !== "connection" && !landed) return;
    const x1 = fromClient ? right.client : left.server, x2 = fromClient ? left.server : right.client;
    const away = x1 + (x2 - x1) * 0.42;
    const y1 = middle(arrow.from.made), y2 = landed ? middle(arrow.to.made) : y1;
    const end = landed ? x2 : away, towards = fromClient ? -1 : 1;
    const group = svg(this.paper, "g", `arrow ${landed ? "" : "away"} ${arrow.quiet ? "quiet" : ""}`, told(arrow, landed));
    const line = `M${x1},${y1} L${end},${y2}`;
    svg(group, "path", "", { d: line });
    svg(group, "path", "grip", { d: line });
    const slope = Math.atan2(y2 - y1, Math.abs(end - x1)), tip = 0.62 * size;
    if (landed) {
      const point = (angle) => `${end + towards * tip * Math.cos(angle)},${y2 - tip * Math.sin(angle)}`;
      svg(group, "path", "tip", { d: `M${end},${y2} L${point(slope + 0.42)} L${point(slope - 0.42)} Z` });
    } else svg(group, "circle", "tip", { cx: end, cy: y2, r: 0.3 * size });
    const where = `${landed} ${y2} ${fromClient}`, above = heads.get(where) ?? 0;
    heads.set(where, above + 1);
    const words = this.words(arrow, landed);
    const room = Math.abs(x2 - x1) - 1.2 * size;
    const text = svg(group, "text", "label halo", { "text-anchor": fromClient ? "end" : "start",
      x: x2 + towards * 0.75 * size, y: y2 - 0.35 * size - above * 1.05 * size });
    text.textContent = fitted(words, Math.floor(room / (0.5 * size)));
  }

  // What stands at an arrow, from the longest form to the shortest.
  words(arrow, landed) {
    if (arrow.quiet) return [landed ? arrow.quiet : "in the queue"];
    const stream = this.conversation.streams.get(arrow.key);
    const pieces = arrow.from.pieces.filter(([, , , a, b]) => a < arrow.stop && arrow.start < b)
      .map(([name, start, size, a, b]) => ({ name, start, size, a: Math.max(a, arrow.start), b: Math.min(b, arrow.stop) }));
    const count = counted(arrow.stop - arrow.start);
    const described = pieces.map(({ name, size, a, b }) => {
      const part = size !== null && b - a < size ? ` ${b - a} of ${size}` : "";
      return b - a <= 12 ? `${name}${part} "${readable(stream.bytes.slice(a, b))}"` : `${name}${part || ` ${b - a} bytes`}`;
    }).join(" + ");
    const names = pieces.map(({ name }) => name).join(" + ");
    const head = landed ? "" : "on the way: ";
    return [`${head}${described}`, `${head}${names}, ${count}`, `${names}, ${count}`, `${head}${count}`, count];
  }

  // The chosen call's bytes, and for each direction what is on the way and what its reader is filling.
  drawBytes() {
    const { rungs } = this.conversation, { moment } = this;
    const known = (rung) => rung?.stream && isMade(rung, moment);
    const latest = rungs.slice(0, moment).filter(known).reduce((best, rung) => (!best || rung.made >= best.made ? rung : best), null);
    const chosen = this.chosen ? rungs[this.chosen - 1] : latest;
    const connection = chosen?.connection ?? latest?.connection;
    const several = new Set(rungs.map((rung) => rung.connection)).size > 2;
    for (const side of SIDES) this.drawPipe(side, connection, several);
    const key = `${this.conversation.run} ${moment} ${chosen?.number} ${chosen?.made}`;
    if (this.drawn.bytes === key) return;
    this.drawn.bytes = key;
    const box = this.chosenBytes;
    box.replaceChildren();
    const title = make(box, "div");
    if (!known(chosen)) {
      title.textContent = chosen ? `${chosen.actor}: ${chosen.text} has moved no bytes${several && connection ? ` on connection #${connection}` : ""}.` : "No bytes have been sent yet.";
      return;
    }
    make(title, "b").textContent = `${chosen.actor}: ${chosen.text}`;
    make(title, "span").textContent = ` ${chosen.sends ? "sent" : "received"} ${counted(chosen.stop - chosen.start)}` +
      `${several ? ` on connection #${connection}` : ""}, line ${chosen.line} of ${chosen.function}`;
    this.drawBoxes(box, chosen.stream, chosen.start, chosen.stop, SHOWN_BYTES, `Bytes of ${chosen.text}`);
  }

  drawPipe(side, connection, several) {
    const other = side === "client" ? "server" : "client", { moment } = this, box = this.pipes[side];
    const stream = this.conversation.streams.get(`${connection} ${side}`);
    const until = (list) => list.findLast((rung) => rung.made <= moment)?.stop ?? 0;
    const sent = stream ? until(stream.sends) : 0, read = stream ? until(stream.reads) : 0;
    const key = `${this.conversation.run} ${connection} ${sent} ${read} ${several}`;
    if (box.dataset.state === key) return;
    box.dataset.state = key;
    box.replaceChildren();
    const title = make(box, "div");
    make(title, "b").textContent = `${several && connection ? `#${connection} ` : ""}${side} → ${other}: `;
    const away = Math.max(sent - read, 0);
    const before = sent ? `nothing on the way, ${counted(sent)} so far` : "nothing sent yet";
    make(title, "span").textContent = away ? `${counted(away)} on the way` : before;
    if (away) this.drawBoxes(box, `${connection} ${side}`, read, sent, 48, "Bytes on the way");
    const field = stream && [...stream.fields.values()].find((each) => each.start < read && each.size !== null && read < each.start + each.size);
    if (field) {
      const got = read - field.start, missing = field.size - got;
      make(box, "div").textContent = `the ${other} has ${got} of ${field.size} ${field.name} bytes, ${missing} missing`;
      this.drawBoxes(box, `${connection} ${side}`, field.start, read, 48, "Bytes in the buffer", Math.min(missing, 48));
    }
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
    if (stop - start > limit) make(list, "span", "faint").textContent = `… ${stop - start - limit} more`;
  }

  drawField(parent, key, { name, start, size }, { from, to, shown, missing }) {
    const { bytes } = this.conversation.streams.get(key);
    const group = make(parent, "div", `field ${name}`);
    const part = size !== null && (from > start || to < start + size);
    make(group, "span").textContent = part ? `${name}, byte ${from - start + 1} to ${to - start} of ${size}` : `${name}, ${counted(to - from)}`;
    const boxes = make(group, "div", "boxes");
    for (let at = from; at < shown; at++) this.drawByte(boxes, key, at, bytes[at]);
    for (let at = 0; at < missing; at++) make(make(boxes, "span", "byte missing"), "b").textContent = "_";
    const whole = name === "body" && from === start && to === start + size ? bytes.slice(from, to) : [];
    const text = whole.some((byte) => byte > 127) && decoded(whole);
    if (text) make(group, "span", "", { dir: "auto" }).textContent = text;
  }

  drawByte(parent, key, at, byte) {
    const known = byte !== undefined, title = known ? `byte ${at} of what the ${key.split(" ")[1]} sent: ${byte}` : "";
    const each = make(parent, "span", "byte", { "data-key": key, "data-start": at, "data-stop": at + 1, title });
    make(each, "b").textContent = known ? character(byte) : "?";
    make(each, "small").textContent = known ? hex(byte) : "??";
  }
}

// ---- small things --------------------------------------------------------------------------------

function make(parent, tag, kind = "", attributes = {}) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  parent.append(made);
  return made;
}

function svg(parent, tag, kind = "", attributes = {}) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  if (kind) made.setAttribute("class", kind);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  parent.append(made);
  return made;
}

// Of a trace that a Tap recorded, every actor but the server is a client.
function sideOf(rung) {
  return rung.actor === "server" ? "server" : "client";
}

// Whether a call is over at a moment.
function isMade(rung, moment) {
  return rung.made !== null && rung.made <= moment;
}

// What came of a call that is over; nothing where its own text says it.
function outcome(rung) {
  if (!rung.failed && !rung.ends && rung.sends) return "";
  return `${rung.result}${rung.again ? ", again and again" : ""}`;
}

function inOneLine(name, over, result, room) {
  if (!over) return fitted([`${name} …`, name], room);
  return result ? fitted([`${name} → ${result}`, `${name} → ${short(result)}`, name], room) : name;
}

// What lights up together with an arrow.
function told(arrow, landed) {
  if (arrow.quiet) return { "data-call": arrow.from.number };
  const call = landed ? arrow.to.number : arrow.from.number;
  return { "data-key": arrow.key, "data-start": arrow.start, "data-stop": arrow.stop, "data-call": call };
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// The first of some texts that has room; the last one is cut if it must be.
function fitted(texts, room) {
  const fits = texts.find((text) => text.length <= room);
  return fits ?? `${texts.at(-1).slice(0, Math.max(room - 1, 1))}…`;
}

function short(result) {
  return result.replace(/ bytes?$/, "").replace(/^a client at .*$/s, "a client").replace(/, the end of the stream$/, "");
}

function counted(bytes) {
  return `${bytes} byte${bytes === 1 ? "" : "s"}`;
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

// Arrows, those of one call that have not landed by a moment as one.
function together(arrows, moment) {
  const landed = [], away = new Map();
  for (const arrow of arrows) {
    if (arrow.quiet || (arrow.to && isMade(arrow.to, moment))) landed.push(arrow);
    else {
      const first = away.get(arrow.from) ?? { ...arrow, to: null };
      away.set(arrow.from, { ...first, start: Math.min(first.start, arrow.start), stop: Math.max(first.stop, arrow.stop) });
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
      const view = new View(conversation, (order) => model.send(order), el, model.get("live"));
      return () => view.close();
    },
  };
};
