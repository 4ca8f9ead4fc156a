"""A table of bookings becomes appointments: every good row is booked, of every other it is said what is wrong.

Lives here: ImportedRow and import_bookings.
May import: model, formats.bookings_table, operations.appointments, store; the standard library.
Never: quote a cell in what it answers, or book one row twice: a row's id is made of what the row says.
"""

import base64
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, cast

import msgspec

from queueflow.formats.bookings_table import COLUMNS, BookingRow
from queueflow.model.days import rfc3339, zone
from queueflow.model.errors import (
    Invalid,
    QueueflowError,
    StoreUnavailable,
    UnknownClinic,
    UnknownFacility,
    UnknownService,
)
from queueflow.model.facility import Facility
from queueflow.model.patient import Sex
from queueflow.operations.appointments import Booking, command_of
from queueflow.operations.check_in import Attendant, SaidOfPatient, ShownIdentity
from queueflow.store.calls import Engine
from queueflow.store.vault import Vault

BOOKED: Final = "booked"
THERE_ALREADY: Final = "there-already"
REFUSED: Final = "refused"

_CROCKFORD: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_NONCE_LENGTH: Final = 13
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME: Final = re.compile(r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_SCHEMES: Final = ("cccd-qr", "bhyt", "mrn", "name")
_COLUMN_OF: Final = {
    "start": "time",
    "identity.value": "identity",
    "patient.name": "name",
    "patient.birth_date": "birth_date",
    "patient.phone": "phone",
}
"""A booking's fields by the column that holds them, where the two have different names."""


class ImportedRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a row: `booked`, `there-already` (an earlier import or booking made it) or `refused`.

    `row` counts as spreadsheets do, the header being 1. `column`, `expected`: what is wrong, and with which cell.
    """

    row: int
    result: str
    appointment: str | None = None
    code: str | None = None
    column: str | None = None
    expected: str | None = None


async def import_bookings(
    rows: Sequence[BookingRow], by: Attendant, *, facility: Facility, engine: Engine, vault: Vault
) -> tuple[ImportedRow, ...]:
    """Books row after row, so that of two who want the last place the upper one has it.

    Raises StoreUnavailable, and then some of the rows may be booked: the same table may be sent again.
    """
    return tuple([await _import(row, by, facility, engine, vault) for row in rows])


async def _import(row: BookingRow, by: Attendant, facility: Facility, engine: Engine, vault: Vault) -> ImportedRow:
    try:
        if row.odd is not None:
            raise Invalid("row", row.odd)
        attendant = msgspec.structs.replace(by, nonce=_nonce(row, facility, vault))
        result = await engine.book_appointment(command_of(_booking(row, facility), attendant, facility, vault))
    except (StoreUnavailable, UnknownFacility):
        raise
    except QueueflowError as error:
        column, expected = _said(error, facility)
        return ImportedRow(row.row, REFUSED, column=column, expected=expected)
    booked = result.appointment
    return ImportedRow(row.row, BOOKED if result.created else THERE_ALREADY, booked.id, booked.code)


def _nonce(row: BookingRow, facility: Facility, vault: Vault) -> str:
    """What a row says as the part of an appointment's id that nobody guesses: the same row, the same id."""
    cells = [cast("str", getattr(row, name)) for name in COLUMNS]
    digest = vault.digest(facility.id, b"booking\0" + msgspec.json.encode(cells))
    number = int.from_bytes(base64.urlsafe_b64decode(digest + "=="), "big")
    return "".join(_CROCKFORD[(number >> 5 * at) % 32] for at in range(_NONCE_LENGTH))


def _booking(row: BookingRow, facility: Facility) -> Booking:
    return Booking(
        identity=_identity(row),
        clinic=row.clinic,
        start=_start(row, facility),
        practitioner=row.practitioner or None,
        service=row.service or None,
        patient=SaidOfPatient(row.name or None, row.birth_date or None, _sex(row), row.phone or None),
        language=row.language or None,
    )


def _identity(row: BookingRow) -> ShownIdentity:
    """Who has no number is known by name and birth date; a number without a scheme is the hospital's own."""
    scheme = row.scheme or ("mrn" if row.identity else "name")
    if scheme not in _SCHEMES:
        raise Invalid("scheme", f"Expected one of {', '.join(_SCHEMES)}.")
    value = row.identity or (row.name if scheme == "name" else "")
    if not value:
        raise Invalid("identity", "Expected a number, or a name with its birth date.")
    return ShownIdentity(scheme, value)


def _sex(row: BookingRow) -> Sex | None:
    if not row.sex:
        return None
    if row.sex not in tuple(Sex):
        raise Invalid("sex", f"Expected one of {', '.join(Sex)}.")
    return Sex(row.sex)


def _start(row: BookingRow, facility: Facility) -> str:
    """The slot's start by the facility's clock, as an instant."""
    if not _DATE.fullmatch(row.date):
        raise Invalid("date", "Expected a day as YYYY-MM-DD.")
    if not _TIME.fullmatch(row.time):
        raise Invalid("time", "Expected a time of day as HH:MM.")
    try:
        on = date.fromisoformat(row.date)
    except ValueError as error:
        raise Invalid("date", "Expected a day that the calendar has.") from error
    if not 2000 <= on.year < 2200:
        raise Invalid("date", "Expected a day of this century or the next.")
    hour, minute = row.time.split(":")
    start = datetime(on.year, on.month, on.day, int(hour), int(minute), tzinfo=zone(facility.time_zone))
    return rfc3339(round(start.timestamp() * 1000))


def _said(error: QueueflowError, facility: Facility) -> tuple[str, str]:
    """The column that is wrong, and what was expected in it."""
    if isinstance(error, UnknownClinic):
        bookable = dict.fromkeys(one.clinic for one in facility.schedules)
        return "clinic", f"Expected one of {', '.join(bookable)}."
    if isinstance(error, UnknownService):
        return "service", "Expected one of the clinic's services."
    if isinstance(error, Invalid):
        return _COLUMN_OF.get(error.field, error.field), error.detail or error.title
    return "time", error.title
