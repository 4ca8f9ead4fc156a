"""What each view may see of a facility: from its state, or from one event in it, to the objects of that view.

Lives here: the views, Picture, and look, glance, name_of and difference.
May import: model, live.snapshot, live.public.
Never: decide what an object shows (live.public does), or keep anything.
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

import msgspec

from queueflow.live.public import (
    BoardClinic,
    BoardRoom,
    BoardTicket,
    ConsoleTicket,
    OpenPatient,
    PublicClinic,
    PublicRoom,
    PublicTicket,
    StaffClinic,
    StaffRoom,
    board_clinic,
    board_room,
    board_ticket,
    console_ticket,
    staff_clinic,
    staff_room,
    visit_clinic,
    visit_room,
    visit_ticket,
)
from queueflow.live.snapshot import Change, Snapshot
from queueflow.model.events import TicketPrioritised, TicketReleased, TicketSuspended
from queueflow.model.ids import ClinicId, RoomId, TicketId, VisitId
from queueflow.model.live_state import Place
from queueflow.model.ticket import Ticket, TicketState

K = TypeVar("K")
V = TypeVar("V")


class BoardView(msgspec.Struct, frozen=True, tag="board"):
    """What anybody in the waiting room may know. `clinics`: sorted, each once; empty: all of the facility.

    Of the tickets: those called or being served, and those that a clinic says are next.
    """

    clinics: tuple[ClinicId, ...] = ()

    def clinic(self, snapshot: Snapshot, clinic: ClinicId) -> BoardClinic | None:
        """A clinic as this view has it."""
        state = snapshot.clinics.get(clinic)
        return None if state is None or not self._has(clinic) else board_clinic(state)

    def room(self, snapshot: Snapshot, room: RoomId) -> BoardRoom | None:
        """A room that serves one of the clinics today."""
        state = snapshot.rooms.get(room)
        if state is None or (self.clinics and not any(clinic in self.clinics for clinic in state.clinics)):
            return None
        return board_room(state)

    def ticket(self, snapshot: Snapshot, ticket: TicketId, _: OpenPatient) -> BoardTicket | None:
        """A number that is on the board."""
        state = snapshot.tickets.get(ticket)
        if state is None or state.clinic is None or not self._has(state.clinic):
            return None
        if state.state is TicketState.WAITING:
            clinic = snapshot.clinics.get(state.clinic)
            return board_ticket(state) if clinic is not None and ticket in clinic.next else None
        return board_ticket(state) if state.state in _CALLED else None

    def tickets_touched(self, snapshot: Snapshot, change: Change) -> set[TicketId]:
        """The tickets that an event may have brought onto the board, changed there or taken from it."""
        tickets = set(change.tickets)
        for clinic, before in change.clinics.items():
            if self._has(clinic):
                now = snapshot.clinics.get(clinic)
                tickets.update(() if before is None else before.next, () if now is None else now.next)
        return tickets

    def _has(self, clinic: ClinicId) -> bool:
        return not self.clinics or clinic in self.clinics


class ConsoleView(msgspec.Struct, frozen=True, tag="console"):
    """One room's desk: the room, its clinics, and their tickets with patients.

    `clinics`: those that the room is set up for; they count while it serves none, so that whoever is about to open it
    sees who waits. Without a room: every room and clinic and no ticket, to choose a room by.
    """

    room_id: RoomId | None = None
    clinics: tuple[ClinicId, ...] = ()

    def clinic(self, snapshot: Snapshot, clinic: ClinicId) -> StaffClinic | None:
        """A clinic that the room serves."""
        state = snapshot.clinics.get(clinic)
        return None if state is None or not self._serves(snapshot, clinic) else staff_clinic(state)

    def room(self, snapshot: Snapshot, room: RoomId) -> StaffRoom | None:
        """The room."""
        state = snapshot.rooms.get(room)
        return None if state is None or self.room_id not in (None, room) else staff_room(state)

    def ticket(self, snapshot: Snapshot, ticket: TicketId, open_patient: OpenPatient) -> ConsoleTicket | None:
        """A ticket that somebody at this desk may have to do with: of its queues, or in its room."""
        state = snapshot.tickets.get(ticket)
        if state is None or self.room_id is None or state.state not in _AT_A_DESK:
            return None
        is_here = state.room == self.room_id and state.state in _CALLED
        if not is_here and (state.clinic is None or not self._serves(snapshot, state.clinic)):
            return None
        return _with_patient(snapshot, state, open_patient)

    def tickets_touched(self, snapshot: Snapshot, change: Change) -> set[TicketId]:
        """The tickets that an event may have brought to this desk, changed there or taken from it."""
        if self.room_id is None:
            return set()
        if self.serves_others(snapshot, change):
            return {*snapshot.tickets, *change.tickets}
        return set(change.tickets) | _of_visits(snapshot, change)

    def serves_others(self, snapshot: Snapshot, change: Change) -> bool:
        """Whether the room serves other clinics than before the event: another desk, as it were."""
        if self.room_id is None or self.room_id not in change.rooms:
            return False
        before, now = change.rooms[self.room_id], snapshot.rooms.get(self.room_id)
        return (before and before.clinics) != (now and now.clinics)

    def _serves(self, snapshot: Snapshot, clinic: ClinicId) -> bool:
        if self.room_id is None:
            return True
        room = snapshot.rooms.get(self.room_id)
        return clinic in (room.clinics if room is not None and room.clinics else self.clinics)


class FloorView(msgspec.Struct, frozen=True, tag="floor"):
    """The whole facility, for staff."""

    def clinic(self, snapshot: Snapshot, clinic: ClinicId) -> StaffClinic | None:
        """Any clinic."""
        state = snapshot.clinics.get(clinic)
        return None if state is None else staff_clinic(state)

    def room(self, snapshot: Snapshot, room: RoomId) -> StaffRoom | None:
        """Any room."""
        state = snapshot.rooms.get(room)
        return None if state is None else staff_room(state)

    def ticket(self, snapshot: Snapshot, ticket: TicketId, open_patient: OpenPatient) -> ConsoleTicket | None:
        """Any ticket of a visit under way that is neither done nor cancelled."""
        state = snapshot.tickets.get(ticket)
        return None if state is None else _with_patient(snapshot, state, open_patient)

    def tickets_touched(self, snapshot: Snapshot, change: Change) -> set[TicketId]:
        """The tickets that an event changed, and those of visits that it changed."""
        return set(change.tickets) | _of_visits(snapshot, change)


class VisitView(msgspec.Struct, frozen=True, tag="visit"):
    """One visit with its whole journey, and the clinics and rooms of it, for whoever has its link."""

    visit: VisitId


FacilityView = BoardView | ConsoleView | FloorView
"""The views that are made from a facility's state alone."""
View = FacilityView | VisitView


