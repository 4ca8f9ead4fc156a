"""Everybody who sees the same view: what they were shown, and the frames that told them so.

Lives here: Audience, FacilityAudience, VisitAudience.
May import: model, live.views, live.frames, live.snapshot, live.history.
Never: write to a listener; an audience makes frames, live.feeds hands them out.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable
from itertools import takewhile

import msgspec

from queueflow.live import frames
from queueflow.live.frames import Frame, Press
from queueflow.live.history import History
from queueflow.live.listener import Listener
from queueflow.live.public import OpenPatient
from queueflow.live.snapshot import Change, Snapshot
from queueflow.live.views import (
    CLINIC_UPDATED,
    FacilityView,
    Picture,
    VisitView,
    difference,
    glance,
    keep,
    look,
    look_at_visit,
    name_of,
    without,
)
from queueflow.model.ids import TicketId
from queueflow.model.live_state import Place, VisitRecord
from queueflow.model.ticket import Ticket, TicketState


class Audience(ABC):
    """A picture, and the chain of frames that it adds up to, each encoded once for all the listeners.

    `offset`: of the chain's last frame, or where the view began; what the view is at the head it was there already.
    `floor`: from there on every frame that told of an event is kept.
    """

    def __init__(self, picture: Picture, offset: int, press: Press) -> None:
        self.listeners: dict[Listener, None] = {}
        self.picture = picture
        self.offset = self.floor = offset
        self._frames: deque[Frame] = deque()
        self._press = press
        self._state: msgspec.Raw | None = None

    def begin_again(self, picture: Picture, offset: int) -> None:
        """Another history than the one told so far."""
        self.picture, self.offset, self.floor, self._state = picture, offset, offset, None
        self._frames.clear()

    def state(self) -> msgspec.Raw:
        """The whole view, encoded once until it changes."""
        if self._state is None:
            self._state = self._press.encode(self.picture)
        return self._state

    def snapshot(self, epoch: str, at_ms: int) -> Frame:
        """The whole view at the offset of its last frame."""
        return frames.snapshot(epoch, self.offset, at_ms, self.state())

    @abstractmethod
    def since(self, offset: int, at_ms: int, snapshot: Snapshot, history: History) -> list[Frame]:
        """Every frame after an offset that the history reaches back to. `at_ms`: now."""

    def forget(self, floor: int) -> None:
        """Drop the frames that nobody can ask for any more."""
        while self._frames and self._frames[0].offset <= floor:
            self._frames.popleft()
        self.floor = max(self.floor, floor)

    def _tell(self, told: Picture, offset: int, at_ms: int, name: str) -> Frame | None:
        if not told:
            return None
        keep(self.picture, told)
        self._state = None
        frame = self._press.event(offset, self.offset, at_ms, name, told)
        self.offset = offset
        return frame

    def _kept_since(self, offset: int) -> list[Frame]:
        return list(takewhile(lambda frame: frame.offset > offset, reversed(self._frames)))[::-1]


class FacilityAudience(Audience):
    """The audience of a board, a console or the floor."""

    def __init__(self, view: FacilityView, snapshot: Snapshot, press: Press, open_patient: OpenPatient) -> None:
        super().__init__(look(view, snapshot, open_patient), snapshot.offset, press)
        self.view = view
        self._open_patient = open_patient

    def advance(self, snapshot: Snapshot, change: Change) -> Frame | None:
        """What an event changed here, None where it did not touch this view. `snapshot`: after the event."""
        seen = glance(self.view, snapshot, change, self._open_patient)
        name = name_of(self.view, change)
        frame = self._tell(difference(self.picture, seen), change.offset, change.event.at_ms, name)
        if frame is not None:
            self._frames.append(frame)
        return frame

    def restart(self, snapshot: Snapshot) -> None:
        """Begin at another history's state."""
        self.begin_again(look(self.view, snapshot, self._open_patient), snapshot.offset)

    def since(self, offset: int, at_ms: int, snapshot: Snapshot, history: History) -> list[Frame]:
        """Every frame after an offset that the history reaches back to.

        What was told before this audience came together is made up from the history, once: as if somebody had
        listened from then on.
        """
        if offset < self.floor:
            past = history.rewound(snapshot, offset)
            before = FacilityAudience(self.view, past, self._press, self._open_patient)
            for change in history.since(offset)[: self.floor - offset]:
                before.advance(past, past.apply(change.offset, change.event))
            self._frames.extendleft(reversed(before._frames))
            self.floor = offset
        return self._kept_since(offset)


