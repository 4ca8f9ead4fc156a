"""What the API answers of slots and appointments.

Lives here: the schemas of those answers, and their making from the model.
May import: model, live.public, operations, store.vault, web.answers; msgspec.
Never: a name but in live's PatientDetails: only staff are answered.
"""

from collections.abc import Sequence

import msgspec

from queueflow.live.public import PatientDetails
from queueflow.model.appointment import Appointment
from queueflow.model.days import rfc3339
from queueflow.model.ids import FacilityId, ServiceDay
from queueflow.model.patient import Patient
from queueflow.operations.appointments import FreeSlot
from queueflow.operations.bookings_import import BOOKED, REFUSED, THERE_ALREADY, ImportedRow
from queueflow.store.vault import SealBroken, Vault
from queueflow.web.answers import iso_day


class SlotAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A slot that is not over. `free`: places that are; `overbook`: places beyond those that staff may still book."""

    schedule: str
    clinic: str
    practitioner: str | None
    start: str
    end: str
    places: int
    free: int
    overbook: int


class SlotsAnswer(msgspec.Struct, frozen=True):
    """Slots by their start."""

    slots: tuple[SlotAnswer, ...]


class AppointmentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An appointment and whose it is. `code`: finds it at the kiosk on its day. `moved_to`: where it went on."""

    id: str
    code: str
    clinic: str
    schedule: str
    practitioner: str | None
    service: str
    day: str
    start: str
    end: str
    state: str
    overbooked: bool
    ticket: str | None
    moved_to: str | None
    booked_at: str
    revision: int
    patient: PatientDetails


class AppointmentsAnswer(msgspec.Struct, frozen=True):
    """A day's appointments by their start."""

    day: str
    appointments: tuple[AppointmentAnswer, ...]


class ImportAnswer(msgspec.Struct, frozen=True):
    """What became of each row of a table, and of how many."""

    booked: int
    there_already: int
    refused: int
    rows: tuple[ImportedRow, ...]


def slot_answer(one: FreeSlot) -> SlotAnswer:
    """A slot as it is answered."""
    schedule = one.slot.schedule
    return SlotAnswer(
        schedule=schedule.id,
        clinic=schedule.clinic,
        practitioner=schedule.practitioner,
        start=rfc3339(one.slot.start_ms),
        end=rfc3339(one.slot.end_ms),
        places=schedule.places,
        free=one.free,
        overbook=one.overbook,
    )


def appointment_answer(facility: FacilityId, one: Appointment, vault: Vault) -> AppointmentAnswer:
    """An appointment for staff."""
    patient = _opened(facility, one, vault)
    birth_year = int(patient.birth_date[:4]) if patient.birth_date else None
    return AppointmentAnswer(
        id=one.id,
        code=one.code,
        clinic=one.clinic,
        schedule=one.schedule,
        practitioner=one.practitioner,
        service=one.service,
        day=iso_day(ServiceDay(one.id[:8])),
        start=rfc3339(one.start_ms),
        end=rfc3339(one.end_ms),
        state=one.state,
        overbooked=one.overbooked,
        ticket=one.ticket,
        moved_to=one.moved_to,
        booked_at=rfc3339(one.booked_at_ms),
        revision=one.revision,
        patient=PatientDetails(patient.name, birth_year, one.last3, (), one.language),
    )


def _opened(facility: FacilityId, one: Appointment, vault: Vault) -> Patient:
    """As for visits: one seal that is broken must not cost staff the day's list."""
    try:
        return vault.open(facility, one.id, one.sealed) if one.sealed else Patient()
    except SealBroken:
        return Patient()


def import_answer(rows: Sequence[ImportedRow]) -> ImportAnswer:
    """What became of a table."""
    booked, there_already, refused = (
        sum(row.result == result for row in rows) for result in (BOOKED, THERE_ALREADY, REFUSED)
    )
    return ImportAnswer(booked, there_already, refused, tuple(rows))
