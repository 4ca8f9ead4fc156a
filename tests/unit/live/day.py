"""A made-up day: it moves people about as the engine would, and tells of it in the engine's events.

It keeps its own books, so that what the live room makes of the events can be compared with them.
"""

from typing import Any, cast

import msgspec
from hypothesis import strategies as st

from queueflow.model import events
from queueflow.model.appointment import Appointment, AppointmentState
from queueflow.model.facility import Clinic, Facility, Room, Service
from queueflow.model.ids import (
    AppointmentId,
    ClinicId,
    FacilityId,
    Number,
    PersonRef,
    PriorityId,
    RoomId,
    ScheduleId,
    ServiceDay,
    ServiceId,
    TicketId,
    VisitId,
)
from queueflow.model.live_state import ClinicState, FacilityState, Place, RoomState, RoomStatus, VisitRecord
from queueflow.model.patient import Patient
from queueflow.model.priority import PriorityClass
from queueflow.model.ticket import Decision, Ticket, TicketState, Wait
from queueflow.model.visit import Visit, VisitState

CANARY = "Nguyễn Văn Không Có"
"""Every patient's name, with the visit's nonce after it: it may be seen by staff alone."""
SECRETS = ("Nguyễn", "1958", "377", "pregnant", "emergency", "bs-hoang", "front-desk", "row-7", "cipher", "hash-of")
"""What must never be in a frame for the board or for a visit's link."""
MORNING_MS = 1_790_035_200_000
DAY = ServiceDay("20260922")
FACILITY = FacilityId("test-hospital")
CLINICS = EAR, EYE, HEART = ClinicId("ear"), ClinicId("eye"), ClinicId("heart")
ROOMS = {RoomId("r1"): (EYE,), RoomId("r2"): (EAR, EYE), RoomId("r3"): (HEART,)}
EXAM = ServiceId("exam")
NEXT = 2
_S = TicketState
_GONE = {_S.DONE, _S.CANCELLED}


def facility() -> Facility:
    """The facility as published."""
    return Facility(
        id=FACILITY,
        name={"en": "A hospital"},
        time_zone="Asia/Ho_Chi_Minh",
        languages=("vi",),
        services=(Service(id=EXAM, name={}),),
        clinics=tuple(Clinic(id=one, name={}, services=(EXAM,), series="A") for one in CLINICS),
        rooms=tuple(Room(id=one, name={}, clinics=served) for one, served in ROOMS.items()),
        priorities=(PriorityClass(id=PriorityId("emergency")), PriorityClass(id=PriorityId("ordinary"))),
    )


def open_patient(visit: Visit) -> Patient:
    """What the vault would give."""
    return Patient(name=f"{CANARY} {visit.id[9:]}", birth_date="1958-05-17", phone="0912345678")


