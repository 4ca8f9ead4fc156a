"""What a board does with sound, written down: no machine that tests has a loudspeaker, nor Chromium a voice.

Lives here: LOUDSPEAKER, a script that stands in for voice and tone generator; said, rung.
May import: playwright.
Never: sound that nobody hears; a sentence takes a second, as it would with a quick voice.
"""

from playwright.sync_api import Page

LOUDSPEAKER = """
window.said = [];
window.rung = 0;
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, 'speechSynthesis', {value: {
  getVoices: () => [{lang: 'vi-VN'}, {lang: 'en-US'}],
  cancel() { said.at(-1).cut = true; },
  speak(utterance) {
    const one = {text: utterance.text, lang: utterance.lang, from: performance.now(), upto: null};
    said.push(one);
    setTimeout(() => { one.upto = performance.now(); utterance.onend(); }, 1000);
  },
}});
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { rung += 1; start.call(this, at); };
"""


def said(page: Page) -> list[str]:
    """The sentences that were said to their end, in order."""
    return page.evaluate("said.filter((one) => one.upto !== null && !one.cut).map((one) => one.text)")


def rung(page: Page) -> int:
    """How many tones were started; a chime is two."""
    return page.evaluate("rung")