class Picture(msgspec.Struct, frozen=True):
    """The objects of a view: all of them, or those that may have changed; None is one that it has no more."""

    clinics: dict[ClinicId, PublicClinic | None]
    rooms: dict[RoomId, PublicRoom | None]
    tickets: dict[TicketId, PublicTicket | None]

    def __bool__(self) -> bool:
        return bool(self.clinics or self.rooms or self.tickets)


CLINIC_UPDATED: Final = "clinic.updated"
"""The name of what follows from no event, or from one that is not to be told here."""


_NOT_FOR_THE_WALL: Final = (TicketPrioritised, TicketReleased, TicketSuspended)
"""That somebody was put first, was sent for tests or has been paid for tells of an illness, an age or a purse."""


def name_of(view: FacilityView, change: Change) -> str:
    """What an event is called in a view."""
    return (
        CLINIC_UPDATED if isinstance(view, BoardView) and isinstance(change.event, _NOT_FOR_THE_WALL) else change.name
    )


def look(view: FacilityView, snapshot: Snapshot, open_patient: OpenPatient) -> Picture:
    """Everything that a view may see."""
    return Picture(
        {id_: seen for id_ in snapshot.clinics if (seen := view.clinic(snapshot, id_)) is not None},
        {id_: seen for id_ in snapshot.rooms if (seen := view.room(snapshot, id_)) is not None},
        {id_: seen for id_ in snapshot.tickets if (seen := view.ticket(snapshot, id_, open_patient)) is not None},
    )


