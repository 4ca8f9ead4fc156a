"""What staff do with appointments: see free slots, book, look up, move, cancel, and import a table.

Lives here: the schemas of what is asked, and the handlers.
May import: model, formats, operations, web.appointment_answers, web.entry; litestar, msgspec.
Never: count places (the engine does), or answer a name to whoever is not staff.
"""

import re
from datetime import date
from typing import Annotated, Final, cast

import msgspec
from litestar import get, post
from litestar.types import ASGIApp

from queueflow.formats.bookings_table import read_bookings
from queueflow.model.booking import AppointmentResult, CancelAppointment, MoveAppointment
from queueflow.model.errors import (
    IdempotencyKeyReused,
    Invalid,
    NotAllowedInState,
    QueueflowError,
    RevisionMismatch,
    SlotFull,
    UnknownAppointment,
    UnknownClinic,
    UnknownService,
)
from queueflow.model.facility import Facility
from queueflow.model.ids import AppointmentId, ClinicId, ServiceDay, ServiceId, is_appointment_id
from queueflow.model.schedule import date_of
from queueflow.operations.appointments import (
    Booking,
    Instant,
    Slug,
    command_of,
    days_from,
    find_slot,
    free_slots,
    other_slot,
    schedules_of,
    start_ms_of,
)
from queueflow.operations.bookings_import import import_bookings
from queueflow.operations.check_in import Attendant
from queueflow.web import examples
from queueflow.web.answer import Answer
from queueflow.web.answers import iso_day, replay_header
from queueflow.web.appointment_answers import (
    AppointmentAnswer,
    AppointmentsAnswer,
    ImportAnswer,
    SlotsAnswer,
    appointment_answer,
    import_answer,
    slot_answer,
)
from queueflow.web.entry import (
    FACILITY,
    AnyRequest,
    asked,
    body,
    common,
    fresh_nonce,
    hall,
    if_revision,
    once,
    path_part,
    table,
)
from queueflow.web.moves import reason_of
from queueflow.web.openapi import Gives, Says, says

