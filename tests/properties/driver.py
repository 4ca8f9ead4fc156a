"""What drives the real engine and sees after each command that every invariant holds.

It knows of each ticket only its state. Who is next is not known here: there is no second queue.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import redis

from queueflow.model.commands import Command, Once, TicketResult
from queueflow.model.errors import (
    NotAllowedInState,
    QueueflowError,
    RevisionMismatch,
    RoomNotOpen,
    UnknownRoom,
    UnknownTicket,
)
from queueflow.model.ids import ServiceDay, TicketId
from queueflow.model.live_state import RoomStatus
from queueflow.model.ticket import TRANSITIONS, Ticket, TicketState
from queueflow.store.calls import Engine
from queueflow.store.client import Store
from queueflow.store.reads import Reads
from tests.properties.audit import OVER, Auditor, board_is_fold, hold
from tests.properties.journeys import may_begin
from tests.properties.kept import Kept, changed
from tests.properties.setups import FACILITY

S = TicketState
T = TypeVar("T")
MIDNIGHT_MS = 1_790_035_200_000
"""00:00 UTC on 22 September 2026; the facility's days are UTC's here."""
HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Refused:
    """A refusal, to be compared with the one that was expected."""

    kind: type[QueueflowError]
    fields: tuple[tuple[str, object], ...] | None = ()
    """None where any will do."""

    def matches(self, expected: "Refused | None") -> bool:
        return expected is not None and self.kind is expected.kind and expected.fields in (None, self.fields)


ANYTHING = Refused(QueueflowError)
"""Expected of a command whose outcome is not foreseen: refused or not, the invariants hold."""


@dataclass(frozen=True)
class Moved:
    """What the last move of a ticket changed, as far as undo goes: each ticket before (None: it was not), and after."""

    at_ms: int
    day: str | None
    before: Mapping[str, Ticket | None]
    revisions: Mapping[str, int]


@dataclass
class Ground:
    """A running store with the library in it, and a loop: made once, used by every example on an empty database."""

    client: "redis.Redis"
    store: Store
    loop: asyncio.AbstractEventLoop
    engine: Engine = field(init=False)
    reads: Reads = field(init=False)

    def __post_init__(self) -> None:
        self.engine, self.reads = Engine(self.store), Reads(self.store)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)


def last_moved(ticket: Ticket) -> float:
    return max(
        ticket.issued_at_ms,
        ticket.order_at,
        ticket.called_at_ms or 0,
        ticket.started_at_ms or 0,
        ticket.ended_at_ms or 0,
    )


def day_of(at_ms: int) -> ServiceDay:
    return ServiceDay(datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y%m%d"))


class Driver:
    """`ground` is set on a subclass, and so is `made`: what was done so far, by all days of a run together."""

    ground: Ground
    made: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.ground.client.flushall()
        self.auditor = Auditor(self.ground.client, FACILITY)
        self.kept = Kept()
        self.states: dict[str, TicketState] = {}
        self.sent: list[tuple[Command, object]] = []
        self.last_moves: dict[str, Moved] = {}
        self.unforeseen: set[str] = set()
        """Tickets whose last move is not known to the last ticket."""
        self.now_ms = MIDNIGHT_MS + 7 * HOUR_MS
        self.skew_ms = 0
        self.serial = 0

    @property
    def clock_ms(self) -> int:
        """What the worker that sends the next command believes."""
        return self.now_ms + self.skew_ms

    def base(self, once: bool = False) -> dict[str, Any]:
        self.serial += 1
        return {
            "facility": FACILITY,
            "now_ms": self.clock_ms,
            "day": day_of(self.clock_ms),
            "actor": "machine",
            "once": Once(f"key-{self.serial}", f"body-{self.serial}") if once else None,
        }

    def turns_day(self) -> bool:
        """Whether the next command is the first of a later day, so that more may change than it asks for."""
        return self.kept.day is not None and day_of(self.clock_ms) > self.kept.day

    async def answer(self, command: Command) -> object:
        """The engine's result, or the refusal as a value."""
        try:
            return await self.method(command)(command)
        except QueueflowError as refusal:
            return Refused(type(refusal), tuple(sorted(refusal.fields.items())))

    def method(self, command: Command) -> Callable[[Any], Awaitable[object]]:
        name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in type(command).__name__)
        return getattr(self.ground.engine, name[1:])

    def send(self, command: Command, expected: Refused | None) -> Any:
        """The result of a command that must be refused as `expected` says or not at all; None when refused.

        On the first command of a later day nothing is expected: its own part is checked by the invariants alone.
        """
        turning, before = self.turns_day(), self.kept
        got = self.ground.run(self.answer(command))
        self.count(command, got)
        self.sent.append((command, got))
        self.look()
        if turning:
            self.day_was_closed(before)
            self.unforeseen |= self.changed_tickets(before)
            return None
        if expected is ANYTHING:
            self.adopt()
            self.left_others_alone(before, got)
            return None
        if isinstance(got, Refused):
            hold("refused as expected", got.matches(expected), command, got, expected)
            hold("I2 a refusal changes nothing", before.raw == self.kept.raw, command, changed(before, self.kept))
            hold("I2 a refusal tells nothing", before.offset == self.kept.offset, command)
            return None
        hold("refused as expected", expected is None, command, got, expected)
        hold("I12 the offset of the answer", getattr(got, "offset", None) == self.kept.offset, command, got)
        hold("not replayed", not getattr(got, "replayed", False), command, got)
        return got

    def count(self, command: Command, got: object) -> None:
        """One more step, of that command, refused or not."""
        self.made["steps"] += 1
        self.made[f"{type(command).__name__} {'refused' if isinstance(got, Refused) else 'done'}"] += 1

    def reentered(self, clinic: str | None, kind: str) -> None:
        """Somebody came back to a clinic by its policy for that kind of return."""
        self.made[f"{kind}: {self.kept.clinics[clinic or ''].reentry[kind].at}"] += 1

    def changed_tickets(self, before: Kept) -> set[str]:
        return {one.id for one in self.kept.tickets.values() if before.tickets.get(one.id) != one}

    def left_others_alone(self, before: Kept, about: object) -> None:
        """A move of one ticket touches no other visit."""
        visits = {self.kept.tickets[one].visit for one in self.changed_tickets(before)}
        hold("I8 others are left alone", len(visits) <= 1, visits, about)

    def moved(self, ticket: str, before: Kept) -> None:
        """A ticket made a move that can be taken back."""
        self.left_others_alone(before, ticket)
        changed_ids = self.changed_tickets(before)
        self.unforeseen.discard(ticket)
        self.last_moves[ticket] = Moved(
            at_ms=self.kept.last_ms,
            day=self.kept.day,
            before={one: before.tickets.get(one) for one in changed_ids},
            revisions={one: self.kept.tickets[one].revision for one in changed_ids},
        )

    def look(self) -> None:
        """Everything that must hold after any command."""
        before = self.kept
        self.kept = self.auditor.check()
        hold("M1 the clock", self.kept.last_ms >= before.last_ms, before.last_ms, self.kept.last_ms)
        hold("I8 nobody vanishes", before.tickets.keys() <= self.kept.tickets.keys(), before, self.kept)
        left = {wish for wish in before.present if wish not in self.kept.present}
        kept = (one for one in self.kept.tickets.values() if one.state is S.WAITING and one.wish)
        in_vain = [one for one in kept if f"{one.clinic}/{one.wish}" in left]
        hold("I8 nobody waits for who has left", not in_vain, in_vain)
        board = self.ground.run(self.ground.reads.board(FACILITY, self.kept.last_ms))
        board_is_fold(self.auditor.fold, board, self.kept)

    def became(self, changes: Mapping[str, TicketState], may_begin: Set[str] = frozenset()) -> None:
        """Those tickets, one of those that may begin, and no others, are in other states than before."""
        self.states.update(changes)
        now: dict[str, TicketState] = {ticket.id: ticket.state for ticket in self.kept.tickets.values()}
        began = {one for one in may_begin if now[one] is S.WAITING}
        hold("one stop begins", len(began) == min(1, len(may_begin)), began, may_begin)
        self.states.update(dict.fromkeys(began, S.WAITING))
        wrong = {one: state for one, state in now.items() if state is not self.states.get(one)}
        hold("the states", now == self.states, changes, wrong)

    def goes_on(self, visit: str, changes: Mapping[str, TicketState]) -> set[str]:
        """Which stops of a visit may begin once those changes are made."""
        stops = [self.kept.tickets[one] for one in self.kept.visits[visit].tickets]
        states: dict[str, TicketState] = {**self.states, **changes}
        return may_begin(stops, states, self.kept.clinics.keys())

    def day_was_closed(self, before: Kept) -> None:
        """I4: a visit that nobody has touched for half a day is over, as a whole; every other goes on."""
        for visit in before.visits.values():
            stops = [before.tickets[one] for one in visit.tickets if before.tickets[one].state not in OVER]
            if not stops or self.kept.last_ms - max(map(last_moved, stops)) <= 12 * HOUR_MS:
                continue
            for stop in stops:
                ended = S.DONE if stop.state is S.SERVING else S.CANCELLED
                hold("I4 who was left over is ended", self.kept.tickets[stop.id].state is ended, stop)
        self.adopt()

    def adopt(self) -> None:
        """Take the states as they are; the log has been checked to lead to them by legal moves."""
        self.states = {ticket.id: ticket.state for ticket in self.kept.tickets.values()}

    def journey(self, visit: str) -> dict[str, TicketState]:
        return {ticket: self.states[ticket] for ticket in self.kept.visits[visit].tickets}

    def somebody(self, states: Set[TicketState]) -> bool:
        return not states.isdisjoint(self.states.values())

    def pick(self, index: int, states: Set[TicketState]) -> TicketId:
        """Some ticket, if there is one in one of the states; else one that never was."""
        ids = sorted(one for one, state in self.states.items() if state in states)
        return TicketId(ids[index % len(ids)]) if ids else TicketId(f"{day_of(self.clock_ms)}-zzzzzzzzzzzzz-1")

    def move_refuses(self, action: str, ticket: str, revision: int | None) -> Refused | None:
        state = self.states.get(ticket)
        if state is None:
            return Refused(UnknownTicket)
        actual = self.kept.tickets[ticket].revision
        if revision not in (None, actual):
            return Refused(RevisionMismatch, (("revision", actual),))
        if state not in TRANSITIONS[action]:
            return Refused(NotAllowedInState, (("action", action), ("state", state)))
        return None

    def room_refuses(self, room: str, action: str) -> Refused | None:
        if room not in self.kept.rooms:
            return Refused(UnknownRoom)
        state = self.kept.room(room)
        if state.state is not RoomStatus.OPEN:
            return Refused(RoomNotOpen, (("state", state.state),))
        if len(state.tickets) >= self.kept.rooms[room].places:
            return Refused(NotAllowedInState, (("action", action), ("state", "occupied")))
        return None

    def placed(self, result: TicketResult) -> None:
        """A waiting ticket's place in the answer is its place in the queue that staff see."""
        ticket = result.ticket
        if ticket.state is not S.WAITING or ticket.clinic is None:
            hold("a place only while it waits", result.position is None and result.estimated_wait is None, result)
            return
        queue = self.ground.run(self.ground.reads.queue(FACILITY, ticket.clinic, self.kept.last_ms))
        order = [queued.ticket.id for queued in queue.waiting]
        everybody = {one for _, line in self.kept.line(ticket.clinic).items() for one, _ in line}
        hold("I8 the queue shows everybody once", len(order) == len(set(order)) and set(order) == everybody, order)
        shown, position = order.index(ticket.id) + 1, result.position or 0
        hold("position", position == shown if min(shown, position) <= 8 else position > 8, result, shown)
        wait = result.estimated_wait
        hold("wait", wait is not None and 0 <= wait.p50_s <= wait.p90_s, result)
