"""What eyes would complain of, measured in the page: contrast, cut text, scrollbars, small targets.

Lives here: faults, of a page as it stands.
May import: playwright.
Never: judge what is disabled, paled on purpose, or cut with an ellipsis where a full name is elsewhere.
"""

from playwright.sync_api import Page

_LOOK = """([least, target, may_cut, scrolls]) => {
  const faults = [];
  const name = (node) =>
    `${node.tagName.toLowerCase()}.${[...node.classList].join('.')} "${node.textContent.trim().slice(0, 30)}"`;
  const channels = (color) => {
    const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const luminance = ([r, g, b]) => {
    const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [x, y, z] = [r / 255, g / 255, b / 255].map(linear);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color[3] > 0.99) return color;
    }
    return [255, 255, 255, 1];
  };
  const contrast = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const top = document.documentElement;
  if (getComputedStyle(document.body).overflow !== 'hidden') {
    const [down, aside] = [top.scrollHeight - innerHeight, top.scrollWidth - innerWidth];
    if (!scrolls && down > 1) faults.push(`scrolls down by ${down}`);
    if (aside > 1) faults.push(`scrolls aside by ${aside}`);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const node = text.parentElement;
    if (!text.data.trim() || node.closest('script, noscript, dialog:not([open])')) continue;
    if (!node.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const rects = [...range.getClientRects()].filter((rect) => rect.width > 0);
    if (rects.length === 0) continue;
    const style = getComputedStyle(node);
    const ratio = contrast(channels(style.color), ground(node));
    if (ratio < least) faults.push(`contrast ${ratio.toFixed(1)}: ${name(node)}`);
    const number = node.closest('.number');
    const leading = parseFloat(style.lineHeight) / parseFloat(style.fontSize);
    if (!number && !/^[\\d:]+$/.test(text.data) && leading < 1.39) faults.push(`lines too close: ${name(node)}`);
    for (let at = node; at && at !== top; at = at.parentElement) {
      const clip = getComputedStyle(at);
      if (clip.overflowX === 'visible' && clip.overflowY === 'visible' && at !== document.body) continue;
      const [top, bottom] = scrolls ? [-Infinity, Infinity] : [0, innerHeight];
      const whole = {left: 0, top, right: innerWidth, bottom};
      const box = at === document.body ? whole : at.getBoundingClientRect();
      const shortened = clip.textOverflow === 'ellipsis' || clip.webkitLineClamp !== 'none';
      if (shortened || (may_cut && at.matches(may_cut))) break;
      for (const rect of rects) {
        // A number has no marks above or below: its digits are the middle of its line.
        const slack = number ? rect.height * 0.24 : 1;
        const aside = rect.left < box.left - 1 || rect.right > box.right + 1;
        const across = rect.top < box.top - slack || rect.bottom > box.bottom + slack;
        if (aside || across) faults.push(`cut off by ${name(at).split(' ')[0]}: ${name(node)}`);
      }
    }
  }
  if (target) {
    for (const node of document.querySelectorAll('button, a, input')) {
      if (!node.checkVisibility({visibilityProperty: true})) continue;
      const box = node.getBoundingClientRect();
      if (Math.min(box.width, box.height) >= target) continue;
      faults.push(`small target ${Math.floor(box.width)} x ${Math.floor(box.height)}: ${name(node)}`);
    }
  }
  return [...new Set(faults)];
}"""


def faults(
    page: Page, *, contrast: float = 7.0, target: float = 0, may_cut: str = "", scrolls: bool = False
) -> list[str]:
    """What is wrong with the page as it stands; nothing may scroll but where `scrolls` says so.

    `target`: the least side of a button in px; `may_cut`: a selector of boxes that leave out whole words.
    """
    return page.evaluate(_LOOK, [contrast, target, may_cut, scrolls])
