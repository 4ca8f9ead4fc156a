"""An appointment: a place in a slot that was booked for a patient, and what became of it.

Lives here: Appointment, AppointmentState, SlotTaken, and what reads of them give.
May import: msgspec, model.ids, model.visit's words.
Never: anything that names the patient in clear: `sealed` is cipher text, `person` a keyed hash.
"""

from enum import StrEnum

import msgspec

from queueflow.model.ids import (
    AppointmentId,
    ClinicId,
    PersonRef,
    PractitionerId,
    ScheduleId,
    ServiceId,
    TicketId,
)


class AppointmentState(StrEnum):
    """FHIR Appointment's words, but for its `noshow`. Only what is booked can be moved or given up."""

    BOOKED = "booked"
    CHECKED_IN = "checked-in"
    NO_SHOW = "no-show"
    CANCELLED = "cancelled"


class Appointment(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An appointment as the store keeps it. Its id begins with its day, not with the day it was booked on.

    `code`: six characters that find it on its day, to be told by telephone. `overbooked`: beyond the slot's places.
    `moved_to`: where it went on, if to another day; then this one is cancelled. `ticket`: whom it checked in.
    """

    id: AppointmentId
    code: str
    schedule: ScheduleId
    clinic: ClinicId
    service: ServiceId
    start_ms: int
    end_ms: int
    state: AppointmentState
    booked_at_ms: int
    revision: int
    language: str = "vi"
    practitioner: PractitionerId | None = None
    overbooked: bool = False
    person: PersonRef | None = None
    last3: str | None = None
    sealed: str = ""
    ticket: TicketId | None = None
    moved_to: AppointmentId | None = None


class Appointments(msgspec.Struct, frozen=True, omit_defaults=True):
    """Appointments of one day at one offset of the event stream, by their start."""

    epoch: str
    offset: int
    at_ms: int
    appointments: tuple[Appointment, ...] = ()


class SlotTaken(msgspec.Struct, frozen=True):
    """How many of a slot's places are taken."""

    schedule: ScheduleId
    start_ms: int
    taken: int


class SlotsTaken(msgspec.Struct, frozen=True, omit_defaults=True):
    """The slots of some days in which anybody has booked; what is not here is free."""

    epoch: str
    offset: int
    at_ms: int
    slots: tuple[SlotTaken, ...] = ()
