"""In which order calls are said, on a clock that the test moves on; sound itself is not listened to here."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

# A loudspeaker that takes a second for each sentence and writes down what it said, from when to when.
LOUDSPEAKER = """
window.said = [];
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
"""
SAY = """async ([calls]) => {
  const {CallQueue} = await import('/shared/speech.js');
  window.rung = 0;
  window.wanted = new Set(calls);
  const chime = {ring: async () => { rung += 1; }};
  window.queue ??= new CallQueue(chime);
  for (const name of calls) {
    queue.add({
      sentences: [{language: 'vi', text: `Mời ${name}`}, {language: 'en', text: `Number ${name}`}],
      wanted: () => wanted.has(name),
      started: () => { if (name === 'broken') throw new Error('a fault in drawing'); },
    });
  }
}"""


@pytest.fixture
def hall(pages: Callable[[], Page]) -> Iterator[Page]:
    page = pages()
    page.add_init_script(LOUDSPEAKER)
    page.clock.install(time=0)
    page.reload()
    yield page
    page.close()


def said(page: Page) -> list[Any]:
    return page.evaluate("said.map((one) => one.text)")


def test_calls_of_one_moment_are_said_whole_one_after_the_other_the_first_first(hall: Page) -> None:
    hall.evaluate(SAY, [["A1", "A2", "A3"]])
    hall.clock.run_for(60_000)
    assert said(hall) == ["Mời A1", "Number A1", "Mời A2", "Number A2", "Mời A3", "Number A3"]
    spoken = hall.evaluate("said")
    assert all(one["upto"] is not None and "cut" not in one for one in spoken)
    assert all(before["upto"] <= after["from"] for before, after in itertools.pairwise(spoken))
    starts = [one["from"] for one in spoken[::2]]
    assert all(after - before > 7500 for before, after in itertools.pairwise(starts))
    assert {one["lang"] for one in spoken} == {"vi-VN", "en-US"}


def test_whoever_has_gone_in_by_then_is_not_called(hall: Page) -> None:
    hall.evaluate(SAY, [["A1", "A2", "A3"]])
    hall.evaluate("wanted.delete('A2')")
    hall.clock.run_for(60_000)
    assert said(hall) == ["Mời A1", "Number A1", "Mời A3", "Number A3"]


def test_a_voice_that_never_ends_does_not_silence_the_hall(hall: Page) -> None:
    hall.evaluate("() => { speechSynthesis.speak = (utterance) => said.push({text: utterance.text}); }")
    hall.evaluate(SAY, [["A1", "A2"]])
    hall.clock.run_for(90_000)
    assert said(hall) == ["Mời A1", "Number A1", "Mời A2", "Number A2"]


def test_a_language_without_a_voice_is_left_to_the_screen(hall: Page) -> None:
    hall.evaluate("() => { speechSynthesis.getVoices = () => [{lang: 'en-GB'}]; }")
    hall.evaluate(SAY, [["A1"]])
    hall.clock.run_for(20_000)
    assert said(hall) == ["Number A1"]


def test_sound_that_fails_holds_up_no_later_call(hall: Page) -> None:
    hall.evaluate("() => { speechSynthesis.speak = () => { throw new Error('no device'); }; }")
    hall.evaluate(SAY, [["A1"]])
    hall.clock.run_for(20_000)
    hall.evaluate(LOUDSPEAKER_AGAIN)
    hall.evaluate(SAY, [["A2"]])
    hall.clock.run_for(20_000)
    assert said(hall) == ["Mời A2", "Number A2"]


LOUDSPEAKER_AGAIN = """() => {
  speechSynthesis.speak = (utterance) => {
    said.push({text: utterance.text});
    setTimeout(() => utterance.onend(), 1000);
  };
}"""
