"""What a day in virtual time came to: every wait with what was promised at its begin, every stay, every room's hours.

Lives here: Waited, Promised, Why, Stay, Hours, Day; Record, in which a Hospital writes them down.
May import: model, msgspec.
Never: ask the engine; it is told.
"""

from collections import Counter
from enum import StrEnum

import msgspec

from queueflow.model.ids import ClinicId, PriorityId, RoomId, ServiceId, TicketId, VisitId
from queueflow.model.ticket import Ticket, TicketState, Wait
from queueflow.model.visit import Visit, VisitState


class Why(StrEnum):
    """What brought a ticket into a queue."""

    CHECK_IN = "check-in"
    ORDERED = "ordered"
    RETURNING = "returning"


class Promised(msgspec.Struct, frozen=True):
    """What a ticket was answered when it joined a queue (1 is next), and the clinic's rooms that called then."""

    position: int
    expected: Wait
    rooms_open: int


class Waited(msgspec.Struct):
    """One wait: from joining a clinic's queue to its first call, and what followed. Instants are ms.

    As answered when it joined: `position` (1 is next) and `expected`. `waiting`, `ahead_by_class`: who waited there
    then, besides. `rooms_open`: rooms of the clinic that called then. `outcome`: done, suspended, no-show; planned
    when it changed to another stop; None while it is not over.
    """

    serial: int
    ticket: TicketId
    service: ServiceId
    clinic: ClinicId
    priority: PriorityId
    why: Why
    joined_ms: int
    position: int
    expected: Wait
    waiting: int
    waiting_by_class: dict[PriorityId, int]
    rooms_open: int
    room: RoomId | None = None
    called_ms: int | None = None
    started_ms: int | None = None
    ended_ms: int | None = None
    outcome: TicketState | None = None

    @property
    def wait_s(self) -> float | None:
        """From joining to the first call, seconds; None for who was never called."""
        return None if self.called_ms is None else (self.called_ms - self.joined_ms) / 1000


class Stay(msgspec.Struct):
    """One guest's time in the house. `left_ms` is None for who is still there when the day is cut off."""

    serial: int
    came_ms: int
    left_ms: int | None = None
    finished: bool = False


class Hours(msgspec.Struct):
    """A span in which a room called patients, ms."""

    room: RoomId
    from_ms: int
    to_ms: int | None = None


class Day(msgspec.Struct, frozen=True):
    """A day as it was played."""

    waits: tuple[Waited, ...]
    stays: tuple[Stay, ...]
    hours: tuple[Hours, ...]
    ended_ms: int


class Record:
    """What happens, written down as it does."""

    def __init__(self) -> None:
        self.stays: dict[VisitId, Stay] = {}
        self._waits: list[Waited] = []
        self._open: dict[TicketId, Waited] = {}
        self._begun: set[TicketId] = set()
        self._waiting: dict[ClinicId, Counter[PriorityId]] = {}
        self._hours: list[Hours] = []

    def day(self, now_ms: int) -> Day:
        """All of it; rooms that still call are taken to do so until now."""
        for hours in self._hours:
            hours.to_ms = now_ms if hours.to_ms is None else hours.to_ms
        return Day(tuple(self._waits), tuple(self.stays.values()), tuple(self._hours), now_ms)

    def waiting(self, clinic: ClinicId) -> int:
        """How many wait at a clinic now."""
        return self._by_class(clinic).total()

    def is_open(self, ticket: TicketId) -> bool:
        """Whether that ticket's wait, or what followed it, is not over."""
        return ticket in self._open

    def came(self, visit: VisitId, serial: int, now_ms: int) -> None:
        """Somebody was checked in."""
        self.stays[visit] = Stay(serial, now_ms)

    def left(self, visit: Visit, now_ms: int) -> None:
        """Somebody's visit is over, or they were never there."""
        stay = self.stays[visit.id]
        stay.left_ms, stay.finished = now_ms, visit.state is VisitState.FINISHED

    def joined(self, ticket: Ticket, promised: Promised, serial: int, now_ms: int) -> None:
        """A ticket began to wait."""
        clinic = _clinic(ticket)
        there = self._by_class(clinic)
        why = Why.CHECK_IN if ticket.ordered_by is None else Why.ORDERED
        waited = Waited(
            serial=serial,
            ticket=ticket.id,
            service=ticket.service,
            clinic=clinic,
            priority=ticket.priority,
            why=Why.RETURNING if ticket.id in self._begun else why,
            joined_ms=now_ms,
            position=promised.position,
            expected=promised.expected,
            waiting=there.total(),
            waiting_by_class=dict(+there),
            rooms_open=promised.rooms_open,
        )
        self._waits.append(waited)
        self._open[ticket.id] = waited
        there[ticket.priority] += 1

    def called(self, ticket: Ticket, now_ms: int) -> None:
        """A ticket was called; the first call ends its wait."""
        self._by_class(_clinic(ticket))[ticket.priority] -= 1
        waited = self._open[ticket.id]
        waited.room = ticket.room
        waited.called_ms = now_ms if waited.called_ms is None else waited.called_ms

    def waits_again(self, ticket: Ticket) -> None:
        """A called ticket that nobody answered is in the queue again."""
        self._by_class(_clinic(ticket))[ticket.priority] += 1

    def started(self, ticket: Ticket, now_ms: int) -> None:
        """The patient is in the room."""
        self._begun.add(ticket.id)
        self._open[ticket.id].started_ms = now_ms

    def ended(self, ticket: Ticket, now_ms: int) -> None:
        """The stop is over, or its patient was sent for tests."""
        waited = self._open.pop(ticket.id)
        waited.ended_ms, waited.outcome = now_ms, ticket.state

    def changed_plan(self, ticket: TicketId, now_ms: int) -> None:
        """A waiting patient went to another stop first."""
        waited = self._open.pop(ticket)
        waited.ended_ms, waited.outcome = now_ms, TicketState.PLANNED
        self._by_class(waited.clinic)[waited.priority] -= 1

    def opened(self, room: RoomId, now_ms: int) -> None:
        """A room calls from now on."""
        self._hours.append(Hours(room, now_ms))

    def shut(self, room: RoomId, now_ms: int) -> None:
        """A room calls no more."""
        for hours in reversed(self._hours):
            if hours.room == room:
                hours.to_ms = now_ms
                return

    def _by_class(self, clinic: ClinicId) -> Counter[PriorityId]:
        return self._waiting.setdefault(clinic, Counter())


def _clinic(ticket: Ticket) -> ClinicId:
    if ticket.clinic is None:
        raise ValueError(f"{ticket.id} is in no clinic")
    return ticket.clinic
