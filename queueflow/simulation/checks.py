"""The promises that a day is held against, frame by frame: pure, fed by whoever keeps the feeds open.

Lives here: Promise, Broken, Ledger (what was checked and what broke), Chain, and FloorCheck.
May import: model, msgspec, simulation.feed.
Never: read a socket or the clock; the same frames always give the same verdict.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from queueflow.model.ticket import FINAL, TRANSITIONS, TicketState
from queueflow.simulation.feed import EventFrame, Frame, Gap, Heartbeat, Picture, SeenRoom, SeenTicket, SnapshotFrame

_MOST_KEPT: Final = 200


class Promise(StrEnum):
    """What must hold, in words for the report."""

    CHAIN = "no event lost or told twice"
    NUMBERS = "no number used twice"
    NO_HOLES = "numbers of a series without a hole"
    ONE_ROOM = "nobody called to two rooms"
    PLACES = "no room over its places"
    MOVES = "only moves of the table of states, each told once"
    ORDER = "called in the order of their class"
    FINAL = "everyone ends in a final state"
    ANSWERED = "what was answered was told"
    PICTURE = "the feed's picture is the server's"
    PRIVATE = "nothing personal on the board"


class Broken(msgspec.Struct, frozen=True):
    """A promise that did not hold, at which offset of which view."""

    promise: Promise
    view: str
    offset: int
    what: str


class Ledger:
    """How often each promise was checked, and where it broke; the first of those are kept in words."""

    def __init__(self) -> None:
        self.checked: dict[Promise, int] = dict.fromkeys(Promise, 0)
        self.broken: dict[Promise, int] = dict.fromkeys(Promise, 0)
        self.kept: list[Broken] = []

    def hold(self, promise: Promise, holds: bool, where: tuple[str, int], what: str) -> None:
        """Note one check, and what broke if it did not hold."""
        self.checked[promise] += 1
        if not holds:
            self.broken[promise] += 1
            if len(self.kept) < _MOST_KEPT:
                self.kept.append(Broken(promise, *where, what))

    @property
    def whole(self) -> bool:
        """Whether every promise held."""
        return not any(self.broken.values())


class Chain:
    """One view's frames follow each other without gap or double: `prev` is always the last frame's offset."""

    def __init__(self, view: str, ledger: Ledger) -> None:
        self._view = view
        self._ledger = ledger
        self._epoch = ""
        self._offset: int | None = None

    def take(self, frame: Frame) -> None:
        """Look at a frame. Raises Gap, after it was noted, so that the listener comes back for what it missed."""
        if isinstance(frame, SnapshotFrame):
            # A second snapshot of one epoch may not lead back: the screen would show the past as the present.
            if frame.epoch == self._epoch and self._offset is not None:
                self._note(frame.offset >= self._offset, frame.offset, "a snapshot led back")
            self._epoch, self._offset = frame.epoch, frame.offset
        elif isinstance(frame, EventFrame):
            follows = frame.prev == self._offset and frame.offset > frame.prev
            self._note(follows, frame.offset, f"came after {self._offset} and says it follows {frame.prev}")
            if not follows:
                raise Gap
            self._offset = frame.offset
        elif isinstance(frame, Heartbeat):
            # A heartbeat names the head of the whole facility, which may be ahead of this view and never behind it.
            self._note(frame.offset >= (self._offset or 0), frame.offset, f"the heartbeat is behind {self._offset}")

    def _note(self, holds: bool, offset: int, what: str) -> None:
        self._ledger.hold(Promise.CHAIN, holds, (self._view, offset), what)


_MOVES: Final = frozenset(
    {(before.value, after.value) for moves in TRANSITIONS.values() for before, after in moves.items()}
    # The visit's next stop begins to wait, one goes on after its tests, another of its group goes first by now, or a
    # check-in makes a stop.
    | {("planned", "waiting"), ("suspended", "waiting"), ("waiting", "planned"), ("", "waiting"), ("", "planned")}
)
_STAYS: Final = frozenset(
    {
        "ticket.recalled",
        "ticket.released",
        "ticket.replanned",
        "ticket.transferred",
        "ticket.prioritised",
        "ticket.undone",
        "visit.merged",
    }
)
"""Events after which a ticket may be in the state that it was in."""
_GONE_AFTER: Final = frozenset({TicketState.DONE.value, TicketState.CANCELLED.value})
_IN_A_ROOM: Final = frozenset({TicketState.CALLED.value, TicketState.SERVING.value})


class FloorCheck:
    """Holds every frame of a floor's feed against the promises. `places`: room -> patients at one time.

    Frames come here before they are drawn into `picture`, so that what was and what becomes can be compared.
    """

    def __init__(self, picture: Picture, places: Mapping[str, int], ledger: Ledger) -> None:
        self._picture = picture
        self._places = places
        self._ledger = ledger
        self._chain = Chain("floor", ledger)
        self._visit_of_number: dict[str, str] = {}
        self._called: dict[str, str] = {}
        self._order: dict[tuple[str, str], dict[str, None]] = {}
        self._whole = True
        self.revisions: dict[str, int] = {}
        self.open: set[str] = set()
        self.ended: dict[str, str] = {}

    def take(self, frame: Frame) -> None:
        """Look at a frame; raises Gap as Chain does."""
        self._chain.take(frame)
        if isinstance(frame, SnapshotFrame):
            self._begin(frame)
        elif isinstance(frame, EventFrame):
            self._event(frame)

    def finish(self, answered: Mapping[str, int]) -> None:
        """The day is over. `answered`: ticket -> the highest revision that a call was answered with."""
        where = ("floor", self._picture.offset)
        for ticket in sorted(self.open | set(answered)):
            ended = ticket not in self.open
            state = self._picture.tickets[ticket].state if ticket in self._picture.tickets else "gone"
            self._ledger.hold(Promise.FINAL, ended, where, f"ticket {ticket} is {state}")
        for ticket in self.ended:
            if ticket not in answered:
                self._ledger.hold(Promise.FINAL, True, where, "")
        for ticket, revision in answered.items():
            if self.ended.get(ticket) == "unseen":
                continue
            told = self.revisions.get(ticket, 0)
            what = f"ticket {ticket} was answered at revision {revision}, told at {told}"
            self._ledger.hold(Promise.ANSWERED, told >= revision, where, what)
        if self._whole:
            self._look_for_holes(where)

    def _begin(self, frame: SnapshotFrame) -> None:
        """A snapshot tells what is, not in which order it became so: order is checked for whoever comes later."""
        # Numbers of visits that ended before the snapshot are not in it, so holes mean nothing after one.
        self._whole = not self._visit_of_number and not frame.state.tickets
        self._order.clear()
        self._called.clear()
        fresh = Picture()
        fresh.take(frame)
        under_way = {name for name, ticket in fresh.tickets.items() if ticket.state not in FINAL}
        # Who was here before a later snapshot and is in it no more has ended unseen; only the server can say how.
        for name in self.open - fresh.tickets.keys():
            self.ended[name] = "unseen"
        self.open = under_way
        for name, ticket in fresh.tickets.items():
            self._look_at_number(name, ticket, frame.offset)
            self._look_at_room(name, ticket, frame.offset)
            if ticket.revision is not None:
                self.revisions[name] = ticket.revision
        for name in fresh.rooms:
            self._look_at_places(name, fresh.rooms, frame.offset)

    def _event(self, frame: EventFrame) -> None:
        after = Picture()
        after.take(frame)
        for name in frame.set.tickets:
            before, now = self._picture.tickets.get(name), after.tickets.get(name)
            self._look_at_move(name, before, now, frame)
            self._look_at_order(name, before, now, frame)
            if now is not None and frame.name == "visit.merged":
                # Two visits were one person's: what was the one's number is now the other's.
                self._visit_of_number[now.number] = now.visit or name
            elif now is not None:
                self._look_at_number(name, now, frame.offset)
            self._look_at_room(name, now, frame.offset)
        rooms = {**self._picture.rooms, **after.rooms}
        for name in after.rooms:
            self._look_at_places(name, rooms, frame.offset)

    def _look_at_move(self, name: str, before: SeenTicket | None, now: SeenTicket | None, frame: EventFrame) -> None:
        was = before.state if before else self.ended.get(name, "")
        if now is None:
            # A view forgets a ticket when it is over, so its last state is told by the event's name alone.
            state = "done" if frame.name == "ticket.completed" else "cancelled"
            self.ended[name] = state
            self.open.discard(name)
            self.revisions[name] = self.revisions.get(name, 0) + 1
        else:
            state = now.state
            self._look_at_revision(name, before, now, frame.offset)
            if state in FINAL:
                self.ended[name] = state
                self.open.discard(name)
            else:
                self.ended.pop(name, None)
                self.open.add(name)
        if was == state:
            # What a view says of the patient may change without the ticket; a move always raises the revision.
            moved = now is not None and before is not None and now.revision != before.revision
            if moved or frame.name == "ticket.recalled":
                what = f"ticket {name} was {was} already when {frame.name} was told"
                self._ledger.hold(Promise.MOVES, frame.name in _STAYS, ("floor", frame.offset), what)
            return
        holds = (was, state) in _MOVES or (frame.name in ("room.closed", "day.closed") and was not in _GONE_AFTER)
        if frame.name == "ticket.undone":
            holds = (state, was) in _MOVES
        what = f"ticket {name} went from {was or 'nothing'} to {state} by {frame.name}"
        self._ledger.hold(Promise.MOVES, holds, ("floor", frame.offset), what)

    def _look_at_revision(self, name: str, was: SeenTicket | None, now: SeenTicket, offset: int) -> None:
        if now.revision is None or (was is not None and was.revision == now.revision and was.state == now.state):
            return
        before = self.revisions.get(name, 0)
        what = f"ticket {name} went from revision {before} to {now.revision}"
        self._ledger.hold(Promise.MOVES, now.revision == before + 1, ("floor", offset), what)
        self.revisions[name] = now.revision

    def _look_at_order(self, name: str, before: SeenTicket | None, now: SeenTicket | None, frame: EventFrame) -> None:
        """Within a class of a clinic, who began to wait earlier is called earlier.

        Who came back to the queue stands where the clinic's policy says, so they are compared with nobody.
        """
        state = now.state if now else "gone"
        if before is not None and before.state == "waiting" and state != "waiting":
            line = self._order.get((before.clinic or "", before.priority or ""), {})
            if state == "called" and name in line:
                first = next(iter(line))
                what = f"ticket {name} was called before {first}, which has waited longer in its class"
                self._ledger.hold(Promise.ORDER, first == name, ("floor", frame.offset), what)
            line.pop(name, None)
        elif before is not None and before.state == "waiting" and frame.name != "ticket.issued":
            # Moved to another clinic or class, or within its own, by somebody who may.
            self._order.get((before.clinic or "", before.priority or ""), {}).pop(name, None)
        elif now is not None and state == "waiting" and frame.name == "ticket.issued":
            self._order.setdefault((now.clinic or "", now.priority or ""), {})[name] = None

    def _look_at_number(self, name: str, now: SeenTicket, offset: int) -> None:
        visit = now.visit or name
        holder = self._visit_of_number.setdefault(now.number, visit)
        what = f"number {now.number} is of visit {holder} and of {visit}"
        self._ledger.hold(Promise.NUMBERS, holder == visit, ("floor", offset), what)

    def _look_at_room(self, name: str, now: SeenTicket | None, offset: int) -> None:
        """A person is in one room at a time, whatever ticket they are there with."""
        visit = self._visit(name, now)
        if now is None or now.state not in _IN_A_ROOM:
            if self._called.get(visit, "").partition(" ")[0] == name:
                del self._called[visit]
            return
        here = f"{name} {now.room}"
        before = self._called.setdefault(visit, here)
        what = f"visit {visit} is called to {now.room} while {before} holds"
        self._ledger.hold(Promise.ONE_ROOM, before == here, ("floor", offset), what)

    def _visit(self, name: str, now: SeenTicket | None) -> str:
        ticket = now or self._picture.tickets.get(name)
        return (ticket.visit if ticket else None) or name

    def _look_at_places(self, name: str, rooms: Mapping[str, SeenRoom], offset: int) -> None:
        room = rooms[name]
        places = self._places.get(name, 1)
        what = f"room {name} of {places} holds {len(room.tickets)}"
        self._ledger.hold(Promise.PLACES, len(room.tickets) <= places, ("floor", offset), what)
        for ticket in room.tickets:
            others = [other for other, seen in rooms.items() if other != name and ticket in seen.tickets]
            what = f"ticket {ticket} is in {name} and in {', '.join(others)}"
            self._ledger.hold(Promise.ONE_ROOM, not others, ("floor", offset), what)

    def _look_for_holes(self, where: tuple[str, int]) -> None:
        series: dict[str, list[int]] = {}
        for number in self._visit_of_number:
            letters = number.rstrip("0123456789")
            if number != letters:
                series.setdefault(letters, []).append(int(number[len(letters) :]))
        for letters, counts in series.items():
            holes = max(counts) - min(counts) + 1 - len(counts)
            what = f"series {letters} runs from {min(counts)} to {max(counts)} with {holes} missing"
            self._ledger.hold(Promise.NO_HOLES, holes == 0, where, what)
