// Making page nodes. Text goes in as text nodes only, so nothing that a person typed can become markup.
// Never: innerHTML or anything that parses a string as HTML.

const SVG = "http://www.w3.org/2000/svg";

// el("p", {class: "x", onclick: f, hidden: true}, "text", node, null): null and false children are left out.
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
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
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