class Day:
    """Queues are first come, first served; `told` is the stream."""

    def __init__(self, offset: int = 0, epoch: str = "epoch-1") -> None:
        self.epoch = epoch
        self.offset = self.first = offset
        self.now_ms = MORNING_MS
        self.tickets: dict[str, Ticket] = {}
        self.visits: dict[str, Visit] = {}
        self.rooms: dict[str, RoomState] = {room: RoomState(id=room, state=RoomStatus.CLOSED) for room in ROOMS}
        self.clinics: list[str] = list(CLINICS)
        self.told: list[events.AnyEvent] = []
        self._order = 0.0

    # What the store would answer.

    def state(self) -> FacilityState:
        under_way = {ticket.visit for ticket in self.tickets.values() if ticket.state not in _GONE}
        return FacilityState(
            epoch=self.epoch,
            offset=self.offset,
            at_ms=self.now_ms,
            day=DAY,
            version=1,
            clinics=tuple(self.clinic(one) for one in self.clinics),
            rooms=tuple(self.rooms.values()),
            visits=tuple(visit for visit in self.visits.values() if visit.id in under_way),
            tickets=tuple(ticket for ticket in self.tickets.values() if ticket.state not in _GONE),
        )

    def record(self, visit: str) -> VisitRecord:
        journey = tuple(self.tickets[ticket] for ticket in self.visits[visit].tickets)
        waiting = [ticket.id for ticket in journey if ticket.state is _S.WAITING]
        place = self.place(waiting[0]) if waiting else None
        return VisitRecord(self.epoch, self.offset, self.now_ms, self.visits[visit], journey, place)

    def place(self, ticket: TicketId) -> Place | None:
        if self.tickets[ticket].state is not _S.WAITING:
            return None
        position = self.queue(self.tickets[ticket].clinic or "").index(ticket) + 1
        return Place(ticket, position, Wait(300 * position, 600 * position))

    def queue(self, clinic: str) -> list[TicketId]:
        waiting = [one for one in self.tickets.values() if one.clinic == clinic and one.state is _S.WAITING]
        return [ticket.id for ticket in sorted(waiting, key=lambda one: one.order_at)]

    def clinic(self, clinic: str) -> ClinicState:
        queue = self.queue(clinic)
        classes = [self.tickets[ticket].priority for ticket in queue]
        return ClinicState(
            id=ClinicId(clinic),
            estimated_wait=Wait(300 * len(queue), 600 * len(queue)),
            service_mean_s=300.0,
            waiting=len(queue),
            rooms_open=sum(room.state is RoomStatus.OPEN and clinic in room.clinics for room in self.rooms.values()),
            by_priority={one: classes.count(one) for one in sorted(set(classes))},
            next=tuple(queue[:NEXT]),
        )

    def in_state(self, *states: TicketState) -> list[str]:
        return [ticket.id for ticket in self.tickets.values() if ticket.state in states]

    def in_room(self, state: RoomStatus, *, with_place: bool = False) -> list[str]:
        return [room.id for room in self.rooms.values() if room.state is state and not (with_place and room.tickets)]

    # What people do.

    def check_in(self, clinic: str = "eye", priority: str = "ordinary", *, planned: str | None = None) -> TicketId:
        """A new visit, with a second stop planned if that is asked for."""
        nonce = f"{len(self.visits):013d}"
        visit_id = VisitId(f"{DAY}-{nonce}")
        ids = tuple(TicketId(f"{visit_id}-{stop}") for stop in ((1, 2) if planned else (1,)))
        visit = Visit(
            id=visit_id,
            number=Number(f"A{len(self.visits):03d}"),
            day=DAY,
            state=VisitState.ARRIVED,
            opened_at_ms=self.now_ms,
            tickets=ids[:1],
            flags=("pregnant",),
            sealed="cipher-text",
            last3="377",
            person=PersonRef("hash-of-a-number"),
        )
        self.visits[visit_id] = visit
        self._issue(visit, ids[0], clinic, priority)
        if planned:
            self.visits[visit_id] = visit = msgspec.structs.replace(visit, tickets=ids)
            self._issue(visit, ids[1], planned, priority, is_planned=True)
        return ids[0]

    def call(self, ticket: str, room: str) -> None:
        self._move(
            ticket,
            _S.CALLED,
            room=RoomId(room),
            practitioner=self.rooms[room].practitioner,
            called_at_ms=self.now_ms,
            calls=self.tickets[ticket].calls + 1,
        )
        self._room(room, tickets=(*self.rooms[room].tickets, ticket))
        self._tell(events.TicketCalled, [ticket], [room])

    def recall(self, ticket: str) -> None:
        self._move(ticket, _S.CALLED, calls=self.tickets[ticket].calls + 1)
        self._tell(events.TicketRecalled, [ticket])

    def start(self, ticket: str) -> None:
        self._move(ticket, _S.SERVING, started_at_ms=self.now_ms)
        self._visit(ticket, VisitState.IN_PROGRESS)
        self._tell(events.TicketStarted, [ticket])

    def complete(self, ticket: str) -> None:
        room = self._leave(ticket)
        self._room(room, served=self.rooms[room].served + 1)
        self._move(ticket, _S.DONE, ended_at_ms=self.now_ms)
        began = self._go_on(ticket)
        self._tell(events.TicketCompleted, [ticket], [room])
        self._began(began)

    def no_show(self, ticket: str) -> None:
        room = self._leave(ticket)
        self._move(ticket, _S.NO_SHOW, ended_at_ms=self.now_ms)
        began = self._go_on(ticket)
        self._tell(events.TicketNoShow, [ticket], [room])
        self._began(began)

    def requeue(self, ticket: str) -> None:
        room = self._leave(ticket)
        self._wait(ticket)
        self._tell(events.TicketRequeued, [ticket], [room], reason="not-ready")

    def undo(self, ticket: str) -> None:
        """Who was done with, or had gone, waits again."""
        clinic = self.tickets[ticket].clinic or self.tickets[ticket].candidates[0]
        self._wait(ticket, clinic=clinic, started_at_ms=None, ended_at_ms=None)
        self._visit(ticket, VisitState.ARRIVED)
        self._tell(events.TicketUndone, [ticket])

    def prioritise(self, ticket: str) -> None:
        self._move(ticket, self.tickets[ticket].state, priority=PriorityId("emergency"), order_at=0.0)
        self._tell(events.TicketPrioritised, [ticket])

    def cancel(self, ticket: str) -> None:
        rooms = [self._leave(ticket)] if self.tickets[ticket].state is _S.CALLED else []
        self._move(ticket, _S.CANCELLED, ended_at_ms=self.now_ms)
        began = self._go_on(ticket)
        self._tell(events.TicketCancelled, [ticket], rooms)
        self._began(began)

    def open(self, room: str, clinics: tuple[str, ...] = (), practitioner: str = "bs-hoang") -> None:
        before = self.rooms[room].clinics
        self._room(room, state=RoomStatus.OPEN, practitioner=practitioner, clinics=clinics or ROOMS[RoomId(room)])
        self._tell(events.RoomOpened, [], [room], clinics=before)

    def pause(self, room: str) -> None:
        self._room(room, state=RoomStatus.PAUSED, paused_until_ms=self.now_ms + 600_000)
        self._tell(events.RoomPaused, [], [room])

    def close(self, room: str) -> None:
        before, called = self.rooms[room].clinics, self.rooms[room].tickets
        self._room(room, state=RoomStatus.CLOSED, practitioner=None, clinics=(), tickets=(), paused_until_ms=None)
        for ticket in called:
            self._wait(ticket)
            self._tell(events.TicketRequeued, [ticket], [room], reason="room-closed")
        self._tell(events.RoomClosed, [], [room], clinics=before)

    def book(self) -> None:
        booked = Appointment(
            id=AppointmentId(f"{DAY}-0123456789abc"),
            code="012345",
            schedule=ScheduleId("eye"),
            clinic=EYE,
            service=EXAM,
            start_ms=self.now_ms,
            end_ms=self.now_ms + 900_000,
            state=AppointmentState.BOOKED,
            booked_at_ms=self.now_ms,
            revision=1,
        )
        self._tell(events.AppointmentBooked, [], appointments=(booked,))

    def publish(self, without: str | None = None) -> None:
        """Another version of the rules, without one clinic that nobody waits for."""
        if without is not None:
            self.clinics.remove(without)
            for room, state in self.rooms.items():
                self._room(room, clinics=tuple(one for one in state.clinics if one != without))
        self._tell(events.RulesetPublished, [], list(self.rooms), clinics=tuple(self.clinics), version=2)

    def _issue(self, visit: Visit, ticket: TicketId, clinic: str, priority: str, *, is_planned: bool = False) -> None:
        self._order += 1
        self.tickets[ticket] = Ticket(
            id=ticket,
            visit=visit.id,
            number=visit.number,
            service=EXAM,
            priority=PriorityId(priority),
            state=_S.PLANNED if is_planned else _S.WAITING,
            issued_at_ms=self.now_ms,
            order_at=self._order,
            revision=1,
            clinic=None if is_planned else ClinicId(clinic),
            candidates=(ClinicId(clinic),),
            decision=Decision(1, "row-7", ("emergency",)),
        )
        self._tell(events.TicketIssued, [ticket])

    def _go_on(self, ticket: str) -> str | None:
        """The visit after one of its stops ended: its next planned stop, which begins to wait, or its end."""
        visit = self.visits[self.tickets[ticket].visit]
        journey = [self.tickets[one] for one in visit.tickets]
        if any(one.state in (_S.WAITING, _S.CALLED, _S.SERVING) for one in journey):
            return None
        for one in journey:
            if one.state is _S.PLANNED and one.candidates[0] in self.clinics:
                self._wait(one.id, clinic=one.candidates[0])
                return one.id
        if all(one.state in _GONE for one in journey):
            self._visit(ticket, VisitState.FINISHED)
        return None

    def _began(self, ticket: str | None) -> None:
        if ticket is not None:
            self._tell(events.TicketIssued, [ticket])

    def _wait(self, ticket: str, **changed: object) -> None:
        self._order += 1
        self._move(ticket, _S.WAITING, room=None, practitioner=None, called_at_ms=None, order_at=self._order, **changed)

    def _leave(self, ticket: str) -> str:
        room = self.tickets[ticket].room or ""
        self._room(room, tickets=tuple(one for one in self.rooms[room].tickets if one != ticket))
        return room

    def _move(self, ticket: str, state: TicketState, **changed: object) -> None:
        before = self.tickets[ticket]
        self.tickets[ticket] = msgspec.structs.replace(before, state=state, revision=before.revision + 1, **changed)

    def _visit(self, ticket: str, state: VisitState) -> None:
        visit = self.visits[self.tickets[ticket].visit]
        self.visits[visit.id] = msgspec.structs.replace(visit, state=state)

    def _room(self, room: str, **changed: object) -> None:
        before = self.rooms[room]
        self.rooms[room] = msgspec.structs.replace(before, revision=before.revision + 1, **changed)

    def _tell(
        self,
        kind: type[events.Event],
        tickets: list[str],
        rooms: list[str] | None = None,
        clinics: tuple[str, ...] = (),
        **more: Any,
    ) -> None:
        self.now_ms += 1000
        self.offset += 1
        touched = [*clinics, *(self.tickets[one].clinic for one in tickets)]
        touched += [one for room in rooms or [] for one in self.rooms[room].clinics]
        event = kind(
            at_ms=self.now_ms,
            day=DAY,
            actor="front-desk",
            tickets=tuple(self.tickets[one] for one in tickets),
            visits=tuple(self.visits[self.tickets[one].visit] for one in tickets),
            clinics=tuple(self.clinic(one) for one in dict.fromkeys(touched) if one in self.clinics),
            rooms=tuple(self.rooms[one] for one in rooms or []),
            **more,
        )
        self.told.append(cast("events.AnyEvent", event))


