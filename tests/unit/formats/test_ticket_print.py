"""The ticket's bytes, read back as a printer reads them."""

import io
from typing import cast

import msgspec
import pytest
import segno
from PIL import Image, ImageDraw, ImageFont
from pymupdf_fonts import fontbuffers

from queueflow.formats.paper import Paper
from queueflow.formats.ticket_print import COLUMNS, DOTS, drawn, plain, spelt
from tests.unit.formats.escpos_reader import Printed, read
from tests.unit.formats.visits import LINK, SIX, paper

TICKETS = {
    "one stop": paper(),
    "six stops": paper(*SIX),
    "english": paper(*SIX, language="en", later_ms=3_000_000),
    "long number": paper(number="AB10123"),
}
every_ticket = pytest.mark.parametrize("made", TICKETS.values(), ids=TICKETS)
LETTERS = (
    "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
    "fjwz0123456789.,:;!?()/+-–·…"
)


@every_ticket
def test_in_the_printers_own_letters_it_is_lines_a_code_and_a_cut(made: Paper) -> None:
    printed = read(spelt(made))
    assert printed.began
    assert printed.cut
    assert printed.rows == []
    assert printed.codes == [LINK]
    assert all(len(text) * width <= COLUMNS for text, width in printed.lines)
    words = " ".join(printed.texts).split()
    for said in (made.facility, made.number, *made.place, *(one.name for one in made.way), made.link_hint):
        assert " ".join(plain(said).split()) in " ".join(words)


def test_the_number_is_the_largest_that_the_printer_has() -> None:
    assert ("A012", 8) in read(spelt(paper())).lines
    assert ("AB10123", 6) in read(spelt(paper(number="AB10123"))).lines


def test_the_way_is_told_by_signs_that_every_printer_has() -> None:
    lines = read(spelt(paper(*SIX))).texts
    assert [line for line in lines if line.startswith("[")] == [
        "[x] Dong vien phi - Da xong",
        "[<] Kham noi tong hop - Quay lai day sau",
        "[>] Xet nghiem mau - Dang cho",
        "[ ] Chup X-quang - Sap toi - buoc nao",
        "[ ] Sieu am o bung tong quat va Doppler",
        "[ ] Linh thuoc bao hiem y te - Nhan vien",
    ]


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Phòng khám Đa khoa", "Phong kham Da khoa"),
        ("Ước HỒNG đường", "Uoc HONG duong"),
        ("5–20 “phút”… 門", '5-20 "phut"... ?'),
    ],
)
def test_letters_lose_their_marks_and_nothing_else(text: str, bare: str) -> None:
    assert plain(text) == bare


@every_ticket
def test_drawn_it_asks_only_for_pictures_and_a_cut(made: Paper) -> None:
    printed = read(drawn(made))
    assert printed.began
    assert printed.cut
    assert printed.texts == printed.codes == []
    assert max(printed.strips) <= 240
    assert {len(row) for row in printed.rows} == {DOTS}


@every_ticket
def test_drawn_nothing_runs_off_the_paper(made: Paper) -> None:
    rows = read(drawn(made)).rows
    rules = {y for y, row in enumerate(rows) if all(row)}
    for y, row in enumerate(rows):
        if y not in rules:
            assert not row[0]
            assert not row[-1]
    assert not any(rows[-1])


def _bands(printed: Printed) -> list[list[list[int]]]:
    """What stands one below the other, with paper in between."""
    bands: list[list[list[int]]] = [[]]
    for row in printed.rows:
        if any(row):
            bands[-1].append(row)
        elif bands[-1]:
            bands.append([])
    return [band for band in bands if band]


@every_ticket
def test_drawn_the_number_is_as_wide_as_the_paper(made: Paper) -> None:
    number = max(_bands(read(drawn(made)))[:5], key=len)
    columns = [any(column) for column in zip(*number, strict=True)]
    ink = columns.index(True), DOTS - columns[::-1].index(True)
    assert ink[1] - ink[0] > 0.93 * DOTS
    assert abs(ink[0] - (DOTS - ink[1])) < 12


@every_ticket
def test_drawn_the_code_has_the_very_modules_of_the_link(made: Paper) -> None:
    matrix = [[bool(dot) for dot in row] for row in segno.make_qr(LINK, error="m").matrix]
    code = next(band for band in reversed(_bands(read(drawn(made)))) if len(band) > 120)
    columns = [any(column) for column in zip(*code, strict=True)]
    left, right = columns.index(True), DOTS - columns[::-1].index(True)
    size = len(code) // len(matrix)
    assert right - left == len(code) == size * len(matrix)
    assert size >= 5, "below 0.6 mm a module old phones fail"
    seen = [
        [bool(code[y * size + size // 2][left + x * size + size // 2]) for x in range(len(matrix))]
        for y in range(len(matrix))
    ]
    assert seen == matrix


def test_drawn_every_vietnamese_letter_is_there() -> None:
    for face in ("notos", "notosbo"):
        data = io.BytesIO(cast("bytes", fontbuffers[face]()))
        font = ImageFont.truetype(data, 24, layout_engine=ImageFont.Layout.BASIC)
        missing = _dots(font, "\uffff")
        assert [one for one in LETTERS + LETTERS.upper() if _dots(font, one) == missing] == []


def _dots(font: ImageFont.FreeTypeFont, letter: str) -> bytes:
    image = Image.new("1", (48, 48))
    ImageDraw.Draw(image).text((8, 8), letter, fill=1, font=font)
    return image.tobytes()


def test_drawn_a_mark_makes_another_picture() -> None:
    made = paper()
    bare = msgspec.structs.replace(made, heading=made.heading.replace("ố", "ô"))
    assert drawn(made) != drawn(bare)


def test_the_same_ticket_is_the_same_bytes() -> None:
    assert spelt(paper(*SIX)) == spelt(paper(*SIX))
    assert drawn(paper(*SIX)) == drawn(paper(*SIX))
