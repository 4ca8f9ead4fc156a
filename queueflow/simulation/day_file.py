"""The day file: one line a patient of a recorded or made-up day, as CSV (docs/replay.md describes every column).

Lives here: Arriving (a line as a value), reading and writing; exact about the line and the column that is wrong.
May import: model, formats, msgspec, simulation.arrivals, the standard library's csv over texts.
Never: hold a real patient: a day file is made up, or its people are replaced before it gets here.
"""

import csv
import io
from collections.abc import Iterable
from typing import Final

import msgspec

from queueflow.formats import bhyt, cccd
from queueflow.model.errors import Invalid
from queueflow.model.ids import ServiceId, is_slug
from queueflow.model.patient import clean_name, partial_date
from queueflow.simulation.arrivals import InputInvalid, seconds_of, time_of

COLUMNS: Final = ("arrival", "service", "identity", "name", "birth_date", "flags", "service_seconds")
SCHEMES: Final = ("cccd-qr", "bhyt", "mrn", "name")
LATE: Final = "late"
NO_SHOW: Final = "no-show"
"""Words among the flags that say what the patient will do; the kiosk is not told them."""
_MOST_FINDINGS: Final = 20
_LONGEST_SERVICE_S: Final = 12 * 3600


class Arriving(msgspec.Struct, frozen=True):
    """One line: somebody comes at `at_s` (seconds since the facility's midnight) and will take `service_s` seconds.

    `late`: called, they come only at a second call. `no_show`: called, they do not come at all.
    """

    at_s: int
    service: ServiceId
    scheme: str
    value: str
    name: str
    birth_date: str
    flags: tuple[str, ...]
    service_s: int
    late: bool = False
    no_show: bool = False


class Finding(msgspec.Struct, frozen=True):
    """What is wrong in a day file: the line (the header is line 1), the column, and what was expected."""

    line: int
    column: str
    expected: str


class DayFileInvalid(InputInvalid):
    """A day file that cannot be used; nothing of it is played."""

    def __init__(self, file: str, findings: tuple[Finding, ...]) -> None:
        shown = [f"{file}, line {f.line}, column {f.column}: {f.expected}" for f in findings[:_MOST_FINDINGS]]
        if len(findings) > _MOST_FINDINGS:
            shown.append(f"… and {len(findings) - _MOST_FINDINGS} more")
        super().__init__("\n".join(shown))
        self.findings = findings


def read_day(text: str, file: str) -> tuple[Arriving, ...]:
    """The patients of a day file, in order of arrival. Raises DayFileInvalid with every line and column at fault."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    findings: list[Finding] = []
    arriving: list[Arriving] = []
    try:
        header = [name.strip() for name in next(rows, list[str]())]
        _check_header(header, file)
        for row in rows:
            if not row:
                continue
            if len(row) != len(header):
                findings.append(Finding(rows.line_num, header[min(len(row), len(header)) - 1], _wrong_count(row)))
                continue
            read = _read_row(dict(zip(header, row, strict=True)), rows.line_num, findings)
            if read is not None:
                arriving.append(read)
    except csv.Error as error:
        findings.append(Finding(rows.line_num, COLUMNS[0], f"the line cannot be read as CSV ({error})"))
    if findings:
        raise DayFileInvalid(file, tuple(findings))
    if not arriving:
        raise DayFileInvalid(file, (Finding(2, COLUMNS[0], "nobody comes on this day"),))
    return tuple(sorted(arriving, key=lambda patient: patient.at_s))


def write_day(arriving: Iterable[Arriving]) -> str:
    """A day file's text; reading it gives the same patients."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for patient in arriving:
        identity = patient.value if "|" in patient.value else f"{patient.scheme}:{patient.value}"
        does = ((LATE,) if patient.late else ()) + ((NO_SHOW,) if patient.no_show else ())
        rows.writerow(
            (
                time_of(patient.at_s),
                patient.service,
                identity,
                patient.name,
                patient.birth_date,
                " ".join(patient.flags + does),
                patient.service_s,
            )
        )
    return out.getvalue()


