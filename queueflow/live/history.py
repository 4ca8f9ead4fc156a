"""The last events of a facility with what each replaced: any moment in their span can be looked at again.

Lives here: History.
May import: model, live.snapshot.
Never: read the store; what it knows of the time before this worker is handed to it.
"""

from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Final

from queueflow.live.snapshot import Change, Snapshot
from queueflow.model.events import AnyEvent, RulesetPublished
from queueflow.model.live_state import FacilityState

SPAN: Final = 2_000
"""Events: some hours of a hospital's day."""


class History:
    """Bounded and without gaps. `floor` is the earliest offset that a listener can go on from."""

    def __init__(self, floor: int, span: int = SPAN) -> None:
        self._changes: deque[Change] = deque()
        self._span = span
        self.floor = floor

    def add(self, change: Change) -> None:
        """The next event; the oldest goes when there are too many."""
        self._changes.append(change)
        if len(self._changes) > self._span:
            self._changes.popleft()
            self.floor += 1

    def since(self, offset: int) -> tuple[Change, ...]:
        """The events after an offset, which is not below the floor."""
        return tuple(islice(self._changes, offset - self.floor, None))

    def rewound(self, snapshot: Snapshot, offset: int) -> Snapshot:
        """The snapshot as it was at an offset, which is not below the floor."""
        past = snapshot.copy()
        for change in reversed(self.since(offset)):
            past.undo(change)
        return past


def remembered(state: FacilityState, events: Sequence[AnyEvent], span: int = SPAN) -> History:
    """The history that led to a state, of its last events: for a worker that starts while listeners are under way.

    What an object was before its first event here is known only where that event made it. So the floor is the
    last first sight of anything older: from there on every moment can be told exactly.
    """
    first = state.offset - len(events)
    history = History(first, span=max(span, len(events)))
    past = Snapshot(FacilityState(epoch=state.epoch, offset=first, at_ms=0))
    seen: _Names = set()
    floor = first
    for offset, event in enumerate(events, first + 1):
        told, needed = _named(event)
        # New rules take places away without naming them, perhaps such as were never seen here.
        if needed - seen or isinstance(event, RulesetPublished):
            floor = offset
        seen |= told
        history.add(past.apply(offset, event))
    kept = History(floor, span)
    for change in history.since(floor):
        kept.add(change)
    return kept


_Names = set[tuple[str, str]]
"""Kinds and ids."""


def _named(event: AnyEvent) -> tuple[_Names, _Names]:
    """What an event tells of, and what has to be known from before for its change to be known whole."""
    told: _Names = {
        *(("clinic", clinic.id) for clinic in event.clinics),
        *(("room", room.id) for room in event.rooms),
        *(("ticket", ticket.id) for ticket in event.tickets),
        *(("visit", visit.id) for visit in event.visits),
    }
    made: _Names = {("ticket", ticket.id) for ticket in event.tickets if ticket.revision == 1}
    made |= {("visit", visit.id) for visit in event.visits if {("ticket", ticket) for ticket in visit.tickets} <= made}
    # Whether a visit stays depends on its other tickets too.
    others: _Names = {("ticket", ticket) for visit in event.visits for ticket in visit.tickets}
    return told, (told | others) - made
