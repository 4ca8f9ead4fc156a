import pytest

from queueflow.formats import scanned
from queueflow.model.errors import Invalid
from queueflow.model.patient import CardWarning, PartialDate
from tests.unit.formats.hostile import UNSHOWABLE, assert_refused

GARBLED = (CardWarning("garbled-name", "name"),)


@pytest.mark.parametrize("ending", ["", "\r", "\n", "\r\n", "\t", "  \r\n", "\n\n"])
def test_the_ending_a_scanner_types_is_taken_off(ending: str) -> None:
    assert scanned.one_line(f" 020185000002{ending}") == "020185000002"


@pytest.mark.parametrize("value", ["", " ", "\r\n", "\t", " \t\r\n "])
def test_a_scan_of_nothing_is_refused(value: str) -> None:
    with pytest.raises(Invalid, match="Nothing was read") as refused:
        scanned.one_line(value)
    assert_refused(refused.value)


@pytest.mark.parametrize("name", ["NUL", "escape", "next line", "line separator", "lone surrogate"])
def test_a_control_character_inside_a_line_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="not read cleanly") as refused:
        scanned.one_line(f"0201{UNSHOWABLE[name]}85")
    assert_refused(refused.value)


def test_two_cards_in_one_scan_are_refused() -> None:
    with pytest.raises(Invalid, match="not read cleanly"):
        scanned.one_line("020185000002\r020185000003\r")


def test_the_longest_line_is_counted_in_bytes() -> None:
    assert len(scanned.one_line("x" * scanned.LONGEST)) == scanned.LONGEST
    assert len(scanned.one_line("ễ" * (scanned.LONGEST // 3))) == scanned.LONGEST // 3
    for value in ("x" * (scanned.LONGEST + 1), "ễ" * (scanned.LONGEST // 3 + 1), "x" * 1_000_000, "\ud83d" * 3_000):
        with pytest.raises(Invalid, match="longer than any card") as refused:
            scanned.one_line(value)
        assert_refused(refused.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("02091985", PartialDate(1985, 9, 2)),
        ("02/09/1985", PartialDate(1985, 9, 2)),
        ("2/9/1985", PartialDate(1985, 9, 2)),
        ("02-09-1985", PartialDate(1985, 9, 2)),
        ("02.09.1985", PartialDate(1985, 9, 2)),
        (" 02091985 ", PartialDate(1985, 9, 2)),
        ("091985", PartialDate(1985, 9)),
        ("09/1985", PartialDate(1985, 9)),
        ("1958", PartialDate(1958)),
        ("00001958", PartialDate(1958)),
        ("00/00/1958", PartialDate(1958)),
        ("00051958", PartialDate(1958, 5)),
        ("001958", PartialDate(1958)),
        ("29022024", PartialDate(2024, 2, 29)),
        ("31121850", PartialDate(1850, 12, 31)),
    ],
)
def test_a_birth_date_is_read_as_far_as_it_is_known(text: str, expected: PartialDate) -> None:
    assert scanned.birth_date(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "x",
        "85",
        "198",
        "19855",
        "0209198",
        "020919850",
        "02/09/85",
        "1985-09-02",
        "٠٢٠٩١٩٨٥",
        "02091985x",
        "²³",
    ],
)
def test_what_is_no_birth_date_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="cannot be read") as refused:
        scanned.birth_date(text)
    assert_refused(refused.value, text)


@pytest.mark.parametrize("text", ["02131985", "31021985", "29022023", "131985", "15001958", "0000", "01011849", "9999"])
def test_a_day_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="not in the calendar") as refused:
        scanned.birth_date(text)
    assert_refused(refused.value, text)
    assert refused.value.__context__ is None or text not in str(refused.value.__context__)


def test_a_clean_name_has_no_warning() -> None:
    assert scanned.name("  Nguyễn   Thị Bình ") == ("Nguyễn Thị Bình", ())


@pytest.mark.parametrize("text", ["Nguy?n Th? B?nh", "Nguy\ufffdn Th\ufffd B\ufffdnh"])
def test_a_name_that_lost_letters_is_kept_with_a_warning(text: str) -> None:
    assert scanned.name(text) == (text, GARBLED)


@pytest.mark.parametrize("text", ["?", "??? ??", "\ufffd\ufffd", "?1"])
def test_a_name_that_lost_every_letter_is_none(text: str) -> None:
    assert scanned.name(text) == (None, GARBLED)


@pytest.mark.parametrize("text", ["", " ", "-", "123", "?\x00a"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        scanned.name(text)
    assert_refused(refused.value, text)
