"""Schedules and their slots: at which times of which days a clinic or practitioner may be booked.

Lives here: Schedule, Slot, and the arithmetic from a schedule and a date to slots.
May import: msgspec, model.days, model.ids, the standard library's datetime.
Never: who has booked: the store's functions keep that. FHIR's words: Schedule and Slot.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import msgspec

from queueflow.model.days import local_time, zone
from queueflow.model.ids import ClinicId, PractitionerId, ScheduleId, ServiceDay


class Weekday(StrEnum):
    """A day of the week, in the rules' words; Monday is the first, as in the standard library."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_WEEK = tuple(Weekday)


class Schedule(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """When a clinic may be booked, with one practitioner or with whoever is there.

    `from_minute`, `to_minute`: of the day, by the facility's clock; the last slot ends at `to_minute` or before.
    `places`: how many may book one slot. `overbook`: how many more staff may put into it, who say so each time.
    """

    id: ScheduleId
    clinic: ClinicId
    weekdays: tuple[Weekday, ...]
    from_minute: int
    to_minute: int
    slot_s: int
    places: int = 1
    overbook: int = 0
    practitioner: PractitionerId | None = None


class ScheduleSetup(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the engine needs to know of a schedule: its slots' length and places, and whose they are."""

    id: ScheduleId
    clinic: ClinicId
    slot_s: int
    places: int
    overbook: int
    practitioner: PractitionerId | None = None


class Slot(msgspec.Struct, frozen=True):
    """One slot of a schedule, from `start_ms` up to `end_ms` (Unix ms)."""

    schedule: Schedule
    start_ms: int
    end_ms: int


def slots_of(schedule: Schedule, on: date, time_zone: str) -> tuple[Slot, ...]:
    """The schedule's slots on a date, in order.

    They begin by the wall clock; a time that the clock leaves out that night (summer time begins) has no slot, and one
    that it shows twice has one, the first time.
    """
    if _WEEK[on.weekday()] not in schedule.weekdays:
        return ()
    midnight = datetime(on.year, on.month, on.day, tzinfo=zone(time_zone))
    length = schedule.slot_s // 60
    slots: list[Slot] = []
    for minute in range(schedule.from_minute, schedule.to_minute - length + 1, length):
        start = midnight + timedelta(minutes=minute)
        if start.astimezone(UTC).astimezone(start.tzinfo).replace(fold=0) == start:
            start_ms = round(start.timestamp() * 1000)
            slots.append(Slot(schedule, start_ms, start_ms + length * 60_000))
    return tuple(slots)


def slots_at(schedules: Iterable[Schedule], start_ms: int, time_zone: str) -> tuple[Slot, ...]:
    """The slots of those schedules that begin at that very instant, in the schedules' order."""
    on = local_time(start_ms, time_zone).date()
    found = (slot for schedule in schedules for slot in slots_of(schedule, on, time_zone))
    return tuple(slot for slot in found if slot.start_ms == start_ms)


def date_of(day: ServiceDay) -> date:
    """A service day as a date. Raises ValueError for eight digits that are none."""
    return date(int(day[:4]), int(day[4:6]), int(day[6:]))
