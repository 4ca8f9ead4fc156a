"""A small hall for the engine's tests: three clinics, three rooms, and a clock that only moves when told."""

import itertools
from dataclasses import dataclass, field
from typing import TypedDict, Unpack, cast

import msgspec

from queueflow.model.commands import (
    Attach,
    AttachResult,
    Call,
    CallNext,
    CallNextResult,
    Cancel,
    CheckIn,
    ClinicSetup,
    CloseDay,
    CloseRoom,
    Complete,
    DayResult,
    Defer,
    GiveUp,
    Hold,
    Merge,
    NoShow,
    Once,
    OpenRoom,
    Order,
    PauseRoom,
    Prioritise,
    PrioritySetup,
    Publish,
    PublishResult,
    Recall,
    Reinstate,
    Release,
    Reopen,
    Requeue,
    Resume,
    RoomResult,
    RoomSetup,
    Start,
    Suspend,
    Tick,
    TicketResult,
    TickResult,
    Transfer,
    Undo,
    VisitResult,
)
from queueflow.model.events import AnyEvent
from queueflow.model.facility import Reenter, Reentry
from queueflow.model.ids import (
    ClinicId,
    FacilityId,
    PersonRef,
    PractitionerId,
    PriorityId,
    RoomId,
    ServiceDay,
    ServiceId,
    TicketId,
    VisitId,
)
from queueflow.model.live_state import ClinicQueue, FacilityState
from queueflow.model.priority import Balance, ServingOrder
from queueflow.model.ticket import Decision, Ticket, TicketState
from queueflow.store.calls import Engine
from queueflow.store.client import Store
from queueflow.store.reads import Reads

FACILITY = FacilityId("test-hospital")
MORNING_MS = 1_790_035_200_000
"""Tuesday 22 September 2026, 07:00 in Lạng Sơn."""
DAY = ServiceDay("20260922")


END = Reenter(Reentry.END)
OLD_PLACE = Reenter(Reentry.OLD_PLACE)


def priority_class(
    name: str, share: int = 1, rate: float = 1.0, *, always_first: bool = False, for_returns: bool = False
) -> PrioritySetup:
    return PrioritySetup(
        id=PriorityId(name), share=share, rate=rate, always_first=always_first, for_returns=for_returns
    )


def room_setup(name: str, *clinics: str, places: int = 1) -> RoomSetup:
    return RoomSetup(id=RoomId(name), clinics=tuple(map(ClinicId, clinics)), places=places)


PRIORITIES = (
    priority_class("emergency", always_first=True),
    priority_class("priority", 2, 2.0),
    priority_class("ordinary"),
)


def clinic(
    name: str,
    series: str,
    order: ServingOrder = ServingOrder.STRICT,
    **reentry: Reenter,
) -> ClinicSetup:
    return ClinicSetup(
        id=ClinicId(name),
        series=series,
        order=order,
        reentry={
            "late": END,
            "requeued": END,
            "reinstated": END,
            "transferred": OLD_PLACE,
            "returned": END,
            "deferred": Reenter(Reentry.AFTER, 5),
            "handed_on": OLD_PLACE,
            **reentry,
        },
        service_mean_s=600.0,
        service_cv=0.5,
    )


CLINICS = (
    clinic("eye", "A"),
    clinic("ear", "B", order=ServingOrder.RATIO, requeued=Reenter(Reentry.AFTER, 3)),
    clinic("heart", "C", order=ServingOrder.ACCUMULATING, requeued=OLD_PLACE),
)
ROOMS = (
    room_setup("r1", "eye"),
    room_setup("r2", "ear", "eye"),
    room_setup("r3", "heart", places=2),
)


class More(TypedDict, total=False):
    if_revision: int
    reason: str


class Base(TypedDict):
    facility: FacilityId
    now_ms: int
    day: ServiceDay
    actor: str
    once: Once | None


def order(
    clinic: str, *candidates: str, priority: str = "ordinary", group: int | None = None, waits_for: tuple[str, ...] = ()
) -> Order:
    """A stop at one of those clinics, of a service named after the first."""
    return Order(
        service=ServiceId(clinic),
        candidates=tuple(map(ClinicId, (clinic, *candidates))),
        priority=PriorityId(priority),
        balance=Balance.SHORTEST_WAIT,
        decision=Decision(ruleset=1, rule="ordered"),
        group=group,
        waits_for=waits_for,
    )


