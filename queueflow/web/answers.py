"""What the HTTP API answers: tickets, visits, rooms and queues as the contract writes them.

Lives here: the schemas that several audiences share, and their making from the model.
May import: model, live.people, live.public, store.vault, web.answer; msgspec.
Never: a name, a birth date or an identity number, but in live's PatientDetails, which only staff are answered.
"""

import msgspec

from queueflow.live.people import details
from queueflow.live.public import BookedTime, PatientDetails, booked_time
from queueflow.model.commands import TicketResult
from queueflow.model.days import rfc3339
from queueflow.model.facility import Facility
from queueflow.model.ids import ClinicId, FacilityId, ServiceDay, TicketId
from queueflow.model.live_state import ClinicQueue, Place, RoomState, VisitRecord
from queueflow.model.patient import Patient
from queueflow.model.ticket import FINAL, Ticket, Wait
from queueflow.model.visit import Visit
from queueflow.store.vault import SealBroken, Vault
from queueflow.web.answer import Answer


class TicketAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket. `position` (1 is next) and `estimated_wait` (seconds) only while it waits; times RFC 3339, UTC.

    `waits_for`: what has to come from outside first, as slugs.
    """

    id: str
    number: str
    visit: str
    clinic: str | None
    room: str | None
    service: str
    priority: str
    state: str
    position: int | None
    estimated_wait: Wait | None
    issued_at: str
    called_at: str | None
    started_at: str | None
    ended_at: str | None
    calls: int
    waits_for: tuple[str, ...]
    revision: int
    appointment: BookedTime | None


class VisitAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A visit with its journey in order. `tracking_url` is the patient's own page: whoever has it may follow."""

    id: str
    number: str
    facility: str
    day: str
    state: str
    journey: tuple[TicketAnswer, ...]
    tracking_url: str


class RoomAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A room now. `tickets`: called to it or served in it; `served`: stops completed in it today."""

    id: str
    state: str
    practitioner: str | None
    clinics: tuple[str, ...]
    tickets: tuple[str, ...]
    served: int
    opened_at: str | None
    paused_until: str | None
    revision: int


class StaffVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit, the stop that was asked for (the current one where the visit was), and whose it is."""

    visit: VisitAnswer
    ticket: TicketAnswer
    patient: PatientDetails


class QueuedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A waiting ticket and whose it is."""

    ticket: TicketAnswer
    patient: PatientDetails


class QueueAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A clinic's queue in the order of its calls at `at`, were nobody to come; `offset` is the feed's."""

    clinic: str
    at: str
    offset: int
    estimated_wait: Wait
    waiting: tuple[QueuedAnswer, ...]


def ticket_answer(ticket: Ticket, position: int | None = None, wait: Wait | None = None) -> TicketAnswer:
    """A ticket as it is answered."""
    return TicketAnswer(
        id=ticket.id,
        number=ticket.number,
        visit=ticket.visit,
        clinic=ticket.clinic,
        room=ticket.room,
        service=ticket.service,
        priority=ticket.priority,
        state=ticket.state,
        position=position,
        estimated_wait=wait,
        issued_at=rfc3339(ticket.issued_at_ms),
        called_at=_instant(ticket.called_at_ms),
        started_at=_instant(ticket.started_at_ms),
        ended_at=_instant(ticket.ended_at_ms),
        calls=ticket.calls,
        waits_for=ticket.waits_for,
        revision=ticket.revision,
        appointment=booked_time(ticket),
    )


def visit_answer(
    facility: FacilityId, visit: Visit, journey: tuple[TicketAnswer, ...], tracking_url: str
) -> VisitAnswer:
    """A visit as it is answered."""
    return VisitAnswer(
        id=visit.id,
        number=visit.number,
        facility=facility,
        day=iso_day(visit.day),
        state=visit.state,
        journey=journey,
        tracking_url=tracking_url,
    )


