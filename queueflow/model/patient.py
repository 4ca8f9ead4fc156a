"""Who a patient is: what a card says, what the patient adds, and what of it may be seen by whom.

Lives here: Identity, Patient, PartialDate, Sex, CardWarning, and the staff's view of a person.
May import: msgspec, model.errors, the standard library's re and unicodedata.
Never: read a card (formats), hash or encrypt anything (store.vault).
"""

import calendar
import re
import unicodedata
from enum import StrEnum
from typing import Final

import msgspec

from queueflow.model.errors import Invalid


class Sex(StrEnum):
    """Administrative sex, FHIR's administrative-gender."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"
    UNKNOWN = "unknown"


_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


class PartialDate(msgspec.Struct, frozen=True, omit_defaults=True):
    """A birth date known to the year, the month or the day: FHIR's `date` ("1958", "1958-05", "1958-05-17")."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        if self.month is not None:
            parts.append(f"{self.month:02d}")
            if self.day is not None:
                parts.append(f"{self.day:02d}")
        return "-".join(parts)

    @property
    def is_full(self) -> bool:
        """Whether the day is known."""
        return self.day is not None


def partial_date(text: str, field: str) -> PartialDate:
    """Read FHIR's `date` form. Raises Invalid, naming `field`, for what no calendar has (month 13, 30 February)."""
    match = _PARTIAL.fullmatch(text)
    if match is None:
        raise Invalid(field, "a date is written YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = (None if part is None else int(part) for part in match.groups())
    return checked_date(year or 0, month, day, field)


def checked_date(year: int, month: int | None, day: int | None, field: str) -> PartialDate:
    """A PartialDate that the calendar has, years 1850 to 2200; raises Invalid, naming `field`, otherwise."""
    if not 1850 <= year <= 2200:
        raise Invalid(field, "the year is out of range")
    if month is not None and not 1 <= month <= 12:
        raise Invalid(field, "there is no such month")
    if day is not None:
        if month is None:
            raise Invalid(field, "a day needs its month")
        if not 1 <= day <= calendar.monthrange(year, month)[1]:
            raise Invalid(field, "there is no such day")
    return PartialDate(year, month, day)


LONGEST_NAME: Final = 100
"""Letters, spaces and signs; marks above and below a letter do not count."""
_MARKS_ON_A_LETTER: Final = 3
_BLANK: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""What Unicode counts as letters, marks or signs though nothing is drawn (its Default_Ignorable_Code_Point, and
the blank Braille pattern); its control and format characters are refused by their category."""


def clean_name(text: str, field: str) -> str:
    """A person's name in NFC with single spaces, otherwise as given. Raises Invalid, naming `field`.

    Refused: no letter at all, more than LONGEST_NAME characters, and what would make two names look alike or
    spoil a screen: control characters, bidirectional controls, zero-width and blank ones, piles of marks.
    """
    # Composing never makes a text shorter than a third, so a hostile megabyte stops here.
    if len(text) > LONGEST_NAME * (_MARKS_ON_A_LETTER + 1):
        raise Invalid(field, "The name is too long.")
    characters: list[str] = []
    letters = shown = marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category[0] == "C" or category in ("Zl", "Zp") or _BLANK.match(character):
            raise Invalid(field, "The name holds a character that cannot be shown.")
        marks = marks + 1 if category[0] == "M" else 0
        if marks > _MARKS_ON_A_LETTER:
            raise Invalid(field, "The name holds too many marks on one letter.")
        letters += category[0] == "L"
        shown += marks == 0
        characters.append(" " if category == "Zs" else character)
    if not letters:
        raise Invalid(field, "A name is needed, with at least one letter.")
    if shown > LONGEST_NAME:
        raise Invalid(field, "The name is too long.")
    return " ".join("".join(characters).split())


class CardWarning(msgspec.Struct, frozen=True):
    """Something odd on a card that does not stop a check-in: a slug (`unknown-province`) and the field."""

    slug: str
    field: str


class Identity(msgspec.Struct, frozen=True):
    """What one card, number or name says about who is here.

    `key` is the canonical text that is hashed to a PersonRef ("pin:020185000002"), None where it does not
    tell one person from another. `proven` says that a document, not the patient, gave name and birth date.
    """

    scheme: str
    key: str | None
    last3: str | None = None
    name: str | None = None
    birth_date: PartialDate | None = None
    sex: Sex | None = None
    insurance: str | None = None
    proven: bool = False
    warnings: tuple[CardWarning, ...] = ()


class Patient(msgspec.Struct, frozen=True, omit_defaults=True):
    """A patient's personal data. Only store.vault writes it down, encrypted; only staff views show it."""

    name: str | None = None
    birth_date: str | None = None
    sex: Sex | None = None
    phone: str | None = None
