"""What the rules may know of a patient who is checking in, worked out from what card, kiosk and clock say.

Lives here: Facts, possible ages from a partial birth date, and the priority groups that are certain.
May import: model, routing.columns, msgspec, the standard library's calendar and datetime.
Never: a name or an identity number; a group that the evidence leaves open.
"""

import calendar
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from queueflow.model.days import local_time
from queueflow.model.errors import Invalid
from queueflow.model.facility import Facility
from queueflow.model.patient import Identity, PartialDate, Patient, Sex, partial_date
from queueflow.routing.columns import (
    ANSWER,
    CHILD_UNDER_6,
    ELDERLY_75,
    FLAGS,
    WEEKDAYS,
    Column,
    Value,
    Values,
    answered,
)

CHILD_YEARS: Final = 6
ELDERLY_YEARS: Final = 75
_CODE = re.compile(r"([A-Z]{2})[1-5][0-9]{12}")
_CHILD_CODE: Final = "TE"

Answer = str | int | bool


class Age(msgspec.Struct, frozen=True):
    """One possible age: completed years, and completed months when it is under 6 and they are certain."""

    years: int
    months: int | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one check-in. None: unknown.

    `ages`: the possible ages, none when the birth date is unknown, one when it is known to the day, two
    when a partial birth date leaves a birthday open. A row holds only if it holds at each of them.
    `insured`: by a card that was shown; where none was, an answer of that name may tell (worlds). `age_years`: the
    age when there is but one. `minute`: of the day; `weekday`: both in the facility's zone.
    """

    minute: int
    weekday: str
    language: str
    service: str | None = None
    ages: tuple[Age, ...] = ()
    sex: Sex | None = None
    flags: tuple[str, ...] = ()
    insured: bool | None = None
    insurance_code: str | None = None
    scheme: str | None = None
    proven: bool = False
    answers: dict[str, Answer] = {}

    @property
    def age_years(self) -> int | None:
        """Completed years, or None when they are not certain."""
        return self.ages[0].years if len(self.ages) == 1 else None

    @classmethod
    def of(  # noqa: PLR0917, one check-in has so many sides
        cls,
        identity: Identity | None,
        patient: Patient,
        service: str | None,
        answers: Mapping[str, Answer],
        flags: Sequence[str],
        language: str,
        now_ms: int,
        facility: Facility,
    ) -> "Facts":
        """The facts of one check-in. Raises Invalid for a flag that is not known and a birth date no calendar has.

        A card's birth date and sex go before what the patient adds. `child-under-6` and `elderly-75` are
        derived only where they are certain: from a birth date known to the year, 75 or over only when
        even somebody born on that year's last day is, and under 6 only when even somebody born on its first
        day is. An insurance card of object code TE proves a child under 6. A claim of either group stands
        where the birth date leaves it open (staff have seen papers) and falls where the birth date rules it out.
        """
        now = local_time(now_ms, facility.time_zone)
        birth = (identity.birth_date if identity else None) or _patients(patient.birth_date)
        ages = possible_ages(birth, now.date()) if birth else ()
        code = _CODE.fullmatch(identity.insurance) if identity and identity.insurance else None
        sex = (identity.sex if identity else None) or patient.sex
        return cls(
            minute=now.hour * 60 + now.minute,
            weekday=WEEKDAYS[now.weekday()],
            language=language,
            service=service,
            ages=ages,
            sex=None if sex is Sex.UNKNOWN else sex,
            flags=_groups(flags, ages, code[1] if code else None),
            insured=True if identity is not None and _is_insured(identity) else None,
            insurance_code=code[1] if code else None,
            scheme=identity.scheme if identity else None,
            proven=identity is not None and identity.proven,
            answers=dict(answers),
        )

    def worlds(self, declared: Sequence[Column]) -> tuple[Values, ...]:
        """The known values by column: one set, or one for each possible age. `declared`: the answers that count."""
        values: dict[str, Value] = {
            "flags": list(self.flags),
            "proven": self.proven,
            "language": self.language,
            "weekday": self.weekday,
            "time": self.minute,
        }
        if self.service is not None:
            values["service"] = self.service
        if self.sex is not None:
            values["sex"] = self.sex.value
        if self.insurance_code is not None:
            values["insurance_code"] = self.insurance_code
        if self.scheme is not None:
            values["scheme"] = self.scheme
        for column in declared if self.answers else ():
            answer = self.answers.get(column.name.removeprefix(ANSWER))
            value = None if answer is None else answered(column, answer)
            if value is not None:
                values[column.name] = value
        insured = values.get(ANSWER + "insured") if self.insured is None else self.insured
        if isinstance(insured, bool):
            values["insured"] = insured
        return tuple(_aged(values, age) for age in self.ages) or (values,)


def _is_insured(identity: Identity) -> bool:
    """Whether a card says so that counts today. One that does not leaves it open: there may be a newer one."""
    doubts = {"card-expired", "card-not-yet-valid", "validity-unreadable"}
    return identity.insurance is not None and not any(warning.slug in doubts for warning in identity.warnings)


def _aged(values: dict[str, Value], age: Age) -> Values:
    aged = values | {"age_years": age.years}
    if age.months is not None:
        aged["age_months"] = age.months
    return aged


def _patients(birth_date: str | None) -> PartialDate | None:
    return None if birth_date is None else partial_date(birth_date, "patient.birth_date")


def possible_ages(birth: PartialDate, today: date) -> tuple[Age, ...]:
    """The ages that somebody of this birth date may have today, youngest first; none for a date to come.

    Completed years and months by the calendar; who was born on 29 February completes them on 1 March.
    """
    first = date(birth.year, birth.month or 1, birth.day or 1)
    last_month = birth.month or 12
    last = date(birth.year, last_month, birth.day or calendar.monthrange(birth.year, last_month)[1])
    if first > today:
        return ()
    eldest, youngest = _months(first, today), _months(min(last, today), today)
    months = eldest if eldest == youngest and eldest < CHILD_YEARS * 12 else None
    ages = dict.fromkeys((youngest // 12, eldest // 12))
    return tuple(Age(years, months) for years in ages)


def _months(born: date, today: date) -> int:
    return (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)


def _groups(claimed: Sequence[str], ages: tuple[Age, ...], code: str | None) -> tuple[str, ...]:
    """Claimed and certain groups, in the law's order."""
    if not set(claimed) <= set(FLAGS):
        raise Invalid("flags", f"expected only {', '.join(FLAGS)}")
    groups = set(claimed)
    if code == _CHILD_CODE:
        groups.add(CHILD_UNDER_6)
    if ages:
        _settle(groups, CHILD_UNDER_6, [age.years < CHILD_YEARS for age in ages])
        _settle(groups, ELDERLY_75, [age.years >= ELDERLY_YEARS for age in ages])
    return tuple(flag for flag in FLAGS if flag in groups)


def _settle(groups: set[str], group: str, belongs: list[bool]) -> None:
    if all(belongs):
        groups.add(group)
    elif not any(belongs):
        groups.discard(group)
