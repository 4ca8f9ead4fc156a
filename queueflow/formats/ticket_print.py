"""A paper ticket as ESC/POS: the bytes that a thermal printer of 80 mm turns into it.

Lives here: drawn (the whole ticket as one picture) and spelt (in the printer's own letters), both from a Paper.
May import: formats.paper; escpos, PIL, pymupdf_fonts, segno.
Never: open a printer; python-escpos' Dummy only collects the bytes.
"""

import io
import textwrap
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final, Protocol, cast

import segno
from escpos.printer import Dummy  # pyright: ignore[reportMissingTypeStubs]
from PIL import Image, ImageDraw, ImageFont
from pymupdf_fonts import fontbuffers  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

from queueflow.formats.paper import Mark, Paper

DOTS: Final = 576
"""Across the paper: 72 mm of the 80 can be printed, at 8 dots a millimetre (203 dpi)."""
COLUMNS: Final = 42
"""Letters in a line: printers of 80 mm have 42 or 48."""


def drawn(paper: Paper) -> bytes:
    """The ticket as a picture, so that every letter has its marks whatever letters the printer knows.

    Only GS v 0 is asked of the printer, which every one of this width has.
    """
    printer = _printer()
    # In low strips: cheap printers have little memory for a picture.
    printer.image(_Sheet().draw(paper), fragment_height=240)
    printer.cut()
    return printer.output


