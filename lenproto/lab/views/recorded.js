// Plays recorded conversations in a page without a kernel: see recorded.py. A classic script, which stands behind each of them,
// for a page may hold one, or many, or get another one at any time.

(() => {
  const LOADING_MS = 1000; // a live stage, which is JupyterLab's next output, may have so long to appear

  for (const place of document.querySelectorAll(".lenproto-recorded:not([data-begun])")) {
    const player = place.querySelector("script.player") ?? document.querySelector(".lenproto-recorded script.player");
    if (!player) continue; // the script behind the one that has it will come by again
    place.dataset.begun = "";
    begin(place, player);
  }

  async function begin(place, player) {
    const isInLab = place.closest(".lm-Widget") && place.closest(".jp-OutputArea-child")?.nextElementSibling;
    if (isInLab) await new Promise((resolve) => { setTimeout(resolve, LOADING_MS); });
    let work = Promise.resolve(), stop = null;
    const look = async (isSeen) => {
      if (isSeen && !stop) stop = await play(place, player);
      else if (stop && place.getClientRects().length === 0) { // a live stage stands there now, see recorded.css; or it is gone
        stop();
        stop = null;
      }
    };
    const observer = new IntersectionObserver((entries) => {
      work = work.then(() => look(entries.at(-1).isIntersecting)).catch(() => { place.dataset.failed = ""; }); // its text is shown
    });
    observer.observe(place);
  }

  // Returns what ends it.
  async function play(place, player) {
    const [{ module, style, traits }, told] = await Promise.all([player, place.querySelector("script.told")].map(unpacked));
    const address = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
    const widget = await import(address);
    URL.revokeObjectURL(address);
    const box = add(place, "div"), model = standIn(traits, told), { initialize, render } = await widget.default();
    add(box, "style").textContent = `${style}\n.lenproto-recorded { ${style} }`; // nested: JupyterLab's rules for HTML weigh more
    const el = add(box, "div");
    await initialize({ model });
    const close = await render({ model, el });
    if (place.closest("[data-alone]")) el.firstElementChild.focus(); // the keys are heard at once
    return () => {
      close();
      box.remove();
    };
  }

  // JSON as it stands, or packed: see packed() in recorded.py.
  function unpacked(script) {
    const text = script.textContent.trim();
    if (text.startsWith("{")) return JSON.parse(text);
    const bytes = Uint8Array.from(atob(text), (letter) => letter.codePointAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  }

  // What the widget's module takes for its model in Python: one that tells the whole conversation, and does nothing else.
  function standIn(traits, told) {
    let heard = null;
    return {
      get: (name) => traits[name],
      set() {},
      save_changes() {},
      on(event, listener) { if (event === "msg:custom") heard = listener; },
      off() {},
      send: (order) => order.do === "tell" && heard?.(told, []),
    };
  }

  function add(parent, tag) {
    return parent.appendChild(document.createElement(tag));
  }
})();
