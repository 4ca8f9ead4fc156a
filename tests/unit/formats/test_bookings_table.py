import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from queueflow.formats.bookings_table import COLUMNS, MOST_ROWS, BookingRow, in_parts, read_bookings
from queueflow.model.errors import Invalid


def test_rows_are_read_by_the_names_of_their_columns_in_any_order() -> None:
    text = "clinic,Date , TIME,identity\r\neye,2026-11-24,08:30, BN-1 \r\near,2026-11-25,09:00,BN-2\r\n"
    assert read_bookings(text) == (
        BookingRow(row=2, clinic="eye", date="2026-11-24", time="08:30", identity="BN-1"),
        BookingRow(row=3, clinic="ear", date="2026-11-25", time="09:00", identity="BN-2"),
    )


def test_rows_count_as_a_spreadsheet_counts_them_with_empty_ones_and_line_breaks_in_cells() -> None:
    text = 'date,time,clinic,name\n2026-11-24,08:30,eye,"Nguyễn\nVăn A"\n,,,\n2026-11-24,08:45,eye,B\n'
    assert [(row.row, row.name) for row in read_bookings(text)] == [(2, "Nguyễn\nVăn A"), (4, "B")]


def test_semicolons_part_cells_too() -> None:
    (row,) = read_bookings('date;time;clinic;name\n2026-11-24;08:30;eye;"Trần, Văn; Mẫu"\n')
    assert row.name == "Trần, Văn; Mẫu"


def test_a_short_row_has_empty_cells_and_one_that_is_too_long_is_odd() -> None:
    short, wide, long, padded = read_bookings(
        f"date,time,clinic,name\n2026-11-24\na,b,c,d,e\na,b,c,{'x' * 401}\na,b,c,d,,\n"
    )
    assert (short.time, short.odd) == ("", None)
    assert wide.odd == "The row has more cells than the first one."
    assert long.odd == "A cell has at most 400 characters."
    assert padded.odd is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The column date is missing in the first row."),
        ("date,time\n", "The column clinic is missing in the first row."),
        ("date,time,clinic,Nguyễn Thị Bình\n", "Column 4 of the first row is none of date, time,"),
        ("date,time,clinic,date\n", "The column date is there twice."),
        ('date,time,clinic\n2026-11-24,"08:30,eye\n', "The table cannot be read on line 2"),
        ("date,time,clinic\n" + "2026-11-24,08:30,eye\n" * (MOST_ROWS + 1), f"At most {MOST_ROWS} rows come at once."),
    ],
)
def test_what_is_no_such_table_is_refused_without_a_word_of_it(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_bookings(text)
    assert refused.value.detail is not None
    assert refused.value.detail.startswith(said)
    assert "Bình" not in str(refused.value)


@given(st.text(max_size=300), st.sampled_from(["", "date,time,clinic\n", "date;time;clinic;name\n"]))
def test_any_text_is_a_table_or_is_refused(text: str, head: str) -> None:
    with suppress(Invalid):
        rows = read_bookings(head + text)
        assert all(isinstance(getattr(row, name), str) for row in rows for name in COLUMNS)


@given(st.lists(st.lists(st.text(max_size=30), min_size=3, max_size=4), max_size=450), st.sampled_from(",;"))
@settings(max_examples=30, deadline=None)
def test_the_parts_of_a_table_hold_all_of_its_rows_in_order(cells: list[list[str]], delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([["date", "time", "clinic", "name"], *cells])
    text = out.getvalue()
    parts = in_parts(text)
    found = [(part.rows[row.row - 2], row) for part in parts for row in read_bookings(part.text)]
    rest = io.StringIO()
    csv.writer(rest, delimiter=delimiter).writerows([["date", "time", "clinic", "name"], *cells[:500]])
    whole = read_bookings(rest.getvalue())
    assert [(number, replace(row, row=number)) for number, row in found] == [(row.row, row) for row in whole]
    assert all(len(part.rows) <= 200 for part in parts)
    assert all(len(part.text.encode()) < 64 * 1024 for part in parts)
