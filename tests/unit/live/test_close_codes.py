import re
from pathlib import Path
from typing import get_args

from queueflow.live.close_codes import CLOSE_CODES, CloseCode
from queueflow.live.views import CLINIC_UPDATED
from queueflow.model.events import AnyEvent

ROOT = Path(__file__).parents[3]
ROW = re.compile(r"^\| (\d{4}) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def row(code: CloseCode) -> tuple[str, ...]:
    comes_back = "yes" if code.reconnect else "no"
    return (str(code.code), code.reason, comes_back, "yes" if code.says_bye else "no", code.meaning)


def test_the_page_has_the_table_row_by_row() -> None:
    page = (ROOT / "docs/feeds.md").read_text(encoding="utf-8")
    assert [tuple(part.strip() for part in found) for found in ROW.findall(page)] == [row(code) for code in CLOSE_CODES]


def test_the_page_names_every_event() -> None:
    page = (ROOT / "docs/feeds.md").read_text(encoding="utf-8")
    named = page[page.index("\nNames:") : page.index("A name says")]
    events = {str(event.__struct_config__.tag) for event in get_args(AnyEvent)}
    assert set(re.findall(r"`([a-z.-]+)`", named)) == events | {CLINIC_UPDATED}


def test_the_screens_ask_again_soon_for_exactly_the_codes_that_say_so() -> None:
    script = (ROOT / "displays/shared/feed.js").read_text(encoding="utf-8")
    refused = re.search(r"REFUSED = new Set\(\[([\d, ]+)\]\)", script)
    assert refused is not None
    assert {int(code) for code in refused[1].split(",")} == {code.code for code in CLOSE_CODES if not code.reconnect}


def test_codes_are_private_and_unlike_and_in_order() -> None:
    codes = [code.code for code in CLOSE_CODES]
    assert codes == sorted(set(codes))
    assert all(4000 <= code <= 4999 for code in codes)


def test_a_reason_fits_into_a_close_frame() -> None:
    assert all(len(code.reason.encode()) <= 123 for code in CLOSE_CODES)