def whole_visit(
    facility: FacilityId, visit: Visit, journey: tuple[Ticket, ...], public_url: str | None, vault: Vault
) -> VisitAnswer:
    """A visit with its journey as it is answered to staff; where its stops stand in their queues is asked for apart."""
    link = tracking_url(public_url, facility, visit, vault)
    return visit_answer(facility, visit, tuple(ticket_answer(stop) for stop in journey), link)


def opened(vault: Vault, facility: FacilityId, visit: Visit) -> Patient:
    """The patient of a visit, out of the vault.

    What was sealed with a key that is gone stays closed: one number without a name must not cost staff the queue.
    """
    try:
        return vault.open(facility, visit.id, visit.sealed) if visit.sealed else Patient()
    except SealBroken:
        return Patient()


def staff_visit(
    facility: FacilityId, record: VisitRecord, ticket: TicketId | None, public_url: str | None, vault: Vault
) -> StaffVisit:
    """A visit for staff, with one of its stops; None for the current one: the first that is not over, else the last."""
    journey = tuple(_placed(stop, record.place) for stop in record.journey)
    current = next((stop for stop in record.journey if stop.state not in FINAL), record.journey[-1]).id
    link = tracking_url(public_url, facility, record.visit, vault)
    return StaffVisit(
        visit=visit_answer(facility, record.visit, journey, link),
        ticket=next(stop for stop in journey if stop.id == (ticket or current)),
        patient=details(record.visit, opened(vault, facility, record.visit)),
    )


def queue_answer(facility: FacilityId, queue: ClinicQueue, vault: Vault) -> QueueAnswer:
    """A clinic's queue for staff."""
    return QueueAnswer(
        clinic=queue.clinic.id,
        at=rfc3339(queue.at_ms),
        offset=queue.offset,
        estimated_wait=queue.clinic.estimated_wait,
        waiting=tuple(
            QueuedAnswer(
                ticket=ticket_answer(one.ticket, one.position, one.estimated_wait),
                patient=details(one.visit, opened(vault, facility, one.visit)),
            )
            for one in queue.waiting
        ),
    )


def room_answer(room: RoomState) -> RoomAnswer:
    """A room as it is answered."""
    return RoomAnswer(
        id=room.id,
        state=room.state,
        practitioner=room.practitioner,
        clinics=room.clinics,
        tickets=room.tickets,
        served=room.served,
        opened_at=_instant(room.opened_at_ms),
        paused_until=_instant(room.paused_until_ms),
        revision=room.revision,
    )


def tracking_url(public_url: str | None, facility: FacilityId, visit: Visit, vault: Vault) -> str:
    """The patient's page: absolute where the installation says how it is reached from outside, else from the root."""
    return f"{(public_url or '').rstrip('/')}/visit/{facility}/{visit.id}?k={vault.link_key(facility, visit.id)}"


def directions(facility: Facility) -> dict[ClinicId, dict[str, str]]:
    """To each clinic, by the name that may stand on a wall: what it is called and where it lies, in every language."""
    return {
        clinic.id: {
            language: " – ".join(
                text[language] for text in (clinic.public_name or clinic.name, clinic.location) if language in text
            )
            for language in facility.languages
        }
        for clinic in facility.clinics
    }


def iso_day(day: ServiceDay) -> str:
    """A service day as a date: 2026-11-24."""
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def _placed(stop: Ticket, place: Place | None) -> TicketAnswer:
    here = place if place is not None and place.ticket == stop.id else None
    return ticket_answer(stop, here and here.position, here and here.estimated_wait)


def _instant(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(at_ms)


def ticket_answered(result: TicketResult, *, replayed: bool = False) -> Answer:
    """200 with the ticket after a command."""
    content = ticket_answer(result.ticket, result.position, result.estimated_wait)
    return Answer(200, msgspec.json.encode(content), headers=replay_header(replayed or result.replayed))


def replay_header(replayed: bool) -> list[tuple[bytes, bytes]]:
    """The header that tells a repeated request from a first one: their answers are the same."""
    return [(b"idempotent-replayed", b"true")] if replayed else []
