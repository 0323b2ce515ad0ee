// JupyterLab sets every paragraph at the left, also within dir="rtl". This is all that the lessons in Hebrew need of it.
// It is written as what JupyterLab loads of a prebuilt extension: a container, which gives a module that has a plugin.

(() => {
  const RULES = `
    .jp-RenderedHTMLCommon [dir="rtl"] :is(p, th, td, li) { text-align: start; }
    .jp-RenderedHTMLCommon [dir="rtl"] :is(ul, ol) { padding-inline-start: 2em; padding-left: 0; padding-right: 2em; }
    .jp-RenderedHTMLCommon [dir="rtl"] table { margin-left: auto; margin-right: 0; }
    .jp-RenderedHTMLCommon [dir="rtl"] [dir="ltr"] { text-align: left; }`;
  const plugin = {
    id: "lenproto:direction",
    autoStart: true,
    activate() {
      document.head.append(Object.assign(document.createElement("style"), { textContent: RULES }));
    },
  };
  const container = { init() {}, get: async () => () => ({ __esModule: true, default: plugin }) };
  window._JUPYTERLAB = { ...window._JUPYTERLAB, lenproto: container };
})();
