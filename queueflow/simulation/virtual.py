"""A hospital's day in virtual time: made-up patients and doctors, moved on by a heap of events, over the real engine.

Lives here: Hospital, which plays a day, and what it is given: Guest, Shift, Habits.
May import: model, msgspec, store.calls, .client, .reads and .stream, simulation.clock and .record.
Never: choose a clinic, an order or a place: each step is one command, and what comes of it is what the engine answers.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Final, TypedDict

import msgspec

from queueflow.model.commands import (
    CallNext,
    CheckIn,
    Complete,
    NoShow,
    OpenRoom,
    Order,
    PauseRoom,
    Publish,
    Recall,
    Release,
    Requeue,
    RoomSetup,
    Start,
    Suspend,
    Tick,
    TicketResult,
)
from queueflow.model.events import TicketReplanned
from queueflow.model.ids import FacilityId, PractitionerId, RoomId, ServiceDay, ServiceId, TicketId, VisitId
from queueflow.model.ticket import Ticket, TicketState, Wait
from queueflow.model.visit import Visit, VisitState
from queueflow.simulation.clock import dice
from queueflow.simulation.record import Day, Promised, Record
from queueflow.store.calls import Engine
from queueflow.store.client import Store
from queueflow.store.reads import Reads
from queueflow.store.stream import history

ACTOR: Final = "rehearsal"

Orders = Callable[[Visit, int], tuple[Order, ...]]
"""What a doctor orders for a visit, as it was at check-in, at an instant, ms."""


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who will come at `at_ms`, and all that chance has decided of them, so that two policies meet the same.

    `service`: what they come for. `check_in`: the command at that instant. `stays_ms`: by service, how long they will
    be served there, and how long again each time they return. `orders`: what the stop that they come for sends them
    for. `results_ms`: by a service that was ordered, how long after it its result comes, which the return waits for.
    """

    serial: int
    at_ms: int
    service: ServiceId
    check_in: Callable[[int], CheckIn]
    stays_ms: Mapping[ServiceId, tuple[int, ...]]
    orders: Orders | None = None
    results_ms: Mapping[ServiceId, int] = {}
    late: bool = False
    no_show: bool = False


class Shift(msgspec.Struct, frozen=True):
    """When a room opens and with whom, and its breaks: from, and for how long. Who is in hand is seen to first."""

    room: RoomId
    opens_ms: int
    practitioner: PractitionerId | None = None
    breaks_ms: tuple[tuple[int, int], ...] = ()


class Habits(msgspec.Struct, frozen=True):
    """How patients walk and doctors call; each walk is drawn between the two. Three calls at 40 s, as rooms.Habits has.

    `tick_ms`: how often the engine is told that time has passed; 0: never.
    """

    walk_ms: tuple[int, int] = (20_000, 60_000)
    recall_after_ms: int = 40_000
    calls: int = 3
    tick_ms: int = 30_000


AT_ONCE: Final = Habits(walk_ms=(0, 0), tick_ms=0)
"""For queueing theory: nobody walks, nothing is replanned."""


class Progress(msgspec.Struct, frozen=True):
    """How far a day is: the virtual instant, ms, and how many of the guests have come and have left."""

    now_ms: int
    come: int
    left: int


class _Room:
    """A room and its doctor: who is inside, whether it calls, and the break that is due."""

    def __init__(self, setup: RoomSetup, shift: Shift) -> None:
        self.setup = setup
        self.shift = shift
        self.inside: set[TicketId] = set()
        self.calls = False
        self.break_ms: int | None = None


class _Common(TypedDict):
    facility: FacilityId
    now_ms: int
    day: ServiceDay
    actor: str