def spelt(paper: Paper) -> bytes:
    """The ticket in the printer's own letters, without the marks that these seldom have; the QR is the printer's too.

    Small, for slow lines, and for printers that draw no pictures.
    """
    printer = _printer()
    printer.set(align="center", bold=False, normal_textsize=True)
    _write(printer, paper.facility, paper.issued, paper.printed, "", paper.heading)
    size = max(1, min(8, COLUMNS // max(1, len(paper.number))))
    printer.set(bold=True, custom_size=True, width=size, height=size)
    printer.text(plain(paper.number) + "\n")
    printer.set(bold=True, normal_textsize=True, double_height=True)
    _write(printer, paper.state, *paper.place)
    printer.set(bold=False, normal_textsize=True)
    if paper.facts:
        _write(printer, "", *(f"{fact.label}: {fact.value}" for fact in paper.facts))
    if paper.way:
        _write(printer, "", paper.way_heading)
        printer.set(align="left")
        for stop in paper.way:
            lines = textwrap.wrap(plain(f"{stop.name} - {stop.note}"), COLUMNS - 4)
            printer.text("".join(f"{_SPELT[stop.mark] if n == 0 else '   '} {line}\n" for n, line in enumerate(lines)))
        printer.set(align="center")
    printer.text("\n")
    # 6 dots a module: 34 mm for an address of usual length; error correction M.
    printer.qr(paper.link, ec=1, size=6, native=True)
    _write(printer, paper.link_hint)
    printer.cut()
    return printer.output


def plain(text: str) -> str:
    """A text in the letters that every printer has (ASCII): "Phòng khám Đa khoa" is "Phong kham Da khoa"."""
    bare = unicodedata.normalize("NFD", text.translate(_PLAIN))
    return "".join(one for one in bare if not unicodedata.combining(one)).encode("ascii", "replace").decode()


_PLAIN: Final = str.maketrans(
    {"đ": "d", "Đ": "D", "–": "-", "—": "-", "·": "-", "…": "...", "“": '"', "”": '"', "’": "'"}
)
_SPELT: Final[dict[Mark, str]] = {
    Mark.DONE: "[x]",
    Mark.NOW: "[>]",
    Mark.NEXT: "[ ]",
    Mark.BACK: "[<]",
    Mark.MISSED: "[!]",
    Mark.CANCELLED: "[-]",
}


class _Printer(Protocol):
    """What is used of python-escpos, which says no types."""

    output: bytes

    def hw(self, hw: str) -> None: ...
    def set(self, **style: object) -> None: ...
    def text(self, txt: str) -> None: ...
    def qr(self, content: str, *, ec: int, size: int, native: bool) -> None: ...
    def image(self, img_source: Image.Image, *, fragment_height: int) -> None: ...
    def cut(self) -> None: ...


def _printer() -> _Printer:
    # A profile of the right width that cuts; nothing else of it is used.
    printer = cast("_Printer", Dummy(profile="TM-T20II"))
    printer.hw("INIT")
    return printer


def _write(printer: _Printer, *texts: str) -> None:
    """Lines, wrapped between words; an empty text is an empty line at the start and nothing elsewhere."""
    for n, text in enumerate(texts):
        lines = textwrap.wrap(plain(text), COLUMNS) or ([""] if n == 0 else [])
        printer.text("".join(f"{line}\n" for line in lines))


class _Sheet:
    """The ticket as a drawing: black and white, as wide as the paper and as long as it gets."""

    def __init__(self) -> None:
        self._image = Image.new("1", (DOTS, _LONGEST), 1)
        self._pen = ImageDraw.Draw(self._image)
        # Grey edges would be rastered into specks.
        self._pen.fontmode = "1"
        self._at = 8

    def draw(self, paper: Paper) -> Image.Image:
        self._lines(paper.facility, 32, bold=True)
        self._lines("   ".join(filter(None, (paper.issued, paper.printed))), 26)
        self._lines(paper.heading, 30, above=12)
        self._number(paper.number)
        self._lines(paper.state, 40, bold=True, above=8)
        for n, line in enumerate(paper.place):
            self._lines(line, 44 if n == 0 else 36, bold=True)
        for fact in paper.facts:
            self._lines(fact.label, 28, above=10)
            self._lines(fact.value, 46, bold=True)
        if paper.way:
            self._rule()
            self._lines(paper.way_heading, 30, bold=True)
            for stop in paper.way:
                self._mark(stop.mark)
                self._lines(stop.name, 32, left=_INDENT, bold=stop.mark is Mark.NOW)
                self._lines(stop.note, 26, left=_INDENT)
        self._rule()
        self._code(paper.link)
        self._lines(paper.link_hint, 28)
        return self._image.crop((0, 0, DOTS, min(self._at + 8, _LONGEST)))

    def _lines(self, text: str, size: int, *, left: int | None = None, bold: bool = False, above: int = 0) -> None:
        """A text from the left, or in the middle where no left is given; wrapped between words."""
        if not text:
            return
        font = _letters(size, bold=bold)
        self._at += above
        for line in _wrapped(text, font, DOTS - (left or 0)):
            x = left if left is not None else (DOTS - font.getlength(line)) / 2
            self._pen.text((x, self._at), line, fill=0, font=font)
            self._at += round(size * _LINE)

    def _number(self, number: str) -> None:
        """As large as the paper allows."""
        at_100 = _letters(100, bold=True).getlength(number)
        font = _letters(min(_TALLEST, int(100 * (DOTS - 16) / at_100)), bold=True)
        left, top, right, bottom = font.getbbox(number)
        self._pen.text(((DOTS - right - left) / 2, self._at + 16 - top), number, fill=0, font=font)
        self._at += round(bottom - top) + 36

    def _mark(self, mark: Mark) -> None:
        """The sign before a stop, in a square of 24 dots beside its first line; shapes, for fonts lack some of them."""
        x, y = 8, self._at + 12
        match mark:
            case Mark.DONE:
                self._pen.line([(x, y + 13), (x + 8, y + 21), (x + 24, y + 3)], fill=0, width=5)
            case Mark.NOW:
                self._pen.polygon([(x, y), (x + 24, y + 12), (x, y + 24)], fill=0)
            case Mark.NEXT:
                self._pen.ellipse((x + 1, y + 1, x + 23, y + 23), outline=0, width=4)
            case Mark.BACK:
                self._pen.line([(x + 22, y), (x + 22, y + 12), (x + 4, y + 12)], fill=0, width=5)
                self._pen.polygon([(x, y + 12), (x + 11, y + 3), (x + 11, y + 21)], fill=0)
            case Mark.MISSED:
                self._pen.line([(x + 2, y + 2), (x + 22, y + 22)], fill=0, width=5)
                self._pen.line([(x + 22, y + 2), (x + 2, y + 22)], fill=0, width=5)
            case Mark.CANCELLED:
                self._pen.line([(x + 2, y + 12), (x + 22, y + 12)], fill=0, width=5)

    def _rule(self) -> None:
        self._pen.rectangle((0, self._at + 12, DOTS, self._at + 14), fill=0)
        self._at += 24

    def _code(self, link: str) -> None:
        """The QR in whole dots, with the four free modules around it that readers want."""
        modules = [[bool(dot) for dot in row] for row in segno.make_qr(link, error="m").matrix]
        side = len(modules) + 8
        size = max(3, min(8, 320 // side))
        left, top = (DOTS - side * size) // 2 + 4 * size, self._at + 4 * size
        for y, row in enumerate(modules):
            for x, dark in enumerate(row):
                if dark:
                    corner = (left + x * size, top + y * size)
                    self._pen.rectangle((*corner, corner[0] + size - 1, corner[1] + size - 1), fill=0)
        self._at += side * size


_LONGEST: Final = 4000
"""Half a metre: thirty stops are shorter."""
_TALLEST: Final = 300
_INDENT: Final = 48
_LINE: Final = 1.36
"""Lines further apart than letters are high: Vietnamese capitals carry two marks."""


@lru_cache(maxsize=16)
def _letters(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    """Noto Sans, as on the screens."""
    font = cast("Callable[[], bytes]", fontbuffers["notosbo" if bold else "notos"])()
    return ImageFont.truetype(io.BytesIO(font), size)


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """The fewest lines that hold the text, as equal in length as they get: no word is left alone on the last."""
    lines = _filled(text, font, width)
    narrow = width / max(1, len(lines))
    while len(lines) > 1 and narrow < width:
        evened = _filled(text, font, narrow)
        if len(evened) == len(lines):
            return evened
        narrow += width / 24
    return lines


def _filled(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