@dataclass
class Hall:
    """Commands with what a test does not care about filled in."""

    store: Store
    now_ms: int = MORNING_MS
    day: ServiceDay = DAY
    counter: itertools.count = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.engine, self.reads = Engine(self.store), Reads(self.store)

    def base(self, once: str | None = None, fingerprint: str = "f") -> Base:
        """The common fields of a command, a second later than the last."""
        self.now_ms += 1000
        key = Once(once, fingerprint) if once else None
        return {"facility": FACILITY, "now_ms": self.now_ms, "day": self.day, "actor": "tester", "once": key}

    def later(self, seconds: float) -> None:
        self.now_ms += round(seconds * 1000)

    async def publish(
        self,
        clinics: tuple[ClinicSetup, ...] = CLINICS,
        rooms: tuple[RoomSetup, ...] = ROOMS,
        priorities: tuple[PrioritySetup, ...] = PRIORITIES,
        digest: str | None = None,
    ) -> PublishResult:
        digest = digest or f"digest-{next(self.counter)}"
        return await self.engine.publish(
            Publish(digest=digest, clinics=clinics, rooms=rooms, priorities=priorities, sources={}, **self.base())
        )

    async def attach(self, replication_id: str = "first", epoch: str = "epoch-1") -> AttachResult:
        return await self.engine.attach(Attach(replication_id=replication_id, epoch=epoch, **self.base()))

    async def check_in(
        self,
        clinic: str | tuple[str, ...] = "eye",
        priority: str = "ordinary",
        *,
        service: str = "exam",
        balance: Balance = Balance.FIRST,
        person: str | None = None,
        once: str | None = None,
        fingerprint: str = "f",
        nonce: str | None = None,
        then: tuple[Order, ...] = (),
        came_for: str | None = None,
        group: int | None = None,
        waits_for: tuple[str, ...] = (),
    ) -> TicketResult:
        candidates = (clinic,) if isinstance(clinic, str) else clinic
        return await self.engine.check_in(
            CheckIn(
                nonce=nonce or f"{next(self.counter):013d}",
                service=ServiceId(service),
                candidates=tuple(map(ClinicId, candidates)),
                priority=PriorityId(priority),
                balance=balance,
                decision=Decision(ruleset=1, rule="row-1"),
                language="vi",
                group=group,
                waits_for=waits_for,
                next=then,
                came_for=ServiceId(came_for) if came_for else None,
                person=PersonRef(person) if person else None,
                **self.base(once, fingerprint),
            )
        )

    async def open(
        self, room: str = "r1", clinics: tuple[str, ...] = (), practitioner: str | None = None
    ) -> RoomResult:
        command = OpenRoom(
            room=RoomId(room),
            clinics=tuple(map(ClinicId, clinics)),
            practitioner=PractitionerId(practitioner) if practitioner else None,
            **self.base(),
        )
        return await self.engine.open_room(command)

    async def pause(self, room: str = "r1", until_ms: int | None = None) -> RoomResult:
        return await self.engine.pause_room(PauseRoom(room=RoomId(room), until_ms=until_ms, **self.base()))

    async def close(self, room: str = "r1") -> RoomResult:
        return await self.engine.close_room(CloseRoom(room=RoomId(room), **self.base()))

    async def call_next(self, room: str = "r1", once: str | None = None) -> CallNextResult:
        return await self.engine.call_next(CallNext(room=RoomId(room), **self.base(once)))

    async def called(self, room: str = "r1") -> Ticket:
        """Call next and give the ticket; somebody must wait."""
        result = await self.call_next(room)
        assert result.called is not None
        return result.called.ticket

    async def call(self, ticket: TicketId, room: str = "r1", if_revision: int | None = None) -> TicketResult:
        command = Call(ticket=ticket, room=RoomId(room), if_revision=if_revision, **self.base())
        return await self.engine.call(command)

    async def recall(self, ticket: TicketId, **more: Unpack[More]) -> TicketResult:
        return await self.engine.recall(Recall(ticket=ticket, **more, **self.base()))

    async def start(self, ticket: TicketId, **more: Unpack[More]) -> TicketResult:
        return await self.engine.start(Start(ticket=ticket, **more, **self.base()))

    async def complete(self, ticket: TicketId, *orders: Order, **more: Unpack[More]) -> TicketResult:
        return await self.engine.complete(Complete(ticket=ticket, orders=orders, **more, **self.base()))

    async def suspend(
        self, ticket: TicketId, *orders: Order, waits_for: tuple[str, ...] = (), **more: Unpack[More]
    ) -> TicketResult:
        command = Suspend(ticket=ticket, orders=orders, waits_for=waits_for, **more, **self.base())
        return await self.engine.suspend(command)

    async def release(self, ticket: TicketId, what: str = "result", **more: Unpack[More]) -> TicketResult:
        return await self.engine.release(Release(ticket=ticket, what=what, **more, **self.base()))

    async def reopen(self, ticket: TicketId, **more: Unpack[More]) -> TicketResult:
        return await self.engine.reopen(Reopen(ticket=ticket, **more, **self.base()))

    async def merge(self, visit: VisitId, other: VisitId) -> VisitResult:
        return await self.engine.merge(Merge(visit=visit, other=other, **self.base()))

    async def give_up(self, visit: VisitId) -> VisitResult:
        return await self.engine.give_up(GiveUp(visit=visit, **self.base()))

    async def defer(self, visit: VisitId) -> TicketResult:
        return await self.engine.defer(Defer(visit=visit, **self.base()))

    async def close_day(self) -> DayResult:
        return await self.engine.close_day(CloseDay(**self.base()))

    async def tick(self) -> TickResult:
        return await self.engine.tick(Tick(**self.base()))

    async def no_show(self, ticket: TicketId, **more: Unpack[More]) -> TicketResult:
        return await self.engine.no_show(NoShow(ticket=ticket, **more, **self.base()))

    async def requeue(self, ticket: TicketId, **more: Unpack[More]) -> TicketResult:
        return await self.engine.requeue(Requeue(ticket=ticket, **more, **self.base()))

    async def cancel(self, ticket: TicketId, **more: Unpack[More]) -> TicketResult:
        return await self.engine.cancel(Cancel(ticket=ticket, **more, **self.base()))

    async def reinstate(self, ticket: TicketId, **more: Unpack[More]) -> TicketResult:
        return await self.engine.reinstate(Reinstate(ticket=ticket, **more, **self.base()))

    async def hold(self, ticket: TicketId, **more: Unpack[More]) -> TicketResult:
        return await self.engine.hold(Hold(ticket=ticket, **more, **self.base()))

    async def resume(self, ticket: TicketId, **more: Unpack[More]) -> TicketResult:
        return await self.engine.resume(Resume(ticket=ticket, **more, **self.base()))

    async def transfer(
        self,
        ticket: TicketId,
        clinic: str | None = "ear",
        priority: str | None = None,
        room: str | None = None,
        practitioner: str | None = None,
        **more: Unpack[More],
    ) -> TicketResult:
        command = Transfer(
            ticket=ticket,
            clinic=ClinicId(clinic) if clinic else None,
            priority=PriorityId(priority) if priority else None,
            room=RoomId(room) if room else None,
            practitioner=PractitionerId(practitioner) if practitioner else None,
            **more,
            **self.base(),
        )
        return await self.engine.transfer(command)

    async def prioritise(self, ticket: TicketId, priority: str = "priority", **more: Unpack[More]) -> TicketResult:
        command = Prioritise(ticket=ticket, priority=PriorityId(priority), **more, **self.base())
        return await self.engine.prioritise(command)

    async def undo(self, ticket: TicketId, **more: Unpack[More]) -> TicketResult:
        return await self.engine.undo(Undo(ticket=ticket, **more, **self.base()))

    async def board(self) -> FacilityState:
        return await self.reads.board(FACILITY, self.now_ms)

    async def queue(self, clinic: str = "eye") -> ClinicQueue:
        return await self.reads.queue(FACILITY, ClinicId(clinic), self.now_ms)

    async def numbers(self, clinic: str = "eye") -> list[str]:
        """The numbers that wait, in the order in which they would be called."""
        return [queued.ticket.number for queued in (await self.queue(clinic)).waiting]

    async def events(self) -> list[AnyEvent]:
        """The whole stream, with its offsets checked to be dense."""
        found = await self.store.redis.execute_command("XRANGE", f"qf:{{{FACILITY}}}:events", "-", "+")
        entries = cast("list[tuple[bytes, dict[bytes, bytes]]]", found)
        assert [entry for entry, _ in entries] == [b"%d-0" % n for n in range(1, len(entries) + 1)]
        return [msgspec.msgpack.decode(fields[b"e"], type=AnyEvent) for _, fields in entries]

    async def names(self) -> list[str]:
        return [str(event.__struct_config__.tag) for event in await self.events()]

    async def serve(self, room: str = "r1", seconds: float = 600) -> Ticket:
        """Call next, start, and complete after some seconds."""
        ticket = await self.called(room)
        await self.start(ticket.id)
        self.later(seconds)
        return (await self.complete(ticket.id)).ticket

    async def ticket_in(self, state: TicketState) -> Ticket:
        """A new ticket of clinic eye in that state, by the shortest way; room r1 is open."""
        ticket = (await self.check_in(person="p", service="exam")).ticket
        if state is TicketState.PLANNED:
            planned = order("other", "eye", waits_for=("result",))
            return (await self.check_in(person="p", service="other", then=(planned,))).journey[-1]
        if state is TicketState.CANCELLED:
            return (await self.cancel(ticket.id)).ticket
        if state is TicketState.ON_HOLD:
            return (await self.hold(ticket.id)).ticket
        if state is not TicketState.WAITING:
            ticket = (await self.call(ticket.id)).ticket
        if state is TicketState.NO_SHOW:
            ticket = (await self.no_show(ticket.id)).ticket
        if state in (TicketState.SERVING, TicketState.DONE):
            ticket = (await self.start(ticket.id)).ticket
        if state is TicketState.DONE:
            ticket = (await self.complete(ticket.id)).ticket
        if state is TicketState.SUSPENDED:
            await self.start(ticket.id)
            ticket = (await self.suspend(ticket.id, waits_for=("result",))).ticket
        return ticket
