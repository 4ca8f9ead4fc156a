"""A table of bookings as hospitals have it, CSV from a spreadsheet or another system: text -> rows of cells.

Lives here: BookingRow, COLUMNS, read_bookings.
May import: msgspec, model.errors, the standard library's csv, io and itertools.
Never: know whether a clinic or a slot is there (operations does), or quote a cell: it may be a name.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

import msgspec

from queueflow.model.errors import Invalid

MOST_ROWS: Final = 500
_LONGEST_CELL: Final = 400


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
    head = text.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
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
