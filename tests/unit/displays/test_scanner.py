from typing import Any

import pytest
from playwright.sync_api import Page

from tests.unit.displays.conftest import Run

pytestmark = pytest.mark.browser

CITIZEN = "020185000002||Nguyễn Thị Bình|02091985|Nữ|Thôn Mẫu 1, Xã Thử Nghiệm, Lạng Sơn|01072022"
WITHOUT_OLD_NUMBER = "020185000002|Nguyễn Thị Bình|02091985|Nữ|Thôn Mẫu 1|01072022"
INSURED = "GD4200000000001|4e677579e1bb856e205468e1bb8b2042c3ac6e68|02/09/1985|2|50|20 - 001|01/01/2025"


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        (CITIZEN, "cccd-qr"),
        (CITIZEN + "|a|b", "cccd-qr"),
        (WITHOUT_OLD_NUMBER, "cccd-qr"),
        (INSURED, "bhyt"),
        ("gd4200000000001", "bhyt"),
        ("0200000001", "bhyt"),
        ("020185000002", "bhyt"),
        ("BN-2026/00017", "mrn"),
        ("12345678", "mrn"),
    ],
)
def test_a_card_is_told_by_its_form(run: Run, text: str, scheme: str) -> None:
    identity = run("kiosk/scanner.js", "(m, text) => m.identityOf(text)", text)["identity"]
    assert identity["scheme"] == scheme
    assert identity["value"].upper() == text.upper()


@pytest.mark.parametrize(
    "text",
    ["02018500000|a|b|c|d|e|f", "02018500000", "||||||", "hello world", "Xin chào", "a|b", "|020185000002|", "-12-"],
)
def test_what_is_no_card_is_refused_at_once(run: Run, text: str) -> None:
    assert run("kiosk/scanner.js", "(m, text) => m.identityOf(text)", text) == {"wrong": True}


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("020185000002||Nguy?n Th? B?nh|02091985|N?|Thôn|01072022", "020185000002"),
        ("020185000002||Nguy\ufffdn|02091985|Nam|x|01072022", "020185000002"),
        ("020185000002|Nguy?n|02091985|Nam|x|01072022", "020185000002"),
        ("GD4200000000001|Nguy?n|02/09/1985|2", "0000000001"),
    ],
)
def test_a_card_whose_letters_were_lost_gives_its_number_to_ask_by(run: Run, text: str, digits: str) -> None:
    assert run("kiosk/scanner.js", "(m, text) => m.identityOf(text)", text) == {"garbled": True, "digits": digits}


PRESS = """async ([keys]) => {
  const {listenForScans} = await import('/kiosk/scanner.js');
  const got = {scans: [], left: []};
  if (!window.got) {
    window.got = got;
    listenForScans((text) => window.got.scans.push(text));
    addEventListener('keydown', (event) => { if (event.key === 'Enter') window.got.left.push(event.key); });
  }
  window.got.scans.length = window.got.left.length = 0;
  let at = performance.now() + (window.later = (window.later ?? 0) + 60_000);
  for (const [key, after] of keys) {
    const event = new KeyboardEvent('keydown', {key, cancelable: true, bubbles: true});
    Object.defineProperty(event, 'timeStamp', {value: at += after});
    document.body.dispatchEvent(event);
  }
  return window.got;
}"""


def press(page: Page, keys: list[tuple[str, int]]) -> dict[str, Any]:
    return page.evaluate(PRESS, [keys])


def fast(text: str, gap: int = 8) -> list[tuple[str, int]]:
    return [(key, gap) for key in text]


def test_fast_keys_that_end_with_enter_are_one_scan_and_the_enter_goes_no_further(module_page: Page) -> None:
    assert press(module_page, [*fast(CITIZEN), ("Enter", 8)]) == {"scans": [CITIZEN], "left": []}


def test_one_slow_key_does_not_break_a_scan(module_page: Page) -> None:
    keys = [*fast("020185000"), ("0", 180), *fast("02"), ("Enter", 8)]
    assert press(module_page, keys)["scans"] == ["020185000002"]


def test_a_person_who_types_is_no_scanner(module_page: Page) -> None:
    assert press(module_page, [*fast("020185000002", 110), ("Enter", 150)]) == {"scans": [], "left": ["Enter"]}


def test_a_letter_that_the_keyboard_has_not_got_is_seen_as_lost(module_page: Page) -> None:
    keys = [*fast("020185000002||Nguy"), ("Dead", 8), *fast("n|02091985|Nam|x|y"), ("Enter", 8)]
    assert press(module_page, keys)["scans"] == ["020185000002||Nguy\ufffdn|02091985|Nam|x|y"]


def test_a_card_left_under_the_scanner_counts_once(module_page: Page) -> None:
    keys = [*fast("020185000007"), ("Enter", 8), *fast("020185000007"), ("Enter", 8)]
    assert press(module_page, keys)["scans"] == ["020185000007"]