def move(day: Day, what: int, which: int) -> None:
    """One of the moves that can be made now, chosen by two numbers."""
    waiting, called = day.in_state(_S.WAITING), day.in_state(_S.CALLED)
    serving, open_rooms = day.in_state(_S.SERVING), day.in_room(RoomStatus.OPEN)
    free = [room for room in open_rooms if not day.rooms[room].tickets]
    callable_ = [(t, room) for room in free for t in waiting if day.tickets[t].clinic in day.rooms[room].clinics]
    unused = [one for one in day.clinics if not day.queue(one)]
    idle = [room for room in ROOMS if not any(ticket in serving for ticket in day.rooms[room].tickets)]
    moves: list[tuple[object, list]] = [
        (lambda clinic: day.check_in(clinic, "ordinary"), day.clinics),
        (lambda clinic: day.check_in(clinic, "emergency"), day.clinics),
        (lambda clinic: day.check_in(clinic, planned=day.clinics[0]), day.clinics),
        (lambda pair: day.call(*pair), callable_),
        (lambda pair: day.call(*pair), callable_),
        (day.recall, called),
        (day.prioritise, waiting),
        (day.start, called),
        (day.complete, serving),
        (day.no_show, called),
        (day.requeue, called),
        (day.cancel, [*waiting, *called, *day.in_state(_S.NO_SHOW, _S.PLANNED)]),
        (day.undo, [one for one in day.in_state(_S.DONE, _S.CANCELLED) if day.tickets[one].clinic in day.clinics]),
        (day.open, [room for room in ROOMS if room not in open_rooms]),
        (lambda pair: day.open(pair[0], (pair[1],)), [(room, one) for room in ROOMS for one in day.clinics]),
        (day.pause, open_rooms),
        (day.close, [room for room in idle if day.rooms[room].state is not RoomStatus.CLOSED]),
        (lambda _: day.publish(), [None] if what % 7 == 0 else []),
        (day.publish, unused if what % 11 == 0 and len(day.clinics) > 1 else []),
    ]
    possible = [(do, choices) for do, choices in moves if choices]
    do, choices = possible[what % len(possible)]
    do(choices[which % len(choices)])  # type: ignore[operator]


MOVES = st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 2**16)), max_size=60)
