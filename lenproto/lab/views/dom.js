// Elements of a page, made and filled. Whatever comes from a program is set as text, never as HTML.

export function make(parent, tag, kind = "", attributes = {}) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  parent.append(made);
  return made;
}

export function svg(parent, tag, kind = "", attributes = {}) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  if (kind) made.setAttribute("class", kind);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  parent.append(made);
  return made;
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
