"""The schedules of a facility.toml: when a clinic or one of its practitioners may be booked.

Lives here: read_schedules.
May import: model, routing.source, the standard library's re.
Never: a date or who has booked; a schedule is what repeats every week.
"""

import re
from collections.abc import Sequence
from typing import Final

from queueflow.model.ids import ClinicId, PractitionerId, ScheduleId
from queueflow.model.schedule import Schedule, Weekday
from queueflow.routing.source import Section, mend

_HOUR: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_HALF_A_DAY: Final = 720


def read_schedules(parts: Sequence[Section], clinics: Sequence[str]) -> tuple[Schedule, ...]:
    """Every schedule; what is wrong in one is noted with its source."""
    return tuple(_schedule(part, clinics) for part in parts)


def _schedule(part: Section, clinics: Sequence[str]) -> Schedule:
    clinic = part.text("clinic", expected="the clinic that is booked")
    if clinic and clinic not in clinics:
        part.unknown("clinic", "is not one of the facility's clinics.", clinics, clinic)
    opens, closes = _minute(part, "from"), _minute(part, "to")
    length = part.whole("slot_minutes", 0, least=1, most=_HALF_A_DAY)
    if not part.has("slot_minutes"):
        part.missing_or("slot_minutes", f"a whole number from 1 to {_HALF_A_DAY}")
    if opens is not None and closes is not None and closes - opens < max(1, length):
        part.wrong("not one slot fits between these times: expected a later one.", "to")
    schedule = Schedule(
        id=ScheduleId(part.slug("id")),
        clinic=ClinicId(clinic),
        weekdays=_weekdays(part),
        from_minute=opens or 0,
        to_minute=closes or 0,
        slot_s=length * 60,
        places=part.whole("places", 1, least=1, most=100),
        overbook=part.whole("overbook", 0, least=0, most=100),
        practitioner=PractitionerId(part.slug("practitioner")) if part.has("practitioner") else None,
    )
    part.close(("id", "clinic", "practitioner", "weekdays", "from", "to", "slot_minutes", "places", "overbook"))
    return schedule


def _weekdays(part: Section) -> tuple[Weekday, ...]:
    known = tuple(day.value for day in Weekday)
    words = part.words("weekdays")
    for word in words:
        if word not in known:
            part.wrong(f'"{word}" is no day of the week.', "weekdays", mend(word, known))
    return tuple(Weekday(word) for word in words if word in known)


def _minute(part: Section, key: str) -> int | None:
    hour = part.text(key, expected='a time such as "07:30"')
    if not hour:
        return None
    if not _HOUR.fullmatch(hour):
        part.wrong('expected a time such as "07:30".', key)
        return None
    return int(hour[:2]) * 60 + int(hour[3:])
