"""The engine's commands and queries about appointments, one frozen struct each, and what a command gives back.

Lives here: what model.commands holds for tickets and rooms, for appointments.
May import: msgspec and the rest of model.
Never: a default clock, a generated id: `now_ms`, `nonce` and `once` come in from the edge.
"""

import msgspec

from queueflow.model.appointment import Appointment
from queueflow.model.commands import Command, Query
from queueflow.model.ids import AppointmentId, ClinicId, PersonRef, ScheduleId, ServiceDay, ServiceId


class BookAppointment(Command, frozen=True, kw_only=True):
    """Give a patient a place in a slot: of these schedules the first that has one free at that start.

    `nonce`: 13 characters of base 32; with `on`, the slot's service day, it makes the id. `overbook`: beyond the slot's
    places, as far as the schedule lets staff.
    """

    nonce: str
    on: ServiceDay
    schedules: tuple[ScheduleId, ...]
    service: ServiceId
    start_ms: int
    language: str
    overbook: bool = False
    person: PersonRef | None = None
    last3: str | None = None
    sealed: str = ""


class AppointmentCommand(Command, frozen=True, kw_only=True):
    """A change of one appointment. `if_revision`: refuse if somebody changed it since. `reason`: a slug."""

    appointment: AppointmentId
    if_revision: int | None = None
    reason: str | None = None


class MoveAppointment(AppointmentCommand, frozen=True, kw_only=True):
    """Take a place in another slot and free the one before, or change nothing."""

    on: ServiceDay
    schedules: tuple[ScheduleId, ...]
    service: ServiceId
    start_ms: int
    overbook: bool = False


class CancelAppointment(AppointmentCommand, frozen=True, kw_only=True):
    """The patient will not come: the place is free again."""


class ReadAppointments(Query, frozen=True, kw_only=True):
    """The appointments of one day, of one clinic or person where one is named."""

    on: ServiceDay
    clinic: ClinicId | None = None
    person: PersonRef | None = None


class ReadAppointment(Query, frozen=True, kw_only=True):
    """One appointment."""

    appointment: AppointmentId


class ReadSlots(Query, frozen=True, kw_only=True):
    """How many places are taken in the slots of those days."""

    days: tuple[ServiceDay, ...]


class AppointmentResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """An appointment after a command. `created`: a booking made it; False where the patient had that place already."""

    appointment: Appointment
    epoch: str
    offset: int
    created: bool = False
    replayed: bool = False
