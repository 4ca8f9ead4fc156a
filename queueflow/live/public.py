"""What feeds show: every object that may leave the house through a feed, field by field, and its making.

Lives here: the public clinics, rooms and tickets of the board, of staff and of a visit.
May import: model, msgspec.
Never: pass on a whole record of the model. The board's and the visit's objects have no name, birth year, flag, class,
practitioner, actor or reason; whoever adds a field here decides who in the hall may know it.
"""

from collections.abc import Callable, Sequence

import msgspec

from queueflow.model.days import rfc3339
from queueflow.model.ids import AppointmentId, ClinicId, PriorityId, RoomId, ServiceId, TicketId, VisitId
from queueflow.model.live_state import ClinicState, Place, RoomState, RoomStatus
from queueflow.model.ticket import Ticket, TicketState, Wait
from queueflow.model.visit import Visit


class BoardClinic(msgspec.Struct, frozen=True):
    """A clinic's queue as everybody may know it. `next`: tickets, those to be called first, first."""

    id: ClinicId
    waiting: int
    rooms_open: int
    next: tuple[TicketId, ...]
    estimated_wait: Wait


class StaffClinic(msgspec.Struct, frozen=True):
    """The same with the classes of those who wait: a class tells of illness or age."""

    id: ClinicId
    waiting: int
    rooms_open: int
    by_priority: dict[PriorityId, int]
    next: tuple[TicketId, ...]
    estimated_wait: Wait


class BoardRoom(msgspec.Struct, frozen=True):
    """A room without who works in it. `tickets`: called to it or served in it."""

    id: RoomId
    state: RoomStatus
    clinics: tuple[ClinicId, ...]
    tickets: tuple[TicketId, ...]
    paused_until: str | None


class StaffRoom(msgspec.Struct, frozen=True):
    """A room with who works in it. `served`: stops completed in it today."""

    id: RoomId
    state: RoomStatus
    practitioner: str | None
    clinics: tuple[ClinicId, ...]
    tickets: tuple[TicketId, ...]
    served: int
    revision: int
    paused_until: str | None


class BoardTicket(msgspec.Struct, frozen=True):
    """A number and where it is called to. `calls`: calls and recalls."""

    id: TicketId
    number: str
    state: TicketState
    clinic: ClinicId | None
    room: RoomId | None
    called_at: str | None
    calls: int


class BookedTime(msgspec.Struct, frozen=True):
    """Which appointment a ticket is for, and when its slot begins."""

    id: AppointmentId
    at: str


class PatientDetails(msgspec.Struct, frozen=True):
    """Whom staff call in. `last3`: the last digits of the identity number, to ask back."""

    name: str | None
    birth_year: int | None
    last3: str | None
    flags: tuple[str, ...]
    language: str


class ConsoleTicket(msgspec.Struct, frozen=True):
    """A ticket as staff see it, with its patient.

    `queued_at`: the arrival that it queues by; after tests that is the return.
    `waits_for`: what has to come from outside first. `wish`: `room:<id>` or `practitioner:<id>` that it waits for.
    `opened_at`: when the visit began. `stops`: its tickets in the order of its journey, those that are over among them.
    """

    id: TicketId
    number: str
    visit: VisitId
    clinic: ClinicId | None
    room: RoomId | None
    practitioner: str | None
    service: str
    priority: PriorityId
    state: TicketState
    issued_at: str
    queued_at: str
    called_at: str | None
    started_at: str | None
    ended_at: str | None
    calls: int
    revision: int
    waits_for: tuple[str, ...]
    wish: str | None
    opened_at: str | None
    stops: tuple[TicketId, ...]
    appointment: BookedTime | None
    patient: PatientDetails | None


class VisitTicket(msgspec.Struct, frozen=True):
    """A stop as its patient sees it. `position` (1 is next) and `estimated_wait` only while it waits.

    `stop`: which of the way's stops it is, from 1. `group`: stops of one group may be done in any order. `waits_for`:
    what has to come from outside first, as slugs. `deferred`: the patient has let others go first at this stop, which
    can be done once. `ended_reason`: that the house closed or the patient gave up; never what staff said. `wish`: that
    it waits for one `room` or one `practitioner`.
    """

    id: TicketId
    number: str
    clinic: ClinicId | None
    room: RoomId | None
    service: ServiceId
    state: TicketState
    position: int | None
    estimated_wait: Wait | None
    issued_at: str
    called_at: str | None
    started_at: str | None
    ended_at: str | None
    calls: int
    deferred: bool
    ended_reason: str | None
    wish: str | None
    appointment: BookedTime | None
    stop: int
    group: str | None
    waits_for: tuple[str, ...]


class VisitClinic(msgspec.Struct, frozen=True):
    """A clinic as somebody who waits for it needs it."""

    id: ClinicId
    waiting: int
    rooms_open: int
    estimated_wait: Wait


