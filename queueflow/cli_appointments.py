"""`queueflow appointments`: what a person types about bookings.

Lives here: the command's options, and what is printed and written.
May import: remote, formats.bookings_table, web.appointment_answers; typer, rich, the standard library's csv.
Never: decide what a row books; the server does. Nothing that was in a cell is printed or written.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from queueflow import remote
from queueflow.formats.bookings_table import in_parts
from queueflow.model.errors import Invalid
from queueflow.operations.bookings_import import REFUSED, ImportedRow
from queueflow.web.appointment_answers import ImportAnswer, import_answer

SOME_REFUSED: Final = 1
"""The exit code when a row was not booked."""
_WRONG: Final = 2

appointments = typer.Typer(help="Appointments of a running server.", no_args_is_help=True)
_out = Console()
_err = Console(stderr=True, soft_wrap=True, highlight=False)


@appointments.callback()
def _several() -> None:
    """A group of commands, though there is but one."""


@appointments.command("import")
def import_appointments(
    file: Annotated[Path, typer.Argument(help="A CSV table; docs/appointments.md names its columns.")],
    facility: Annotated[str, typer.Option("--facility", help="Which facility of the server.")],
    token: Annotated[
        str, typer.Option("--token", envvar="CONSOLE_TOKEN", help="A token with the role console or admin.")
    ],
    url: Annotated[str, typer.Option("--url", help="The running server.")] = "http://127.0.0.1:8080",
    errors: Annotated[Path | None, typer.Option("--errors", help="Write the rows that were refused as CSV.")] = None,
) -> None:
    """Book every good row of a table, and say of each other one what is wrong. The same row books once.

    Exit code 1 when a row was refused.
    """
    try:
        parts = in_parts(file.read_text(encoding="utf-8-sig"))
        done = import_answer([row for part in parts for row in _sent(part.rows, part.text, facility, token, url)])
        if errors is not None:
            _write(errors, done)
    except Invalid as error:
        _fail(f"{file}: {error}")
    except (OSError, UnicodeDecodeError) as error:
        _fail(f"A file cannot be read or written: {error}.")
    refused = [row for row in done.rows if row.result == REFUSED]
    if refused:
        table = Table("row", "column", "what was expected")
        for row in refused:
            table.add_row(str(row.row), row.column, row.expected)
        _out.print(table)
    _out.print(f"{done.booked} booked, {done.there_already} there already, {done.refused} refused.", highlight=False)
    raise typer.Exit(SOME_REFUSED if refused else 0)


def _sent(rows: Sequence[int], text: str, facility: str, token: str, url: str) -> list[ImportedRow]:
    """What became of a part of the table, under the rows' numbers in the whole."""
    path = f"/v1/facilities/{facility}/appointments/import"
    answer = remote.ask(url, path, token, ImportAnswer, text.encode(), kind="text/csv")
    # The part has a first row too.
    return [msgspec.structs.replace(row, row=rows[row.row - 2]) for row in answer.rows]


def _write(file: Path, done: ImportAnswer) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(("row", "column", "expected"))
        table.writerows((row.row, row.column, row.expected) for row in done.rows if row.result == REFUSED)


def _fail(sentence: str) -> NoReturn:
    _err.print(sentence, markup=False)
    raise SystemExit(_WRONG)
