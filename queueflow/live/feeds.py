"""One facility's feeds in this worker: its events come in, every audience is told, each view once.

Lives here: FacilityFeeds.
May import: model, msgspec, and the rest of live but the hub.
Never: wait for anything: what has to be read comes in as an argument (live.hub reads).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from queueflow.live import frames
from queueflow.live.audience import Audience, FacilityAudience, VisitAudience
from queueflow.live.close_codes import DRAINING, SLOW, UNAVAILABLE, CloseCode
from queueflow.live.frames import BoardAnswer, Frame, Press
from queueflow.live.history import History, remembered
from queueflow.live.listener import Listener, Wire
from queueflow.live.people import People
from queueflow.live.request import Since
from queueflow.live.snapshot import Change, Snapshot
from queueflow.live.views import BoardView, FacilityView, VisitView
from queueflow.model.days import rfc3339
from queueflow.model.errors import StoreUnavailable
from queueflow.model.events import AnyEvent
from queueflow.model.ids import TicketId, VisitId
from queueflow.model.live_state import FacilityState, Place, VisitRecord

SPREAD_MS: Final = 3_000
"""Over how long those come back who were sent away at one moment."""

_NOTHING = FacilityState(epoch="", offset=0, at_ms=0)


class FacilityFeeds:
    """The state, the history and the audiences of a facility.

    `now_ms`: the clock, Unix ms. `chance`: a number from 0 up to 1, another each time, that spreads those who come
    back. A listener joins between two events, so what it is shown and what it is told next leave no gap.
    """

    def __init__(self, press: Press, people: People, now_ms: Callable[[], int], chance: Callable[[], float]) -> None:
        self.is_live = False
        """Whether this is what the store holds; while it is not there are no heartbeats, so that screens know."""
        self.is_draining = False
        self._press = press
        self._people = people
        self._now_ms = now_ms
        self._chance = chance
        self._snapshot = Snapshot(_NOTHING)
        self._history = History(0)
        self._of_facility: dict[FacilityView, FacilityAudience] = {}
        self._of_visits: dict[VisitId, VisitAudience] = {}
        self._moved: set[VisitId] = set()
        self._outdated: set[VisitId] = set()
        self._listeners: dict[Listener, Audience] = {}

    @property
    def epoch(self) -> str:
        """The epoch of the state; empty before the first."""
        return self._snapshot.epoch

    @property
    def listening(self) -> int:
        """How many listen."""
        return len(self._listeners)

    @property
    def offset(self) -> int:
        """The head: the offset of the last event that came in."""
        return self._snapshot.offset

    def began(self, state: FacilityState, past: Sequence[AnyEvent]) -> None:
        """Another history, or the first: everybody gets a new snapshot. `past`: the events that led to the state.

        The listeners of visits hear nothing until their record is read again (`outdated`, `renew`).
        """
        self._snapshot, self._history = Snapshot(state), remembered(state, past)
        self._people.forget_all_but(())
        self._outdated = set(self._of_visits)
        self.is_live = True
        for audience in self._of_facility.values():
            audience.restart(self._snapshot)
            self._show(audience)

    def told(self, offset: int, event: AnyEvent) -> None:
        """The next event."""
        change = self._snapshot.apply(offset, event)
        self._history.add(change)
        was_away, self.is_live = not self.is_live, True
        for audience in self._of_facility.values():
            _hand_out(audience, audience.advance(self._snapshot, change))
            audience.forget(self._history.floor)
        self._tell_visits(change)
        for visit in change.visits:
            if visit not in self._snapshot.visits:
                self._people.forget(visit)
        if was_away:
            self.beat()

    def lost(self) -> None:
        """The store went away."""
        self.is_live = False

    def join(self, view: FacilityView, since: Since | None, wire: Wire) -> Listener:
        """Listen to a board, a console or the floor."""
        listener = self._listener(wire, coalesces=isinstance(view, BoardView))
        if self._may_enter(listener):
            audience = self._of_facility.get(view)
            if audience is None:
                audience = FacilityAudience(view, self._snapshot, self._press, self._people.open)
                self._of_facility[view] = audience
            self._enter(listener, audience, since)
        return listener

    def knows(self, visit: VisitId) -> bool:
        """Whether somebody listens to that visit, so that it need not be read again."""
        return visit in self._of_visits and visit not in self._outdated

    def join_visit(self, view: VisitView, record: VisitRecord | None, since: Since | None, wire: Wire) -> Listener:
        """Listen to a visit. `record`: as read a moment ago, None where the visit is known."""
        listener = self._listener(wire, coalesces=True)
        if not self._may_enter(listener):
            return listener
        if record is not None and not self.knows(view.visit) and self._can_follow(record):
            if view.visit in self._of_visits:
                self.renew(view.visit, record)
            else:
                after = self._after(record)
                self._of_visits[view.visit] = VisitAudience(view, self._snapshot, record, after, self._press)
        if self.knows(view.visit):
            self._enter(listener, self._of_visits[view.visit], since)
        else:
            self._send_away(listener, UNAVAILABLE)
        return listener

    def outdated(self) -> tuple[VisitId, ...]:
        """The visits with listeners that are still in the history before."""
        return tuple(self._outdated)

    def renew(self, visit: VisitId, record: VisitRecord) -> None:
        """This history's record of a visit."""
        if visit not in self._outdated:
            return
        if not self._can_follow(record):
            self.send_away(visit, UNAVAILABLE)
            return
        self._outdated.discard(visit)
        audience = self._of_visits[visit]
        audience.restart(self._snapshot, record, self._after(record))
        self._show(audience)

    def send_away(self, visit: VisitId, code: CloseCode) -> None:
        """The listeners of a visit that cannot be told any more."""
        audience = self._of_visits.get(visit)
        for listener in tuple(audience.listeners) if audience else ():
            self._send_away(listener, code)

    def leave(self, listener: Listener) -> None:
        """The listener is gone; the last of an audience takes it along."""
        audience = self._listeners.pop(listener, None)
        if audience is None:
            return
        del audience.listeners[listener]
        if audience.listeners:
            return
        if isinstance(audience, VisitAudience):
            visit = audience.view.visit
            del self._of_visits[visit]
            self._moved.discard(visit)
            self._outdated.discard(visit)
        elif isinstance(audience, FacilityAudience):
            del self._of_facility[audience.view]

    def moved(self) -> dict[VisitId, TicketId | None]:
        """The listened-to visits whose clinic or room changed since the last time, each with its ticket that waits."""
        moved = {visit: self._of_visits[visit].waiting for visit in self._moved - self._outdated}
        self._moved &= self._outdated
        return moved

    def put_off(self, moved: Iterable[VisitId]) -> None:
        """Those could not be read just now: they count as moved still."""
        self._moved.update(visit for visit in moved if visit in self._of_visits)

    def move(self, moved: Iterable[VisitId], places: Iterable[Place]) -> None:
        """Tell those visits where they stand now."""
        by_ticket = {place.ticket: place for place in places}
        for visit in moved:
            audience = self._of_visits.get(visit)
            if audience is not None and visit not in self._outdated:
                place = by_ticket.get(audience.waiting) if audience.waiting else None
                _hand_out(audience, audience.move(self._snapshot, place, self._now_ms()))

    def beat(self) -> None:
        """A heartbeat for everybody, encoded once."""
        if self.is_live and self._listeners:
            heartbeat = frames.heartbeat(self.offset, self._now_ms())
            for listener in tuple(self._listeners):
                listener.mention(heartbeat)

    def second(self) -> None:
        """Another second went by."""
        for listener in tuple(self._listeners):
            listener.second()

    def drain(self) -> None:
        """Send everybody away, and whoever comes from now on."""
        self.is_draining = True
        for listener in tuple(self._listeners):
            self._send_away(listener, DRAINING)

    def board(self, view: BoardView) -> bytes:
        """The board as JSON: epoch, offset, at, and the same state as in a feed's snapshot. Raises StoreUnavailable."""
        if not self.is_live:
            raise StoreUnavailable
        audience = self._of_facility.get(view)
        if audience is None:
            audience = FacilityAudience(view, self._snapshot, self._press, self._people.open)
        answer = BoardAnswer(self.epoch, audience.offset, rfc3339(self._now_ms()), audience.state())
        return msgspec.json.encode(answer)

    def _listener(self, wire: Wire, *, coalesces: bool) -> Listener:
        listener = Listener(wire, coalesces=coalesces, attend=self._attend)
        wire.begin(listener)
        return listener

    def _may_enter(self, listener: Listener) -> bool:
        if self.is_live and not self.is_draining:
            return True
        self._send_away(listener, DRAINING if self.is_draining else UNAVAILABLE)
        return False

    def _enter(self, listener: Listener, audience: Audience, since: Since | None) -> None:
        audience.listeners[listener] = None
        self._listeners[listener] = audience
        now_ms = self._now_ms()
        is_known = (
            since is not None
            and since.epoch == self.epoch
            and self._history.floor <= since.offset <= self._snapshot.offset
        )
        if since is None or not is_known:
            listener.show(audience.snapshot(self.epoch, now_ms))
            return
        missed = audience.since(since.offset, now_ms, self._snapshot, self._history)
        # What was missed may have been about somebody who has left since.
        self._people.forget_all_but(self._snapshot.visits)
        listener.resume(since.offset, missed, audience.offset)
        listener.mention(frames.heartbeat(self.offset, now_ms))

    def _attend(self, listener: Listener) -> None:
        audience = self._listeners.get(listener)
        if listener.session.is_slow:
            self._send_away(listener, SLOW)
        elif audience is not None:
            listener.show(audience.snapshot(self.epoch, self._now_ms()))

    def _show(self, audience: Audience) -> None:
        snapshot = audience.snapshot(self.epoch, self._now_ms())
        for listener in tuple(audience.listeners):
            listener.show(snapshot)

    def _send_away(self, listener: Listener, code: CloseCode) -> None:
        listener.end(code, frames.bye(code.reason, round(self._chance() * SPREAD_MS)))

    def _tell_visits(self, change: Change) -> None:
        for visit in {*change.visits, *(ticket.visit for ticket in change.event.tickets)}:
            audience = self._of_visits.get(visit)
            if audience is not None and visit not in self._outdated:
                _hand_out(audience, audience.advance(self._snapshot, change))
        for visit, audience in self._of_visits.items():
            audience.forget(self._history.floor)
            if audience.is_moved_by(change):
                self._moved.add(visit)

    def _can_follow(self, record: VisitRecord) -> bool:
        return record.epoch == self.epoch and record.offset >= self._history.floor

    def _after(self, record: VisitRecord) -> tuple[Change, ...]:
        """What came in while the record was on its way."""
        return self._history.since(min(record.offset, self._snapshot.offset))


def _hand_out(audience: Audience, frame: Frame | None) -> None:
    if frame is not None:
        for listener in tuple(audience.listeners):
            listener.tell(frame)
