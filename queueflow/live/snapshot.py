"""A facility's current state, fed event by event, and what each event replaced in it.

Lives here: Snapshot, Change.
May import: model.
Never: narrow what a view may see (live.views), or work out an order of the queue: the engine tells it.
"""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from queueflow.model.events import AnyEvent, RulesetPublished
from queueflow.model.ids import ClinicId, RoomId, TicketId, VisitId
from queueflow.model.live_state import ClinicState, FacilityState, RoomState
from queueflow.model.ticket import Ticket, TicketState
from queueflow.model.visit import Visit

K = TypeVar("K")
V = TypeVar("V")

_LEAVES = frozenset({TicketState.DONE, TicketState.CANCELLED})


class Change(msgspec.Struct, frozen=True):
    """One event and, for everything that it touched, what stood there before (None: nothing did)."""

    offset: int
    event: AnyEvent
    clinics: dict[ClinicId, ClinicState | None]
    rooms: dict[RoomId, RoomState | None]
    tickets: dict[TicketId, Ticket | None]
    visits: dict[VisitId, Visit | None]

    @property
    def name(self) -> str:
        """The event's name, as feeds carry it."""
        return str(self.event.__struct_config__.tag)


class Snapshot:
    """Every clinic and room, every ticket that is neither done nor cancelled, and the visits of those tickets.

    After `apply` of the events up to an offset it equals what the store would answer at that offset.
    """

    __slots__ = ("clinics", "epoch", "offset", "rooms", "tickets", "visits")

    def __init__(self, state: FacilityState) -> None:
        self.epoch = state.epoch
        self.offset = state.offset
        self.clinics = {clinic.id: clinic for clinic in state.clinics}
        self.rooms = {room.id: room for room in state.rooms}
        self.tickets = {ticket.id: ticket for ticket in state.tickets}
        self.visits = {visit.id: visit for visit in state.visits}

    def apply(self, offset: int, event: AnyEvent) -> Change:
        """Take in the event at the next offset; gives what it replaced."""
        change = Change(offset, event, {}, {}, {}, {})
        for ticket in event.tickets:
            change.tickets.setdefault(ticket.id, self.tickets.get(ticket.id))
            if ticket.state in _LEAVES:
                self.tickets.pop(ticket.id, None)
            else:
                self.tickets[ticket.id] = ticket
        for visit in event.visits:
            change.visits.setdefault(visit.id, self.visits.get(visit.id))
            self.visits[visit.id] = visit
        self._forget_visits({visit.id for visit in event.visits} | {ticket.visit for ticket in event.tickets}, change)
        if isinstance(event, RulesetPublished):
            # It tells of every clinic and room that there is: what it leaves out is no more.
            self._forget_places(event, change)
        for clinic in event.clinics:
            change.clinics.setdefault(clinic.id, self.clinics.get(clinic.id))
            self.clinics[clinic.id] = clinic
        for room in event.rooms:
            change.rooms.setdefault(room.id, self.rooms.get(room.id))
            self.rooms[room.id] = room
        self.offset = offset
        return change

    def undo(self, change: Change) -> None:
        """Take back the last event."""
        _restore(self.clinics, change.clinics)
        _restore(self.rooms, change.rooms)
        _restore(self.tickets, change.tickets)
        _restore(self.visits, change.visits)
        self.offset = change.offset - 1

    def copy(self) -> "Snapshot":
        """Another one, to wind back and forth while this goes on."""
        other = object.__new__(Snapshot)
        other.epoch = self.epoch
        other.offset = self.offset
        other.clinics = dict(self.clinics)
        other.rooms = dict(self.rooms)
        other.tickets = dict(self.tickets)
        other.visits = dict(self.visits)
        return other

    def _forget_visits(self, visits: Iterable[VisitId], change: Change) -> None:
        for visit_id in visits:
            visit = self.visits.get(visit_id)
            if visit is not None and not any(ticket in self.tickets for ticket in visit.tickets):
                change.visits.setdefault(visit_id, visit)
                del self.visits[visit_id]

    def _forget_places(self, event: RulesetPublished, change: Change) -> None:
        clinics = {clinic.id for clinic in event.clinics}
        rooms = {room.id for room in event.rooms}
        for clinic in [clinic for clinic in self.clinics if clinic not in clinics]:
            change.clinics[clinic] = self.clinics.pop(clinic)
        for room in [room for room in self.rooms if room not in rooms]:
            change.rooms[room] = self.rooms.pop(room)


def _restore(now: dict[K, V], before: dict[K, V | None]) -> None:
    for key, value in before.items():
        if value is None:
            now.pop(key, None)
        else:
            now[key] = value
