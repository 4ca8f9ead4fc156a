"""Booking a slot, whoever asks for it: who and when becomes one call of the engine; and which slots are free.

Lives here: Booking, WantedSlot, the way from them to the engine's commands, and FreeSlot.
May import: model, operations.check_in, store.vault; the standard library's datetime.
Never: ask the clock or the dice, count places (the engine does), or let a name go further than into the vault.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Annotated, Final

import msgspec

from queueflow.model.appointment import Appointment, SlotTaken
from queueflow.model.booking import BookAppointment
from queueflow.model.days import from_rfc3339, service_day
from queueflow.model.errors import Invalid, UnknownClinic, UnknownService
from queueflow.model.facility import Clinic, Facility
from queueflow.model.ids import ClinicId, ScheduleId, ServiceDay, ServiceId
from queueflow.model.schedule import Schedule, Slot, slots_at, slots_of
from queueflow.operations.check_in import (
    Arrival,
    Attendant,
    SaidOfPatient,
    ShownIdentity,
    identify,
    language_of,
    patient_of,
)
from queueflow.store.vault import Vault

FARTHEST_DAYS: Final = 400
"""How far ahead a slot may be booked: a year, and the day of a year after."""
_DAY_MS: Final = 86_400_000
Slug = Annotated[str, msgspec.Meta(max_length=40)]
Instant = Annotated[str, msgspec.Meta(max_length=40)]


class WantedSlot(msgspec.Struct, frozen=True):
    """A slot by its start (Unix ms) at a clinic; `practitioner`: with that one alone. `service`: the clinic's first."""

    clinic: str
    start_ms: int
    practitioner: str | None = None
    service: str | None = None


class FoundSlot(msgspec.Struct, frozen=True):
    """What of a facility's schedules has that slot, in the order in which places are given, and the slot's day."""

    on: ServiceDay
    schedules: tuple[ScheduleId, ...]
    service: ServiceId
    start_ms: int


class Booking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody asks for a slot: the booking of the HTTP contract, field by field.

    `start`: RFC 3339. `practitioner`: with that one alone; else any who has that slot. `service`: one of the clinic's,
    else its first. `overbook`: beyond the slot's places, as far as its schedule lets staff.
    """

    identity: ShownIdentity
    clinic: Slug
    start: Instant
    practitioner: Slug | None = None
    service: Slug | None = None
    patient: SaidOfPatient = SaidOfPatient()
    language: Annotated[str, msgspec.Meta(max_length=12)] | None = None
    overbook: bool = False


class FreeSlot(msgspec.Struct, frozen=True):
    """A slot with its places: all of them, those that are free, and those beyond that staff may still book."""

    slot: Slot
    free: int
    overbook: int


def find_slot(wanted: WantedSlot, facility: Facility, now_ms: int) -> FoundSlot:
    """The slot that was wanted. Raises UnknownClinic, UnknownService, and Invalid with the field."""
    clinic = facility.clinic(wanted.clinic)
    if clinic is None:
        raise UnknownClinic
    service = _service(wanted.service, clinic, facility)
    schedules = [one for one in facility.schedules if one.clinic == clinic.id]
    if not schedules:
        raise Invalid("clinic", "This clinic has no schedule: nothing can be booked there.")
    if wanted.practitioner is not None:
        schedules = [one for one in schedules if one.practitioner == wanted.practitioner]
        if not schedules:
            raise Invalid("practitioner", "This clinic has no schedule with that practitioner.")
    if wanted.start_ms - now_ms > FARTHEST_DAYS * _DAY_MS:
        raise Invalid("start", f"A slot is booked at most {FARTHEST_DAYS} days ahead.")
    # An instant before the first day that there is has no slot, and the calendar would not take it.
    slots = slots_at(schedules, wanted.start_ms, facility.time_zone) if wanted.start_ms > 0 else ()
    if not slots:
        raise Invalid("start", "No slot of this clinic begins then.")
    if all(slot.end_ms <= now_ms for slot in slots):
        raise Invalid("start", "This slot is over.")
    on = service_day(wanted.start_ms, facility.time_zone)
    return FoundSlot(on, tuple(slot.schedule.id for slot in slots), service, wanted.start_ms)


def start_ms_of(start: str) -> int:
    """An instant that somebody wrote, Unix ms. Raises Invalid."""
    try:
        return from_rfc3339(start)
    except (ValueError, OverflowError) as error:
        raise Invalid("start", "An instant is written 2026-11-24T08:30:00+07:00.") from error


def command_of(booking: Booking, by: Attendant, facility: Facility, vault: Vault) -> BookAppointment:
    """What the engine is asked. Raises as find_slot, and Invalid for what is wrong with the identity."""
    wanted = WantedSlot(booking.clinic, start_ms_of(booking.start), booking.practitioner, booking.service)
    found = find_slot(wanted, facility, by.now_ms)
    identity = identify(Arrival(booking.identity, patient=booking.patient), facility, by.now_ms)
    patient = patient_of(identity, booking.patient)
    return BookAppointment(
        facility=facility.id,
        now_ms=by.now_ms,
        day=service_day(by.now_ms, facility.time_zone),
        actor=by.actor,
        once=by.once,
        nonce=by.nonce,
        on=found.on,
        schedules=found.schedules,
        service=found.service,
        start_ms=found.start_ms,
        language=language_of(booking.language, facility),
        overbook=booking.overbook,
        person=None if identity.key is None else vault.person_ref(facility.id, identity.key),
        last3=identity.last3,
        sealed=vault.seal(facility.id, by.nonce, patient),
    )


def other_slot(
    current: Appointment, clinic: str | None, practitioner: str | None, service: str | None, start_ms: int
) -> WantedSlot:
    """Where an appointment is to go: what is not said stays as it is, the practitioner as long as the clinic does."""
    stays = clinic is None or clinic == current.clinic
    return WantedSlot(
        clinic or current.clinic,
        start_ms,
        practitioner or (current.practitioner if stays else None),
        service or (current.service if stays else None),
    )


def free_slots(
    schedules: Iterable[Schedule], days: Sequence[date], taken: Iterable[SlotTaken], time_zone: str, now_ms: int
) -> tuple[FreeSlot, ...]:
    """The slots of those days that are not over, by their start, with what of them is free."""
    counts = {(one.schedule, one.start_ms): one.taken for one in taken}
    slots = [slot for on in days for schedule in schedules for slot in slots_of(schedule, on, time_zone)]
    return tuple(
        FreeSlot(slot, max(0, left), max(0, slot.schedule.overbook + min(0, left)))
        for slot in sorted(slots, key=lambda slot: (slot.start_ms, slot.schedule.id))
        if slot.end_ms > now_ms
        for left in (slot.schedule.places - counts.get((slot.schedule.id, slot.start_ms), 0),)
    )


def days_from(first: date, last: date) -> tuple[date, ...]:
    """Every date from one to another."""
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def schedules_of(facility: Facility, clinic: ClinicId | None, service: ServiceId | None) -> tuple[Schedule, ...]:
    """The schedules of a clinic, or of the clinics that give a service; all where neither is named."""
    gives = {one.id for one in facility.clinics if service is None or service in one.services}
    return tuple(one for one in facility.schedules if one.clinic in gives and clinic in (None, one.clinic))


def _service(named: str | None, clinic: Clinic, facility: Facility) -> ServiceId:
    if named is None:
        return clinic.services[0]
    service = facility.service(named)
    if service is None:
        raise UnknownService
    if service.id not in clinic.services:
        raise Invalid("service", "This clinic does not give that service.")
    return service.id
