"""What a rule can ask about: the columns of decision tables, each with its kind and the words it may hold.

Lives here: Column, Kind, the flags that queueflow knows, the columns of every facility, and the nearest name.
May import: model, the standard library's difflib and re.
Never: a patient's values (facts), or how a cell asks (unary).
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

import msgspec

from queueflow.model.facility import Facility
from queueflow.model.patient import Sex


class Kind(StrEnum):
    """The kind of value in a column. `WORDS` is a set of words; `TIME` is written 07:30 and counted in minutes."""

    WORD = "one word"
    WORDS = "words"
    NUMBER = "a whole number"
    TIME = "a time of day"
    TRUTH = "true or false"


Value = str | int | bool | list[str]
"""A value as conditions see it: WORD str, WORDS list, NUMBER and TIME int (minutes since midnight), TRUTH bool."""
Values = Mapping[str, Value]
"""What is known, by column. What is unknown is left out: it is not false, and no condition on it holds."""


class Column(msgspec.Struct, frozen=True):
    """A column: its name as rules write it, its kind, and for words those it may hold (None: any word)."""

    name: str
    kind: Kind
    words: tuple[str, ...] | None = None


_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_NUMBER_BOUND: Final = 2**63


def minutes(text: str) -> int | None:
    """Minutes since midnight of a time written 07:30, or None for what is no time."""
    match = _TIME.fullmatch(text)
    return int(match[1]) * 60 + int(match[2]) if match else None


def answered(column: Column, answer: str | int | bool) -> Value | None:
    """What an answer is in its column; None, unknown, for what is not of its kind or none of its words."""
    match column.kind:
        case Kind.NUMBER:
            if isinstance(answer, bool) or not isinstance(answer, int):
                return None
            return answer if -_NUMBER_BOUND <= answer < _NUMBER_BOUND else None
        case Kind.TRUTH:
            return answer if isinstance(answer, bool) else None
        case Kind.TIME:
            return minutes(answer) if isinstance(answer, str) else None
        case Kind.WORD | Kind.WORDS:
            return answer if column.words is not None and answer in column.words else None


CHILD_UNDER_6: Final = "child-under-6"
ELDERLY_75: Final = "elderly-75"
FLAGS: Final = (
    "emergency",
    CHILD_UNDER_6,
    "pregnant",
    "disabled-extremely-severe",
    "disabled-severe",
    ELDERLY_75,
    "meritorious",
)
"""The groups that Law 15/2023/QH15 art. 3(2) gives priority, in its order."""
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SCHEMES: Final = ("cccd-qr", "bhyt", "mrn", "name")
ANSWER: Final = "answers."
"""What a kiosk's answer is called as a column: `answers.fever`."""


def columns_of(facility: Facility) -> tuple[Column, ...]:
    """The columns that every ruleset of a facility can ask about, before its answers and its own values."""
    sexes = tuple(sex.value for sex in Sex if sex is not Sex.UNKNOWN)
    return (
        Column("service", Kind.WORD, tuple(service.id for service in facility.services)),
        Column("age_years", Kind.NUMBER),
        Column("age_months", Kind.NUMBER),
        Column("sex", Kind.WORD, sexes),
        Column("flags", Kind.WORDS, FLAGS),
        Column("insured", Kind.TRUTH),
        Column("insurance_code", Kind.WORD),
        Column("scheme", Kind.WORD, SCHEMES),
        Column("proven", Kind.TRUTH),
        Column("language", Kind.WORD, facility.languages),
        Column("weekday", Kind.WORD, WEEKDAYS),
        Column("time", Kind.TIME),
    )


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that a mistyped one is most like, or None."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None