MOST_DAYS: Final = 31
"""Of slots in one answer."""
_DATE: Final = re.compile(r"2[01][0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
_APPOINTMENTS: Final = f"{FACILITY}/appointments"
_APPOINTMENT: Final = f"{_APPOINTMENTS}/{{appointment:str}}"


class Moving(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another slot; what is not said stays as it is, the practitioner as long as the clinic does. `reason`: a slug."""

    start: Instant
    clinic: Slug | None = None
    practitioner: Slug | None = None
    service: Slug | None = None
    overbook: bool = False
    reason: Slug | None = None


class Cancelling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The patient will not come. `reason`: a slug."""

    reason: Slug | None = None


_BOOKING = msgspec.json.Decoder(Booking)
_MOVING = msgspec.json.Decoder(Moving)
_CANCELLING = msgspec.json.Decoder(Cancelling)
_SLOT_REFUSES: Final[tuple[type[QueueflowError], ...]] = (SlotFull, UnknownClinic, UnknownService)
_CHANGE_REFUSES: Final[tuple[type[QueueflowError], ...]] = (
    UnknownAppointment,
    NotAllowedInState,
    RevisionMismatch,
    IdempotencyKeyReused,
)


@get(
    f"{FACILITY}/slots",
    opt=says(
        Says(
            call="read-slots",
            summary="The slots of some days that are not over, with their free places.",
            query=(
                ("clinic", "Of this clinic alone."),
                ("service", "Of the clinics that give this service alone."),
                ("from", "The first day, YYYY-MM-DD; today if not said."),
                ("to", f"The last day; the first if not said, at most {MOST_DAYS} days."),
            ),
            gives=(Gives(200, "The slots.", SlotsAnswer, examples.SLOTS),),
            refuses=(UnknownClinic, UnknownService, Invalid),
        )
    ),
)
async def slots(request: AnyRequest) -> ASGIApp:
    """Free places."""
    here, who = hall(request), asked(request)
    facility = who.facility
    first = _day(request, "from", date_of(who.day))
    last = _day(request, "to", first)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Invalid("to", f"The last day comes after the first, and at most {MOST_DAYS} days are shown.")
    clinic, service = _clinic(request, facility), _service(request, facility)
    days = days_from(first, last)
    taken = await here.reads.slots(facility.id, tuple(_service_day(on) for on in days), who.now_ms)
    found = free_slots(schedules_of(facility, clinic, service), days, taken, facility.time_zone, who.now_ms)
    return Answer(200, msgspec.json.encode(SlotsAnswer(tuple(map(slot_answer, found)))))


@post(
    _APPOINTMENTS,
    opt=says(
        Says(
            call="book-appointment",
            summary="Book a place in a slot.",
            body=Booking,
            body_example=examples.BOOKING,
            gives=(
                Gives(201, "The appointment.", AppointmentAnswer, examples.APPOINTMENT),
                Gives(
                    200,
                    "The place that this patient has in that slot already.",
                    AppointmentAnswer,
                    examples.APPOINTMENT,
                ),
            ),
            refuses=(*_SLOT_REFUSES, IdempotencyKeyReused),
            key="optional",
        )
    ),
)
async def book_appointment(request: AnyRequest) -> ASGIApp:
    """Book."""
    here, who = hall(request), asked(request)
    booking = await body(request, _BOOKING)
    by = Attendant(who.actor, who.now_ms, fresh_nonce(), once(request, booking))
    result = await here.engine.book_appointment(command_of(booking, by, who.facility, here.vault))
    return _answered(request, result, 201 if result.created else 200)


@get(
    _APPOINTMENTS,
    opt=says(
        Says(
            call="read-appointments",
            summary="A day's appointments by their start, with whose they are.",
            query=(("day", "YYYY-MM-DD; today if not said."), ("clinic", "Of this clinic alone.")),
            gives=(Gives(200, "The appointments.", AppointmentsAnswer, examples.APPOINTMENTS),),
            refuses=(UnknownClinic, Invalid),
        )
    ),
)
async def appointments(request: AnyRequest) -> ASGIApp:
    """A day's appointments."""
    here, who = hall(request), asked(request)
    on = _service_day(_day(request, "day", date_of(who.day)))
    found = await here.reads.appointments(who.facility.id, on, who.now_ms, _clinic(request, who.facility))
    shown = tuple(appointment_answer(who.facility.id, one, here.vault) for one in found)
    return Answer(200, msgspec.json.encode(AppointmentsAnswer(iso_day(on), shown)))


@get(
    _APPOINTMENT,
    opt=says(
        Says(
            call="read-appointment",
            summary="An appointment and whose it is.",
            gives=(Gives(200, "The appointment.", AppointmentAnswer, examples.APPOINTMENT),),
            refuses=(UnknownAppointment,),
        )
    ),
)
async def appointment(request: AnyRequest) -> ASGIApp:
    """One appointment."""
    here, who = hall(request), asked(request)
    found = await here.reads.appointment(who.facility.id, _named(request), who.now_ms)
    return Answer(200, msgspec.json.encode(appointment_answer(who.facility.id, found, here.vault)))


@post(
    f"{_APPOINTMENT}/move",
    opt=says(
        Says(
            call="move-appointment",
            summary="Take a place in another slot and free this one, or change nothing.",
            body=Moving,
            body_example={"start": "2026-11-25T08:45:00+07:00"},
            gives=(Gives(200, "The appointment where it is now.", AppointmentAnswer, examples.APPOINTMENT),),
            refuses=(*_CHANGE_REFUSES, *_SLOT_REFUSES),
            key="optional",
            revision=True,
        )
    ),
)
async def move_appointment(request: AnyRequest) -> ASGIApp:
    """Move."""
    here, who, named = hall(request), asked(request), _named(request)
    content = await body(request, _MOVING)
    current = await here.reads.appointment(who.facility.id, named, who.now_ms)
    start_ms = start_ms_of(content.start)
    wanted = other_slot(current, content.clinic, content.practitioner, content.service, start_ms)
    found = find_slot(wanted, who.facility, who.now_ms)
    result = await here.engine.move_appointment(
        MoveAppointment(
            **common(request, content),
            appointment=named,
            if_revision=if_revision(request),
            reason=reason_of(content.reason),
            on=found.on,
            schedules=found.schedules,
            service=found.service,
            start_ms=found.start_ms,
            overbook=content.overbook,
        )
    )
    return _answered(request, result)


@post(
    f"{_APPOINTMENT}/cancel",
    opt=says(
        Says(
            call="cancel-appointment",
            summary="The patient will not come: the place is free again.",
            body=Cancelling,
            body_example={"reason": "patient-rang"},
            body_needed=False,
            gives=(Gives(200, "The appointment.", AppointmentAnswer, examples.CANCELLED_APPOINTMENT),),
            refuses=_CHANGE_REFUSES,
            key="optional",
            revision=True,
        )
    ),
)
async def cancel_appointment(request: AnyRequest) -> ASGIApp:
    """Cancel."""
    content = await body(request, _CANCELLING, empty=b"{}")
    result = await hall(request).engine.cancel_appointment(
        CancelAppointment(
            **common(request, content),
            appointment=_named(request),
            if_revision=if_revision(request),
            reason=reason_of(content.reason),
        )
    )
    return _answered(request, result)


@post(
    f"{_APPOINTMENTS}/import",
    opt=says(
        Says(
            call="import-appointments",
            summary="Book every good row of a table, and say of each other one what is wrong; the same row books once.",
            body=Annotated[str, msgspec.Meta(title="AppointmentsTable", description="CSV; docs/appointments.md.")],
            body_example=examples.APPOINTMENTS_TABLE,
            media="text/csv",
            gives=(Gives(200, "What became of each row.", ImportAnswer, examples.IMPORTED),),
            refuses=(Invalid,),
        )
    ),
)
async def import_appointments(request: AnyRequest) -> ASGIApp:
    """Import a table."""
    here, who = hall(request), asked(request)
    rows = read_bookings(await table(request))
    by = Attendant(who.actor, who.now_ms, "")
    done = await import_bookings(rows, by, facility=who.facility, engine=here.engine, vault=here.vault)
    return Answer(200, msgspec.json.encode(import_answer(done)))


HANDLERS: Final = (
    slots,
    book_appointment,
    appointments,
    appointment,
    move_appointment,
    cancel_appointment,
    import_appointments,
)


def _named(request: AnyRequest) -> AppointmentId:
    named = path_part(request, "appointment")
    if not is_appointment_id(named):
        raise UnknownAppointment
    return AppointmentId(named)


def _asked_for(request: AnyRequest, name: str) -> str | None:
    return cast("str | None", request.query_params.get(name))


def _day(request: AnyRequest, name: str, usual: date) -> date:
    said = _asked_for(request, name)
    if said is None:
        return usual
    try:
        found = date.fromisoformat(said) if _DATE.fullmatch(said) else None
    except ValueError:
        found = None
    if found is None:
        raise Invalid(name, "A day is written YYYY-MM-DD, from 2000 to 2199.")
    return found


def _service_day(on: date) -> ServiceDay:
    return ServiceDay(f"{on.year:04d}{on.month:02d}{on.day:02d}")


def _clinic(request: AnyRequest, facility: Facility) -> ClinicId | None:
    said = _asked_for(request, "clinic")
    if said is None:
        return None
    clinic = facility.clinic(said)
    if clinic is None:
        raise UnknownClinic
    return clinic.id


def _service(request: AnyRequest, facility: Facility) -> ServiceId | None:
    said = _asked_for(request, "service")
    if said is None:
        return None
    service = facility.service(said)
    if service is None:
        raise UnknownService
    return service.id


def _answered(request: AnyRequest, result: AppointmentResult, status: int = 200) -> Answer:
    content = appointment_answer(asked(request).facility.id, result.appointment, hall(request).vault)
    return Answer(status, msgspec.json.encode(content), headers=replay_header(result.replayed))
