"""The paper ticket in a real browser: as long as what stands on it, nothing cut off, its code readable."""

import io
import re
from typing import Any

import pytest
import segno
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, REFUSAL, OpenScreen
from tests.browser.hospital import Card, Hospital
from tests.browser.sight import faults

pytestmark = pytest.mark.browser

POINTS_PER_MM = 72 / 25.4
NOTHING_RUNS_OUT = """() => {
  const paper = document.querySelector('.paper').getBoundingClientRect();
  return [...document.querySelectorAll('.paper *')].filter((node) => {
    const box = node.getBoundingClientRect();
    return box.left < paper.left || box.right > paper.right + 0.5 || box.bottom > paper.bottom + 0.5
      || node.scrollWidth > node.clientWidth + 1;
  }).map((node) => `${node.className} ${node.textContent}`);
}"""

TEXT_WIDTH = """(node) => {
  const text = document.createRange();
  text.selectNodeContents(node);
  return text.getBoundingClientRect().width;
}"""


def six_stops(hospital: Hospital) -> Any:
    """A visit whose doctor sent the patient round the house."""
    given = hospital.check_in("eye")
    hospital.send_round_the_house(given["ticket"]["id"], "b201", "pharmacy")
    return given


def ticket_page(hospital: Hospital, given: Any, language: str = "vi") -> str:
    return hospital.base_url + given["visit"]["tracking_url"].replace("/visit/", "/ticket/") + f"&lang={language}"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("stops", ["one", "six"])
def test_it_prints_on_one_page_of_80_mm_with_nothing_cut_off(
    hospital: Hospital, open_screen: OpenScreen, stops: str, language: str
) -> None:
    given = six_stops(hospital) if stops == "six" else hospital.check_in("internal-medicine")
    page = open_screen(ticket_page(hospital, given, language), PHONE)
    expect(page.locator(".paper .number")).to_have_text(given["ticket"]["number"])
    page.locator(".paper.laid").wait_for()
    expect(page.locator(".paper li")).to_have_count(6 if stops == "six" else 0)
    assert faults(page, scrolls=True) == []
    page.emulate_media(media="print")
    assert page.evaluate(NOTHING_RUNS_OUT) == []
    expect(page.get_by_role("button")).to_be_hidden()
    tall = page.locator(".paper").evaluate("(paper) => paper.getBoundingClientRect().height") * 25.4 / 96
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type ?/Page\b(?!s)", printed)) == 1
    (box,) = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", printed)
    wide, long = (float(side) / POINTS_PER_MM for side in box)
    assert wide == pytest.approx(80, abs=0.2)
    assert tall <= long <= tall + 3


def test_its_number_is_as_wide_as_what_the_paper_can_hold(hospital: Hospital, open_screen: OpenScreen) -> None:
    page = open_screen(ticket_page(hospital, hospital.check_in("eye")), PHONE)
    page.locator(".paper.laid").wait_for()
    assert page.locator(".paper .number").evaluate(TEXT_WIDTH) * 25.4 / 96 == pytest.approx(72, abs=0.5)


def test_its_code_can_be_read_off_the_paper(hospital: Hospital, open_screen: OpenScreen) -> None:
    given = hospital.check_in("eye")
    page = open_screen(ticket_page(hospital, given, "en"), PHONE, device_scale_factor=4)
    page.locator(".paper.laid").wait_for()
    assert modules(page, ".paper .code") == [
        [bool(dot) for dot in row]
        for row in segno.make_qr(
            hospital.base_url + given["visit"]["tracking_url"] + "&lang=en", error="m"
        ).matrix_iter(border=4)
    ]


def modules(page: Page, selector: str) -> list[list[bool]]:
    """The dark modules of a QR's picture with its border of four, by the middle of each."""
    seen = Image.open(io.BytesIO(page.locator(selector).screenshot())).convert("L")
    across, grey = seen.width, seen.tobytes()
    dark = [[one < 128 for one in grey[y * across : (y + 1) * across]] for y in range(seen.height)]
    top = next(y for y, row in enumerate(dark) if any(row))
    columns = [any(column) for column in zip(*dark, strict=True)]
    left, right = columns.index(True), across - columns[::-1].index(True)
    # A finder's outer row is seven modules wide.
    size = dark[top + 3][left:].index(False) / 7
    middle = [(n + 0.5) * size for n in range(round((right - left) / size))]
    inner = [[dark[round(top + y)][round(left + x)] for x in middle] for y in middle]
    empty = [[False] * (len(middle) + 8)] * 4
    return [*empty, *([False] * 4 + row + [False] * 4 for row in inner), *empty]


def test_without_its_link_there_is_no_ticket(hospital: Hospital, open_screen: OpenScreen) -> None:
    given = hospital.check_in("eye", Card())
    passes = REFUSAL.replace("(400", "(404|400")
    page = open_screen(ticket_page(hospital, given).replace("?k=", "?k=x"), PHONE, passes=passes)
    expect(page.locator(".unknown")).to_have_text("Không tìm thấy phiếu này. Xin hỏi quầy tiếp đón.")
