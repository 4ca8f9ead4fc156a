import pytest

from tests.unit.displays.conftest import Run

pytestmark = pytest.mark.browser

READING = "shared/reading.js"

NUMBERS = {
    0: "không",
    4: "bốn",
    5: "năm",
    10: "mười",
    11: "mười một",
    14: "mười bốn",
    15: "mười lăm",
    20: "hai mươi",
    21: "hai mươi mốt",
    24: "hai mươi tư",
    25: "hai mươi lăm",
    55: "năm mươi lăm",
    100: "một trăm",
    101: "một trăm linh một",
    104: "một trăm linh bốn",
    105: "một trăm linh năm",
    110: "một trăm mười",
    115: "một trăm mười lăm",
    121: "một trăm hai mươi mốt",
    200: "hai trăm",
    999: "chín trăm chín mươi chín",
    1000: "một nghìn",
    1001: "một nghìn không trăm linh một",
    1015: "một nghìn không trăm mười lăm",
    1100: "một nghìn một trăm",
    9999: "chín nghìn chín trăm chín mươi chín",
    1_000_000: "một triệu",
}


def test_a_number_is_said_as_in_vietnam(run: Run) -> None:
    said = run(READING, "(m, all) => all.map(m.vietnameseNumber)", list(NUMBERS))
    assert dict(zip(NUMBERS, said, strict=True)) == NUMBERS


def test_no_two_numbers_below_ten_thousand_sound_the_same(run: Run) -> None:
    said = run(READING, "(m) => Array.from({length: 10000}, (_, n) => m.vietnameseNumber(n))")
    assert len(set(said)) == 10_000


@pytest.mark.parametrize(
    ("number", "language", "said"),
    [
        ("A012", "vi", "A không mười hai"),
        ("A012", "en", "A 0 1 2"),
        ("B105", "vi", "B một trăm linh năm"),
        ("C007", "vi", "C không không bảy"),
        ("D1001", "vi", "D một nghìn không trăm linh một"),
        ("000", "vi", "không không không"),
        ("25", "vi", "hai mươi lăm"),
    ],
)
def test_a_ticket_is_read_with_its_leading_zeros(run: Run, number: str, language: str, said: str) -> None:
    assert run(READING, "(m, n, l) => m.readTicketNumber(n, l)", number, language) == said


@pytest.mark.parametrize(
    ("name", "language", "said"),
    [
        ("Phòng 101", "vi", "Phòng một trăm linh một"),
        ("Quầy số 3", "vi", "Quầy số ba"),
        ("Phòng khám Nội", "vi", "Phòng khám Nội"),
        ("Room 101", "en", "Room 101"),
    ],
)
def test_a_room_is_read_with_its_digits_as_words(run: Run, name: str, language: str, said: str) -> None:
    assert run(READING, "(m, n, l) => m.readName(n, l)", name, language) == said