class VisitAudience(Audience):
    """The audience of one visit: the patient's phone, and whomever they gave the link to."""

    def __init__(
        self, view: VisitView, snapshot: Snapshot, record: VisitRecord, later: Iterable[Change], press: Press
    ) -> None:
        self.view = view
        self._take_up(record, later)
        super().__init__(self._look(snapshot), snapshot.offset, press)

    @property
    def waiting(self) -> TicketId | None:
        """The stop whose place in a queue may move."""
        return next((id_ for id_, ticket in self._journey.items() if ticket.state is TicketState.WAITING), None)

    def is_moved_by(self, change: Change) -> bool:
        """Whether an event may have moved the visit's place, or changed a clinic or room that it shows."""
        clinics, rooms = self.picture.clinics.keys(), self.picture.rooms.keys()
        return not (clinics.isdisjoint(change.clinics) and rooms.isdisjoint(change.rooms))

    def advance(self, snapshot: Snapshot, change: Change) -> Frame | None:
        """What an event of this visit changed."""
        self._go_along(change)
        told = difference(self.picture, without(self.picture, self._look(snapshot)))
        frame = self._tell(told, change.offset, change.event.at_ms, change.name)
        if frame is not None:
            self._frames.append(frame)
        return frame

    def move(self, snapshot: Snapshot, place: Place | None, at_ms: int) -> Frame | None:
        """What changed by other people's moves: the place, the clinic."""
        self._place = place
        told = difference(self.picture, without(self.picture, self._look(snapshot)))
        return self._tell(told, snapshot.offset, at_ms, CLINIC_UPDATED)

    def restart(self, snapshot: Snapshot, record: VisitRecord, later: Iterable[Change]) -> None:
        """Begin at another history's state. `later`: what came in while the record was on its way."""
        self._take_up(record, later)
        self.begin_again(self._look(snapshot), snapshot.offset)

    def since(self, offset: int, at_ms: int, snapshot: Snapshot, history: History) -> list[Frame]:
        """Every frame after an offset that the history reaches back to, then one with the place as it is now."""
        if offset < self.floor:
            self._remember(offset, snapshot, history)
        now, picture = max(offset, self.offset), self._with_what_it_left(history.since(offset))
        return [*self._kept_since(offset), self._press.event(now, now, at_ms, CLINIC_UPDATED, picture)]

    def _remember(self, offset: int, snapshot: Snapshot, history: History) -> None:
        past = history.rewound(snapshot, offset)
        before: list[Frame] = []
        for change in history.since(offset)[: self.floor - offset]:
            past.apply(change.offset, change.event)
            stops = [ticket for ticket in change.event.tickets if ticket.visit == self.view.visit]
            if stops:
                told = look_at_visit(past, stops, None, self._way)
                before.append(self._press.event(change.offset, offset, change.event.at_ms, change.name, told))
        self._frames.extendleft(reversed(before))
        self.floor = offset

    def _with_what_it_left(self, changes: Iterable[Change]) -> Picture:
        """The picture, with None for clinics and rooms that the visit was at and is not any more."""
        named = Picture({}, {}, {})
        for change in changes:
            for ticket in (*change.event.tickets, *change.tickets.values()):
                if ticket is not None and ticket.visit == self.view.visit:
                    named.clinics.update({} if ticket.clinic is None else {ticket.clinic: None})
                    named.rooms.update({} if ticket.room is None else {ticket.room: None})
        return without(named, self.picture)

    def _look(self, snapshot: Snapshot) -> Picture:
        return look_at_visit(snapshot, self._journey.values(), self._place, self._way)

    def _take_up(self, record: VisitRecord, later: Iterable[Change]) -> None:
        self._journey: dict[TicketId, Ticket] = {ticket.id: ticket for ticket in record.journey}
        self._way = record.visit.tickets
        self._place = record.place
        for change in later:
            self._go_along(change)

    def _go_along(self, change: Change) -> None:
        for visit in change.event.visits:
            # What is ordered at a stop comes after it, before what was planned already; no stop is ever taken out.
            if visit.id == self.view.visit and len(visit.tickets) >= len(self._way):
                self._way = visit.tickets
        for ticket in change.event.tickets:
            known = self._journey.get(ticket.id)
            # The record may be ahead of the events that come in: it was read past them.
            if ticket.visit == self.view.visit and (known is None or ticket.revision >= known.revision):
                self._journey[ticket.id] = ticket
                if ticket.state is not TicketState.WAITING and self._place and self._place.ticket == ticket.id:
                    # Should it wait again, its place is another one, and not known yet.
                    self._place = None