def scheme_and_value(identity: str) -> tuple[str, str]:
    """`scheme:value`, or a whole card line whose first field tells an identity card from an insurance card.

    Raises Invalid for what is neither.
    """
    text = identity.strip()
    scheme, colon, value = text.partition(":")
    if colon and scheme in SCHEMES:
        return scheme, value.strip()
    if "|" in text:
        return ("cccd-qr" if cccd.PIN.fullmatch(text.partition("|")[0].strip()) else "bhyt"), text
    raise Invalid("identity", f"a card's whole line, or one of {', '.join(f'{s}:…' for s in SCHEMES)}, is expected")


def _check_header(header: list[str], file: str) -> None:
    for at, name in enumerate(header):
        if name not in COLUMNS or name in header[:at]:
            expected = f"there is no such column; they are {', '.join(COLUMNS)}, each once"
            raise DayFileInvalid(file, (Finding(1, name or str(at + 1), expected),))
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise DayFileInvalid(file, tuple(Finding(1, name, "this column is missing") for name in missing))


def _wrong_count(row: list[str]) -> str:
    return f"{len(COLUMNS)} columns are expected, {len(row)} are there; a comma inside a text needs quotes around it"


def _read_row(row: dict[str, str], line: int, findings: list[Finding]) -> Arriving | None:
    """One line as a value, or None when something in it is wrong; the findings then say what."""
    before = len(findings)

    def wrong(column: str, expected: str) -> None:
        findings.append(Finding(line, column, expected))

    at_s = service_s = 0
    try:
        at_s = seconds_of(row["arrival"].strip())
    except ValueError as error:
        wrong("arrival", str(error))
    service = row["service"].strip()
    if not is_slug(service):
        wrong("service", "a service's id is expected: lower-case letters, digits and hyphens")
    name, birth_date = row["name"].strip(), row["birth_date"].strip()
    try:
        name = clean_name(name, "name") if name else ""
    except Invalid as error:
        wrong("name", str(error))
    try:
        birth_date = str(partial_date(birth_date, "birth_date")) if birth_date else ""
    except Invalid as error:
        wrong("birth_date", str(error))
    flags = tuple(row["flags"].split())
    if not all(is_slug(flag) for flag in flags):
        wrong("flags", "words of lower-case letters, digits and hyphens with spaces between them are expected")
    written = row["service_seconds"].strip()
    if written.isascii() and written.isdigit() and 0 < int(written) <= _LONGEST_SERVICE_S:
        service_s = int(written)
    else:
        wrong("service_seconds", f"a whole number of seconds from 1 to {_LONGEST_SERVICE_S} is expected")
    scheme = value = ""
    try:
        scheme, value = _identity(row["identity"], name, birth_date)
    except Invalid as error:
        wrong("birth_date" if error.field == "birth_date" else "identity", str(error))
    if len(findings) > before:
        return None
    return Arriving(
        at_s,
        ServiceId(service),
        scheme,
        value,
        name,
        birth_date,
        tuple(flag for flag in flags if flag not in (LATE, NO_SHOW)),
        service_s,
        late=LATE in flags,
        no_show=NO_SHOW in flags,
    )


def _identity(text: str, name: str, birth_date: str) -> tuple[str, str]:
    """The scheme and the value, read once as the kiosk's server will read it. Raises Invalid."""
    scheme, value = scheme_and_value(text)
    match scheme:
        case "cccd-qr":
            cccd.read(value)
        case "bhyt":
            bhyt.read(value)
        case "name":
            value = clean_name(value or name, "identity")
            if not birth_date:
                raise Invalid("birth_date", "with a name the birth date is needed")
        case _ if not value:
            raise Invalid("identity", "a record number is expected after mrn:")
        case _:
            pass
    return scheme, value
