"""A table of bookings as hospitals have it, CSV from a spreadsheet or another system: text -> rows of cells.

Lives here: BookingRow, COLUMNS, read_bookings; Part and in_parts, for whoever sends one.
May import: msgspec, model.errors, the standard library's csv, io and itertools.
Never: know whether a clinic or a slot is there (operations does), or quote a cell: it may be a name.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

import msgspec

from queueflow.model.errors import Invalid

MOST_ROWS: Final = 500
_LONGEST_CELL: Final = 400
_ROWS_OF_A_PART: Final = 200
_BYTES_OF_A_PART: Final = 48 * 1024


class BookingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row as it was written, without the spaces around its cells.

    `row` counts as spreadsheets do, the header being 1. `odd`: what is wrong with the row as such.
    """

    row: int
    date: str = ""
    time: str = ""
    clinic: str = ""
    practitioner: str = ""
    service: str = ""
    scheme: str = ""
    identity: str = ""
    name: str = ""
    birth_date: str = ""
    sex: str = ""
    phone: str = ""
    language: str = ""
    odd: str | None = None


COLUMNS: Final = tuple(name for name in BookingRow.__struct_fields__ if name not in ("row", "odd"))
"""Every column that may be there, in any order."""
NEEDED: Final = ("date", "time", "clinic")


def read_bookings(text: str) -> tuple[BookingRow, ...]:
    """The rows of a table, empty ones left out. Raises Invalid for a text that is no such table, or too long a one.

    Its cells are parted by commas, or by the semicolons of a spreadsheet in a country that writes 1,5.
    """
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        columns = _columns(next(lines, None) or [])
        rows = tuple(islice(_rows(columns, lines), MOST_ROWS + 1))
    except csv.Error as error:
        raise Invalid(
            "body", f"The table cannot be read on line {lines.line_num}: a quotation mark is open."
        ) from error
    if len(rows) > MOST_ROWS:
        raise Invalid("body", f"At most {MOST_ROWS} rows come at once.")
    return rows


class Part(msgspec.Struct, frozen=True):
    """A part of a table, small enough to be sent at once; `rows`: which rows of the whole it holds, in order."""

    rows: tuple[int, ...]
    text: str


def in_parts(text: str) -> tuple[Part, ...]:
    """The table in parts, each with the first row. Raises Invalid where it cannot be read at all."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        head = _line(next(lines, None) or [])
        rows = [(row, _line(line)) for row, line in enumerate(lines, 2) if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise Invalid(
            "body", f"The table cannot be read on line {lines.line_num}: a quotation mark is open."
        ) from error
    parts: list[Part] = []
    held: list[tuple[int, str]] = []
    size = 0
    for row, line in rows:
        length = len(line.encode())
        if held and (len(held) == _ROWS_OF_A_PART or size + length > _BYTES_OF_A_PART):
            parts.append(_part(head, held))
            held, size = [], 0
        held.append((row, line))
        size += length
    # A table without rows is asked about too: its first row may be wrong.
    if held or not parts:
        parts.append(_part(head, held))
    return tuple(parts)


def _part(head: str, held: Sequence[tuple[int, str]]) -> Part:
    return Part(tuple(row for row, _ in held), head + "".join(line for _, line in held))


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","


def _columns(header: list[str]) -> tuple[str, ...]:
    columns = tuple(name.strip().lower() for name in header)
    for at, name in enumerate(columns, 1):
        if name not in COLUMNS:
            raise Invalid("body", f"Column {at} of the first row is none of {', '.join(COLUMNS)}.")
        if columns.index(name) != at - 1:
            raise Invalid("body", f"The column {name} is there twice.")
    for name in NEEDED:
        if name not in columns:
            raise Invalid("body", f"The column {name} is missing in the first row.")
    return columns


def _rows(columns: tuple[str, ...], lines: Iterable[list[str]]) -> Iterator[BookingRow]:
    for row, line in enumerate(lines, 2):
        cells = [cell.strip() for cell in line]
        if not any(cells):
            continue
        odd = None
        if len(cells) > len(columns) and any(cells[len(columns) :]):
            odd = "The row has more cells than the first one."
        elif any(len(cell) > _LONGEST_CELL for cell in cells):
            odd = f"A cell has at most {_LONGEST_CELL} characters."
        yield BookingRow(row=row, odd=odd, **dict(zip(columns, cells, strict=False)))
