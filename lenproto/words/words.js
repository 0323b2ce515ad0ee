// What a person reads, by key, in a page: the rules are those of say() in lenproto/words/__init__.py.
// `words` is what Python sends, see spoken() in lenproto/lab/views/page.py: { language, direction, tables }.

const VALUE = /\{([a-z_]+)\}/g;
const ISOLATE = "\u2068", END_ISOLATE = "\u2069"; // around what keeps a direction of its own
const plurals = new Map(); // language → what chooses the form for a number

// Returns the entry of a key, with the values in it. Throws where there is no such entry, or a value is missing.
export function say(words, key, values = {}) {
  const entry = key.split(".").reduce((found, step) => found?.[step], words.tables);
  if (entry === undefined) throw new Error(`nothing is said by the key ${key}`);
  const text = typeof entry === "string" ? entry : entry[formOf(words.language, values.n)] ?? entry.other;
  return text.replace(VALUE, (_, name) => {
    if (!(name in values)) throw new Error(`${key} needs a value ${name}`);
    const said = Array.isArray(values[name]) ? values[name].join(", ") : String(values[name]);
    return words.direction === "rtl" ? `${ISOLATE}${said}${END_ISOLATE}` : said;
  });
}

function formOf(language, n) {
  if (!plurals.has(language)) plurals.set(language, new Intl.PluralRules(language));
  return plurals.get(language).select(n);
}
