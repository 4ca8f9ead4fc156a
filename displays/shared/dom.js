// Making page nodes. Text goes in as text nodes only, so nothing that a person typed can become markup.
// Never: innerHTML or anything that parses a string as HTML.

const SVG = "http://www.w3.org/2000/svg";

const shown = (child) => child !== null && child !== undefined && child !== false;

// el("p", {class: "x", onclick: f, hidden: true}, "text", node, null): null and false children are left out.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (shown(value)) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter(shown));
  return node;
}

// Gives a node other children; null and false are left out here too.
export function fill(node, ...children) {
  node.replaceChildren(...children.flat().filter(shown));
}

// The same for a long list that changes often: a child that is drawn as it was before stays the node that it was, so
// that it keeps its focus and is not taken from under a pointer. Children are told apart by data-key.
export function refill(node, ...children) {
  const before = new Map([...node.children].map((child) => [child.dataset.key, child]));
  const wanted = children
    .flat()
    .filter(shown)
    .map((fresh) => (before.get(fresh.dataset.key)?.isEqualNode(fresh) ? before.get(fresh.dataset.key) : fresh));
  for (const child of before.values()) if (!wanted.includes(child)) child.remove();
  wanted.forEach((child, at) => {
    if (node.children[at] !== child) node.insertBefore(child, node.children[at] ?? null);
  });
}

// A picture of strokes on a 24 x 24 grid, given as SVG path texts.
export function drawing(paths, className = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

// Sets a node's text only when it differs: a clock that ticks must not wake screen readers or the layout.
// Tells whether it did.
export function setText(node, text) {
  if (node.textContent === text) return false;
  node.textContent = text;
  return true;
}

// Shrinks a text step by step (--fit, a factor of its font size) until its box holds it: a long name is shown
// smaller, never cut. The node needs a max-height; only at the last step may a word be broken.
export function fit(node, steps = [1, 0.88, 0.76, 0.65, 0.56, 0.48, 0.4]) {
  node.style.overflowWrap = "normal";
  for (const step of steps) {
    node.style.setProperty("--fit", step);
    if (node.scrollWidth <= node.clientWidth && node.scrollHeight <= node.clientHeight + 1) return;
  }
  node.style.overflowWrap = "anywhere";
}