def glance(view: FacilityView, snapshot: Snapshot, change: Change, open_patient: OpenPatient) -> Picture:
    """Everything that an event may have changed for a view, as it is after it; None where the view does not have it."""
    clinics = change.clinics
    if isinstance(view, ConsoleView) and view.serves_others(snapshot, change):
        clinics = {**snapshot.clinics, **clinics}
    return Picture(
        {id_: view.clinic(snapshot, id_) for id_ in clinics},
        {id_: view.room(snapshot, id_) for id_ in change.rooms},
        {id_: view.ticket(snapshot, id_, open_patient) for id_ in view.tickets_touched(snapshot, change)},
    )


def look_at_visit(
    snapshot: Snapshot, journey: Iterable[Ticket], place: Place | None, way: Sequence[TicketId]
) -> Picture:
    """Everything that a visit's view may see: its stops, and the clinics and rooms that these name.

    `way`: all of its stops in order.
    """
    picture = Picture({}, {}, {})
    for ticket in journey:
        picture.tickets[ticket.id] = visit_ticket(ticket, place, way)
        clinic = None if ticket.clinic is None else snapshot.clinics.get(ticket.clinic)
        if clinic is not None:
            picture.clinics[clinic.id] = visit_clinic(clinic)
        room = None if ticket.room is None else snapshot.rooms.get(ticket.room)
        if room is not None:
            picture.rooms[room.id] = visit_room(room)
    return picture


def difference(shown: Picture, now: Picture) -> Picture:
    """What must be told to whoever was shown one picture so that it agrees with another, whole or in part."""
    return Picture(
        _different(shown.clinics, now.clinics),
        _different(shown.rooms, now.rooms),
        _different(shown.tickets, now.tickets),
    )


def without(shown: Picture, now: Picture) -> Picture:
    """A whole picture, with None for whatever was shown before and is not in it."""
    return Picture(
        {**dict.fromkeys(shown.clinics), **now.clinics},
        {**dict.fromkeys(shown.rooms), **now.rooms},
        {**dict.fromkeys(shown.tickets), **now.tickets},
    )


def keep(shown: Picture, told: Picture) -> None:
    """Change what was shown by what was told, as a listener does."""
    _keep(shown.clinics, told.clinics)
    _keep(shown.rooms, told.rooms)
    _keep(shown.tickets, told.tickets)


_CALLED = frozenset({TicketState.CALLED, TicketState.SERVING})
_AT_A_DESK = _CALLED | {TicketState.WAITING, TicketState.NO_SHOW, TicketState.ON_HOLD, TicketState.SUSPENDED}


def _with_patient(snapshot: Snapshot, ticket: Ticket, open_patient: OpenPatient) -> ConsoleTicket:
    visit = snapshot.visits.get(ticket.visit)
    return console_ticket(ticket, visit, None if visit is None else open_patient(visit))


def _of_visits(snapshot: Snapshot, change: Change) -> set[TicketId]:
    """The tickets of the visits that an event changed: a language or a flag shows on each."""
    visits = (snapshot.visits.get(visit) for visit in change.visits)
    return {ticket for visit in visits if visit is not None for ticket in visit.tickets}


def _different(shown: dict[K, V | None], now: dict[K, V | None]) -> dict[K, V | None]:
    return {key: value for key, value in now.items() if shown.get(key) != value}


def _keep(shown: dict[K, V | None], told: dict[K, V | None]) -> None:
    for key, value in told.items():
        if value is None:
            shown.pop(key, None)
        else:
            shown[key] = value