class Hospital:
    """One day of one facility. `publish`: what the facility is; the day's commands are all of its service day.

    `until_ms`: nothing is played after it, whoever is left. The same arguments give the same day, to the millisecond.
    """

    def __init__(
        self,
        store: Store,
        publish: Publish,
        *,
        guests: Iterable[Guest],
        shifts: Iterable[Shift],
        habits: Habits,
        seed: int | str,
        until_ms: int,
    ) -> None:
        self._store, self._engine, self._reads = store, Engine(store), Reads(store)
        self._publish = publish
        self._habits = habits
        self._seed = seed
        self._until_ms = until_ms
        self._now_ms = publish.now_ms
        self._heap: list[tuple[int, int, Callable[[], Awaitable[None]]]] = []
        self._order = count()
        setups = {room.id: room for room in publish.rooms}
        self._rooms = {shift.room: _Room(setups[shift.room], shift) for shift in shifts}
        self._idle: dict[RoomId, None] = {}
        """Rooms with a place free and nobody to call, the longest idle first."""
        self._guests: dict[VisitId, Guest] = {}
        self._to_order: dict[VisitId, Visit] = {}
        """Visits that have not been sent for tests yet, as they were at check-in."""
        self._stays_ms: dict[VisitId, dict[ServiceId, tuple[int, ...]]] = {}
        self._starts: dict[TicketId, int] = {}
        self._calls: dict[TicketId, int] = {}
        self._record = Record()
        self._come = 0
        self._left: set[int] = set()
        self._expected = 0
        for room in self._rooms.values():
            self._at(room.shift.opens_ms, partial(self._open, room))
            for begins_ms, for_ms in room.shift.breaks_ms:
                self._at(begins_ms, partial(self._break_due, room, for_ms))
        for guest in guests:
            self._expected += 1
            self._at(guest.at_ms, partial(self._arrive, guest))
        if habits.tick_ms:
            self._at(publish.now_ms + habits.tick_ms, self._tick)

    async def play(self, told: Callable[[Progress], None] | None = None) -> Day:
        """Play the day to its end: everybody has come, and has left. Raises the model's errors, StoreUnavailable."""
        await self._engine.publish(self._publish)
        while self._heap and (self._come < self._expected or len(self._left) < len(self._record.stays)):
            at_ms, _, step = heappop(self._heap)
            if at_ms > self._until_ms:
                break
            self._now_ms = at_ms
            await step()
            if told is not None:
                told(Progress(at_ms, self._come, len(self._left)))
        return self._record.day(self._now_ms)

    def _at(self, at_ms: int, step: Callable[[], Awaitable[None]]) -> None:
        heappush(self._heap, (at_ms, next(self._order), step))

    def _after(self, for_ms: int, step: Callable[[], Awaitable[None]]) -> None:
        self._at(self._now_ms + for_ms, step)

    def _common(self) -> _Common:
        return {
            "facility": self._publish.facility,
            "now_ms": self._now_ms,
            "day": self._publish.day,
            "actor": ACTOR,
        }

    # Patients.

    async def _arrive(self, guest: Guest) -> None:
        self._come += 1
        result = await self._engine.check_in(guest.check_in(self._now_ms))
        visit = result.visit.id
        self._guests.setdefault(visit, guest)
        if not result.created:
            return
        self._stays_ms.setdefault(visit, {}).update(guest.stays_ms)
        if visit not in self._record.stays:
            self._record.came(visit, guest.serial, self._now_ms)
            if guest.orders is not None:
                self._to_order[visit] = result.visit
        if result.ticket.state is TicketState.WAITING:
            await self._joined(result.ticket, result.position, result.estimated_wait)

    async def _joined(self, ticket: Ticket, position: int | None, expected: Wait | None) -> None:
        """A ticket waits: free rooms of its clinic look up."""
        clinic = ticket.clinic
        if clinic is None or position is None or expected is None:
            raise ValueError(f"{ticket.id} waits without a clinic or a place")
        guest = self._guests[ticket.visit]
        rooms = sum(room.calls and clinic in room.setup.clinics for room in self._rooms.values())
        self._record.joined(ticket, Promised(position, expected, rooms), guest.serial, self._now_ms)
        for idle in [room for room in self._idle if clinic in self._rooms[room].setup.clinics]:
            if self._record.waiting(clinic):
                await self._call(self._rooms[idle])

    async def _went_on(self, visit: Visit) -> None:
        """What a visit of several stops does after one of them: the next may have begun to wait."""
        if visit.state in (VisitState.FINISHED, VisitState.CANCELLED):
            self._leave(visit)
        elif len(visit.tickets) > 1:
            found = await self._reads.visit(self._publish.facility, visit.id, self._now_ms)
            for ticket in found.journey:
                if ticket.state is TicketState.WAITING and not self._record.is_open(ticket.id) and found.place:
                    await self._joined(ticket, found.place.position, found.place.estimated_wait)

    def _leave(self, visit: Visit) -> None:
        self._left.add(self._guests[visit.id].serial)
        self._record.left(visit, self._now_ms)

    # Rooms.

    async def _open(self, room: _Room) -> None:
        await self._engine.open_room(
            OpenRoom(room=room.setup.id, practitioner=room.shift.practitioner, **self._common())
        )
        room.calls = True
        self._record.opened(room.setup.id, self._now_ms)
        await self._call(room)

    async def _break_due(self, room: _Room, for_ms: int) -> None:
        room.break_ms = for_ms
        await self._rest(room)

    async def _rest(self, room: _Room) -> None:
        """Begin the break that is due, once nobody is inside; who is inside keeps the room from calling."""
        if room.break_ms is None or room.inside or not room.calls:
            return
        until_ms = self._now_ms + room.break_ms
        room.break_ms = None
        room.calls = False
        self._idle.pop(room.setup.id, None)
        self._record.shut(room.setup.id, self._now_ms)
        await self._engine.pause_room(PauseRoom(room=room.setup.id, until_ms=until_ms, **self._common()))
        self._at(until_ms, partial(self._open, room))

    async def _call(self, room: _Room) -> None:
        """Fill a room's free places with whoever the engine says is next."""
        self._idle.pop(room.setup.id, None)
        while room.calls and room.break_ms is None and len(room.inside) < room.setup.places:
            called = None
            if any(self._record.waiting(clinic) for clinic in room.setup.clinics):
                result = await self._engine.call_next(CallNext(room=room.setup.id, **self._common()))
                called = result.called
            if called is None:
                self._idle[room.setup.id] = None
                return
            self._was_called(room, called.ticket)

    def _was_called(self, room: _Room, ticket: Ticket) -> None:
        guest = self._guests[ticket.visit]
        calls = self._calls[ticket.id] = self._calls.get(ticket.id, 0) + 1
        room.inside.add(ticket.id)
        self._record.called(ticket, self._now_ms)
        if guest.no_show or (guest.late and calls == 1):
            for recall in range(1, self._habits.calls):
                self._after(recall * self._habits.recall_after_ms, partial(self._recall, ticket.id))
            give_up = partial(self._give_up, room, ticket.id, no_show=guest.no_show)
            self._after(self._habits.calls * self._habits.recall_after_ms, give_up)
            return
        self._after(self._walk_ms(guest, ticket, calls), partial(self._start, room, ticket))

    def _walk_ms(self, guest: Guest, ticket: Ticket, calls: int) -> int:
        low, high = self._habits.walk_ms
        if low == high:
            return low
        return dice(f"{self._seed} {guest.serial} {ticket.service} {calls}").randint(low, high)

    async def _recall(self, ticket: TicketId) -> None:
        await self._engine.recall(Recall(ticket=ticket, **self._common()))

    async def _give_up(self, room: _Room, ticket: TicketId, *, no_show: bool) -> None:
        if no_show:
            result = await self._engine.no_show(NoShow(ticket=ticket, **self._common()))
            self._record.ended(result.ticket, self._now_ms)
            self._leave(result.visit)
        else:
            result = await self._engine.requeue(Requeue(ticket=ticket, **self._common()))
            self._record.waits_again(result.ticket)
        await self._vacated(room, ticket)

    async def _start(self, room: _Room, ticket: Ticket) -> None:
        await self._engine.start(Start(ticket=ticket.id, **self._common()))
        self._record.started(ticket, self._now_ms)
        stays = self._stays_ms[ticket.visit][ticket.service]
        before = self._starts.get(ticket.id, 0)
        self._starts[ticket.id] = before + 1
        self._after(stays[min(before, len(stays) - 1)], partial(self._end, room, ticket))

    async def _end(self, room: _Room, ticket: Ticket) -> None:
        result = await self._ended(ticket)
        self._record.ended(result.ticket, self._now_ms)
        result_ms = self._guests[ticket.visit].results_ms.get(ticket.service)
        if result_ms is not None and ticket.ordered_by is not None:
            self._after(result_ms, partial(self._release, ticket.ordered_by, ticket.service))
        await self._went_on(result.visit)
        await self._vacated(room, ticket.id)

    async def _ended(self, ticket: Ticket) -> TicketResult:
        guest, visit = self._guests[ticket.visit], self._to_order.get(ticket.visit)
        if visit is None or guest.orders is None or ticket.service != guest.service:
            return await self._engine.complete(Complete(ticket=ticket.id, **self._common()))
        del self._to_order[ticket.visit]
        orders = guest.orders(visit, self._now_ms)
        waits_for = tuple(order.service for order in orders if order.service in guest.results_ms)
        command = Suspend(ticket=ticket.id, orders=orders, waits_for=waits_for, **self._common())
        return await self._engine.suspend(command)

    async def _release(self, ticket: TicketId, what: ServiceId) -> None:
        result = await self._engine.release(Release(ticket=ticket, what=what, **self._common()))
        await self._went_on(result.visit)

    async def _vacated(self, room: _Room, ticket: TicketId) -> None:
        room.inside.discard(ticket)
        await self._rest(room)
        await self._call(room)

    async def _tick(self) -> None:
        """Let the engine replan, and find out from its stream who changed to another stop."""
        self._after(self._habits.tick_ms, self._tick)
        result = await self._engine.tick(Tick(**self._common()))
        if not result.replanned:
            return
        told = await history(self._store, self._publish.facility, result.offset - result.replanned, result.offset)
        for _, event in told or ():
            if isinstance(event, TicketReplanned):
                for ticket in event.tickets:
                    if ticket.state is TicketState.PLANNED:
                        self._record.changed_plan(ticket.id, self._now_ms)
                await self._went_on(event.visits[0])