class VisitRoom(msgspec.Struct, frozen=True):
    """A room as somebody who was called to it needs it."""

    id: RoomId
    state: RoomStatus
    paused_until: str | None


PublicClinic = BoardClinic | StaffClinic | VisitClinic
PublicRoom = BoardRoom | StaffRoom | VisitRoom
PublicTicket = BoardTicket | ConsoleTicket | VisitTicket

OpenPatient = Callable[[Visit], PatientDetails]


def board_clinic(clinic: ClinicState) -> BoardClinic:
    """A clinic for the board."""
    return BoardClinic(clinic.id, clinic.waiting, clinic.rooms_open, clinic.next, clinic.estimated_wait)


def staff_clinic(clinic: ClinicState) -> StaffClinic:
    """A clinic for staff."""
    return StaffClinic(
        clinic.id, clinic.waiting, clinic.rooms_open, clinic.by_priority, clinic.next, clinic.estimated_wait
    )


def visit_clinic(clinic: ClinicState) -> VisitClinic:
    """A clinic for somebody who waits for it."""
    return VisitClinic(clinic.id, clinic.waiting, clinic.rooms_open, clinic.estimated_wait)


def board_room(room: RoomState) -> BoardRoom:
    """A room for the board."""
    return BoardRoom(room.id, room.state, room.clinics, room.tickets, _instant(room.paused_until_ms))


def staff_room(room: RoomState) -> StaffRoom:
    """A room for staff."""
    return StaffRoom(
        room.id,
        room.state,
        room.practitioner,
        room.clinics,
        room.tickets,
        room.served,
        room.revision,
        _instant(room.paused_until_ms),
    )


def visit_room(room: RoomState) -> VisitRoom:
    """A room for somebody who was called to it."""
    return VisitRoom(room.id, room.state, _instant(room.paused_until_ms))


def board_ticket(ticket: Ticket) -> BoardTicket:
    """A ticket for the board."""
    return BoardTicket(
        ticket.id,
        ticket.number,
        ticket.state,
        ticket.clinic,
        ticket.room,
        _instant(ticket.called_at_ms),
        ticket.calls,
    )


def console_ticket(ticket: Ticket, visit: Visit | None, patient: PatientDetails | None) -> ConsoleTicket:
    """A ticket for staff, with what they need of its visit."""
    return ConsoleTicket(
        id=ticket.id,
        number=ticket.number,
        visit=ticket.visit,
        clinic=ticket.clinic,
        room=ticket.room,
        practitioner=ticket.practitioner,
        service=ticket.service,
        priority=ticket.priority,
        state=ticket.state,
        issued_at=rfc3339(ticket.issued_at_ms),
        queued_at=rfc3339(int(ticket.order_at)),
        called_at=_instant(ticket.called_at_ms),
        started_at=_instant(ticket.started_at_ms),
        ended_at=_instant(ticket.ended_at_ms),
        calls=ticket.calls,
        revision=ticket.revision,
        waits_for=ticket.waits_for,
        wish=ticket.wish,
        opened_at=None if visit is None else rfc3339(visit.opened_at_ms),
        stops=() if visit is None else visit.tickets,
        appointment=booked_time(ticket),
        patient=patient,
    )


_FOR_THE_PATIENT = frozenset({"day-closed", "gave-up"})


def visit_ticket(ticket: Ticket, place: Place | None, way: Sequence[TicketId]) -> VisitTicket:
    """A ticket for its patient; `place` counts only while it waits. `way`: the visit's stops in order."""
    waits = ticket.state is TicketState.WAITING and place is not None and place.ticket == ticket.id
    return VisitTicket(
        id=ticket.id,
        number=ticket.number,
        clinic=ticket.clinic,
        room=ticket.room,
        service=ticket.service,
        state=ticket.state,
        position=place.position if waits and place else None,
        estimated_wait=place.estimated_wait if waits and place else None,
        issued_at=rfc3339(ticket.issued_at_ms),
        called_at=_instant(ticket.called_at_ms),
        started_at=_instant(ticket.started_at_ms),
        ended_at=_instant(ticket.ended_at_ms),
        calls=ticket.calls,
        deferred=ticket.deferred,
        ended_reason=ticket.ended_reason if ticket.ended_reason in _FOR_THE_PATIENT else None,
        wish=None if ticket.wish is None else ticket.wish.partition(":")[0],
        appointment=booked_time(ticket),
        stop=way.index(ticket.id) + 1 if ticket.id in way else len(way) + 1,
        group=ticket.group,
        waits_for=ticket.waits_for,
    )


def booked_time(ticket: Ticket) -> BookedTime | None:
    """When whoever has the ticket is expected, for staff and for the patient."""
    booked = ticket.appointment
    return None if booked is None else BookedTime(booked.id, rfc3339(booked.at_ms))


def _instant(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(at_ms)
