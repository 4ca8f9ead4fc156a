import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueflow.model.errors import Invalid
from queueflow.model.patient import LONGEST_NAME, PartialDate, checked_date, clean_name, partial_date
from tests.people import names
from tests.unit.formats.hostile import UNSHOWABLE, unshowable

FIELD = "patient.name"


def assert_names(refusal: Invalid, field: str) -> None:
    assert refusal.fields == {"field": field}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1958", PartialDate(1958)),
        ("1958-05", PartialDate(1958, 5)),
        ("1958-05-17", PartialDate(1958, 5, 17)),
        ("2024-02-29", PartialDate(2024, 2, 29)),
        ("1850-01-01", PartialDate(1850, 1, 1)),
        ("2200-12-31", PartialDate(2200, 12, 31)),
    ],
)
def test_a_date_is_read_as_far_as_it_is_known(text: str, expected: PartialDate) -> None:
    assert partial_date(text, "patient.birth_date") == expected
    assert str(expected) == text
    assert expected.is_full is (len(text) == 10)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "58",
        "1958-5-17",
        "1958-05-",
        "1958-05-17T00:00:00Z",
        "17-05-1958",
        "17/05/1958",
        "1958-05-17\n",
        " 1958",
        "١٩٥٨",
        "１９５８",
        "-1958",
        "1849",
        "2201-01-01",
        "0000",
        "1958-00",
        "1958-13",
        "1958-05-00",
        "1958-05-32",
        "1958-02-29",
        "1900-02-29",
        "1958-" * 200_000,
    ],
)
def test_what_no_calendar_has_is_refused_and_names_the_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        partial_date(text, "patient.birth_date")
    assert refused.value.field == "patient.birth_date"
    assert len(text) < 4 or text not in str(refused.value)


def test_a_day_needs_its_month() -> None:
    with pytest.raises(Invalid, match="month"):
        checked_date(1958, None, 17, "x")


@given(st.dates().filter(lambda day: 1850 <= day.year <= 2200))
def test_every_day_of_the_calendar_round_trips(day: object) -> None:
    assert str(partial_date(str(day), "x")) == str(day)


@given(st.text() | st.from_regex(r"\A\d{4}(-\d{2}){0,2}\Z"))
def test_any_text_is_a_date_that_writes_itself_so_or_is_refused(text: str) -> None:
    try:
        assert str(partial_date(text, "x")) == text
    except Invalid as refusal:
        assert_names(refusal, "x")


def test_dates_of_different_precision_offer_no_order() -> None:
    with pytest.raises(TypeError):
        sorted([PartialDate(1958), PartialDate(1957)])  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("Nguyễn Thị Bình", "Nguyễn Thị Bình"),
        ("  Nguyễn \u00a0 Thị\u2003Bình ", "Nguyễn Thị Bình"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Bình"), "Nguyễn Thị Bình"),
        ("H'Hen Niê", "H'Hen Niê"),
        ("Y-Blun", "Y-Blun"),
        ("An", "An"),
        ("a", "a"),
        ("Nguyễn Văn A 2", "Nguyễn Văn A 2"),
        ("Зоя", "Зоя"),
        ("王小明", "王小明"),
        ("<script>", "<script>"),
        ("a" * LONGEST_NAME, "a" * LONGEST_NAME),
        (unicodedata.normalize("NFD", "ễ" * LONGEST_NAME), "ễ" * LONGEST_NAME),
        ("x\u0323\u0331\u0301", "x\u0323\u0331\u0301"),
    ],
)
def test_a_name_is_kept_as_given_in_nfc_with_single_spaces(given_name: str, expected: str) -> None:
    assert clean_name(given_name, FIELD) == expected


@unshowable()
def test_a_name_holds_no_character_that_cannot_be_shown(character: str) -> None:
    for text in (f"An{character}h", f"{character}An", f"An{character}"):
        with pytest.raises(Invalid, match="cannot be shown") as refused:
            clean_name(text, FIELD)
        assert refused.value.field == FIELD


def test_a_name_holds_nothing_that_unicode_says_to_ignore() -> None:
    # Default_Ignorable_Code_Point of Unicode 14, DerivedCoreProperties.txt.
    ranges = (
        (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
        (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
    )  # fmt: skip
    for first, last in ranges:
        for point in range(first, last + 1):
            with pytest.raises(Invalid, match="cannot be shown"):
                clean_name(f"An{chr(point)}", FIELD)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "at least one letter"),
        ("   ", "at least one letter"),
        ("123", "at least one letter"),
        ("-", "at least one letter"),
        ("\u0301", "at least one letter"),
        ("a" + "\u0301\u0300\u0302\u0303\u0304", "too many marks"),
        ("An" + "\u0301" * 300, "too many marks"),
        ("a" * (LONGEST_NAME + 1), "too long"),
        ("a" * 401, "too long"),
        ("a" * 1_000_000, "too long"),
        ("\u0301" * 1_000_000, "too long"),
        (" " * 1_000_000 + "An", "too long"),
    ],
)
def test_what_is_no_name_is_refused(text: str, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        clean_name(text, FIELD)
    assert refused.value.fields == {"field": FIELD}


@given(
    st.text(st.characters(exclude_categories=["Cc"])) | names() | st.text(st.characters(categories=["L", "M", "Zs"]))
)
def test_cleaning_a_name_twice_changes_nothing_more(text: str) -> None:
    try:
        cleaned = clean_name(text, FIELD)
    except Invalid as refusal:
        assert_names(refusal, FIELD)
        return
    assert clean_name(cleaned, FIELD) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned
    assert not set(cleaned) & set(UNSHOWABLE.values())
    assert msgspec.json.decode(msgspec.json.encode(cleaned)) == cleaned


@given(st.text())
def test_any_text_is_a_name_or_invalid(text: str) -> None:
    try:
        assert clean_name(text, FIELD)
    except Invalid as refusal:
        assert_names(refusal, FIELD)
