import re
from html.parser import HTMLParser

import pytest

from queueflow.simulation.checks import Ledger, Promise
from queueflow.simulation.page import ORIGIN, html_page, minutes
from queueflow.simulation.plots import ceiling
from queueflow.simulation.report import report_of
from tests.unit.simulation.days import day

VOID = {"meta", "br", "link", "img"}
DRAWN = {"line", "circle", "rect", "path", "polyline"}


class Outline(HTMLParser):
    """Follows the tags: what is open, and which there were."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outline(text: str) -> Outline:
    reader = Outline()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def test_the_page_is_whole_and_loads_nothing() -> None:
    text = html_page(report_of(day()))
    seen = outline(text).seen
    assert not {tag for tag, _ in seen} & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"url\(|@import|https?://|src=|href=", text)
    assert ORIGIN in text


def test_the_plots_draw_every_hour_and_clinic_that_had_somebody() -> None:
    seen = outline(html_page(report_of(day()))).seen
    names = [attrs.get("aria-label") or "" for tag, attrs in seen if tag == "svg"]
    assert names[:2] == ["Waits by hour of arrival", "Arrived and served by hour"]
    assert names[2:] == ["internal: at most 3 waiting, at 07:01"]
    assert sum(tag == "rect" for tag, _ in seen) == 2 * 2
    assert sum(tag == "circle" for tag, _ in seen) == 2 * 2


def test_every_number_in_a_plot_is_finite() -> None:
    for empty in (day(), day(stops={}, waiting={}, calls={})):
        for tag, attrs in outline(html_page(report_of(empty))).seen:
            if tag in DRAWN:
                assert "nan" not in str(attrs)
                assert "inf" not in str(attrs)


def test_what_comes_from_outside_cannot_write_the_page() -> None:
    ledger = Ledger()
    ledger.hold(Promise.ORDER, False, ("floor", 1), "<script>alert(1)</script>")
    text = html_page(report_of(day(file="<b>.csv", facility='"><i>', ledger=ledger)))
    assert "<script>" not in text
    assert "<b>.csv" not in text
    assert outline(text).seen


def test_a_good_day_and_a_bad_one_say_which_they_are() -> None:
    assert "Every promise held" in html_page(report_of(day()))
    ledger = Ledger()
    ledger.hold(Promise.ORDER, False, ("floor", 1), "t2 before t1")
    bad = html_page(report_of(day(ledger=ledger)))
    assert "Not good" in bad
    assert "t2 before t1" in bad
    assert "did not keep up" in html_page(report_of(day(late_s=[60.0])))


@pytest.mark.parametrize(
    ("value", "top"), [(0, 4), (1, 1), (3, 4), (7, 8), (41, 80), (100, 100), (101, 200), (0.3, 0.4)]
)
def test_scales_end_at_round_numbers(value: float, top: float) -> None:
    assert ceiling(value) == pytest.approx(top)


def test_minutes_read_as_minutes_and_seconds() -> None:
    assert minutes(725) == "12:05"
    assert minutes(59.6) == "1:00"
