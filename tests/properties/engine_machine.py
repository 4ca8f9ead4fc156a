"""A machine of random days: every command of the engine, in any order, by workers whose clocks disagree."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from queueflow.model.commands import Call, CallNext, CallNextResult, Cancel, Command, Once, Order, TicketResult
from queueflow.model.errors import IdempotencyKeyReused
from queueflow.model.ids import ClinicId, PriorityId, RoomId, ServiceId, TicketId
from queueflow.model.priority import Balance
from queueflow.model.ticket import TRANSITIONS, TicketState
from tests.properties.acts import DECISION
from tests.properties.audit import hold
from tests.properties.driver import HOUR_MS, MIDNIGHT_MS, Refused, day_of
from tests.properties.kept import changed
from tests.properties.moves import MOVES
from tests.properties.own import Own
from tests.properties.setups import CLINICS, PRIORITIES, ROOMS, SETUPS

S = TicketState
NAME = st.integers(0, 23)
"""Which room, clinic or class: mostly one of those in force."""
SERVICE = st.sampled_from(("s1", "s2", "s3"))
ORDERS = st.lists(st.tuples(NAME, NAME, st.sampled_from((None, 1)), st.sampled_from(((), (), ("lab",)))), max_size=3)
"""Stops to come: clinic, class, group, what has to come first."""
POLICIES = st.integers(0, 1_000_000)
"""Which combination of policies the clinics and rooms have."""
PERSON = st.none() | st.integers(0, 4)


OrderDrawn = tuple[int, int, int | None, tuple[str, ...]]


def named(index: int, in_force: Sequence[str], all_names: Sequence[str]) -> str:
    """One of those in force; seldom any name, which may be gone or may never have been."""
    names = all_names if index >= 22 else in_force
    return names[index % len(names)]


class Rules(Own):
    """What happens on a random day."""

    def room(self, index: int) -> str:
        return named(index, sorted(self.kept.rooms), ROOMS)

    def clinic(self, index: int) -> str:
        return named(index, sorted(self.kept.clinics), CLINICS)

    def ready_room(self, index: int, clinic: str | None = None) -> str:
        """A room that can call somebody, perhaps of that clinic; any room where there is none, and seldom."""
        ready = [
            room.id
            for room in self.kept.room_states.values()
            if self.room_refuses(room.id, "call") is None
            and any(self.kept.line(one) for one in room.clinics if clinic in (None, one))
        ]
        return named(index, sorted(ready) or sorted(self.kept.rooms), ROOMS)

    @initialize(setup=st.sampled_from(sorted(SETUPS)), policies=POLICIES, crowd=st.lists(NAME, min_size=4, max_size=12))
    def a_hospital_opens(self, setup: str, policies: int, crowd: list[int]) -> None:
        self.publishes(setup, policies=policies)
        for room in sorted(self.kept.rooms):
            self.opens(room, (), "ab"[len(room + setup) % 2])
        for at, one in enumerate(crowd):
            self.somebody_comes(at + one, one)

    def somebody_comes(self, clinic: int, priority: int) -> None:
        """To one of the clinics in force, in one of its classes."""
        self.now_ms += 1000
        clinics, classes = sorted(self.kept.clinics), self.kept.classes
        kind = classes[priority % len(classes)].id
        self.checks_in(self.check_in_command([clinics[clinic % len(clinics)]], kind, Balance.FIRST))

    @rule(
        what=st.sampled_from(("attach", "publish", "publish", "publish", "clock", "merge", "merge", "merge", "hall")),
        choice=st.integers(0, 3),
        index=st.integers(0, 50),
        policies=POLICIES,
        once=st.booleans(),
    )
    def what_is_seldom(self, *, what: str, choice: int, index: int, policies: int, once: bool) -> None:
        """Other rules are published, a worker meets the store, visits are merged, the hall closes, a clock is off."""
        match what:
            case "merge":
                visits = sorted(self.kept.visits) or ["20260922-zzzzzzzzzzzzz"]
                self.merges(visits[index % len(visits)], visits[-1 - choice % len(visits)], once)
            case "hall":
                self.closes_the_hall(once)
            case "attach":
                self.attaches(("one", "two")[choice % 2])
            case "publish":
                self.publishes(sorted(SETUPS)[choice], once, policies=policies)
            case _:
                self.skew_ms = (0, 600_000, -600_000, -10 * HOUR_MS)[choice]

    @rule(
        clinics=st.lists(NAME, min_size=1, max_size=3),
        priority=NAME,
        balance=st.sampled_from(list(Balance)),
        person=PERSON,
        service=SERVICE,
        orders=ORDERS,
        once=st.booleans(),
    )
    def check_in(
        self,
        *,
        clinics: list[int],
        priority: int,
        balance: Balance,
        person: int | None,
        service: str,
        orders: list[OrderDrawn],
        once: bool,
    ) -> None:
        names = [self.clinic(one) for one in clinics]
        kind = named(priority, [one.id for one in self.kept.classes], PRIORITIES)
        rest = self.orders(orders) if once else ()
        command = self.check_in_command(names, kind, balance, person=person, service=service, orders=rest, once=once)
        self.checks_in(command)

    @rule(clinic=NAME, priorities=st.lists(NAME, min_size=2, max_size=4))
    def several_arrive(self, clinic: int, priorities: list[int]) -> None:
        for priority in priorities:
            self.somebody_comes(clinic, priority)

    @rule(room=NAME, once=st.booleans())
    def call_next(self, room: int, once: bool) -> None:
        self.calls_next(self.ready_room(room), once)

    @rule(
        room=NAME,
        minutes=st.integers(0, 30),
        then=st.sampled_from(("stays", "complete", "complete", "suspend", "transfer", "no-show", "requeue")),
        orders=ORDERS,
        other=NAME,
    )
    def a_patient_is_called(self, *, room: int, minutes: int, then: str, orders: list[OrderDrawn], other: int) -> None:
        if not self.somebody({S.WAITING}):
            self.somebody_comes(other, room)
        ticket = self.calls_next(self.ready_room(room))
        if ticket is None:
            return
        if then not in ("no-show", "requeue"):
            self.moves("start", ticket)
            self.now_ms += minutes * 60_000
        if then != "stays":
            self.make(then, ticket, orders, other)

    @rule(room=NAME, index=st.integers(0, 50), right=st.booleans(), once=st.booleans())
    def call(self, room: int, index: int, right: bool, once: bool) -> None:
        ticket = self.pick(index, {S.WAITING} if right else set(S))
        clinic = self.kept.tickets[ticket].clinic if ticket in self.kept.tickets else None
        self.calls(ticket, self.ready_room(room, clinic) if right else self.room(room), once)

    @rule(index=st.integers(0, 50), action=st.integers(0, 50), orders=ORDERS, other=NAME, once=st.booleans())
    def move(self, index: int, action: int, orders: list[OrderDrawn], other: int, once: bool) -> None:
        """A move that may follow, as evenly over the moves as there are tickets for them."""
        able = {one: self.able_to(one) for one in MOVES}
        moves = [one for one, tickets in able.items() if tickets]
        if not moves:
            self.somebody_comes(index, other)
            return
        chosen = moves[action % len(moves)]
        self.make(chosen, TicketId(able[chosen][index % len(able[chosen])]), orders, other, once=once)

    def able_to(self, action: str) -> list[str]:
        states = TRANSITIONS[action]
        tickets = sorted(one for one, state in self.states.items() if state in states)
        if action == "release":
            return [one for one in tickets if self.kept.tickets[one].waits_for]
        return tickets

    @rule(
        action=st.sampled_from(sorted(MOVES)),
        index=st.integers(0, 50),
        off=st.sampled_from((None, None, 0, -1, 1)),
        orders=ORDERS,
        other=NAME,
        once=st.booleans(),
    )
    def move_anyhow(
        self, *, action: str, index: int, off: int | None, orders: list[OrderDrawn], other: int, once: bool
    ) -> None:
        self.make(action, self.pick(index, set(S)), orders, other, off=off, once=once)

    def make(self, action: str, ticket: TicketId, orders: list[OrderDrawn], other: int, **more: Any) -> None:
        kind = named(other, [one.id for one in self.kept.classes], PRIORITIES)
        match action:
            case "transfer":
                wish = (None, f"room:{self.room(other)}", "practitioner:a", "practitioner:nobody")[other % 4]
                clinic = None if other % 5 == 1 else self.clinic(other // 2)
                self.transfers(ticket, clinic, kind if other % 3 else None, wish, **more)
            case "prioritise":
                self.moves(action, ticket, priority=PriorityId(kind), **more)
            case "release":
                waits_for = self.kept.tickets[ticket].waits_for if ticket in self.states else ()
                self.moves(action, ticket, what=waits_for[0] if waits_for and other % 5 else "nothing", **more)
            case "suspend":
                self.moves(action, ticket, orders=self.orders(orders), waits_for=("result",) * (other % 4 == 0), **more)
            case "complete":
                self.moves(action, ticket, orders=self.orders(orders) if other % 2 else (), **more)
            case _:
                self.moves(action, ticket, **more)

    def orders(self, drawn: list[OrderDrawn]) -> list[Order]:
        return [
            Order(
                service=ServiceId(f"test-{clinic % 3}"),
                candidates=(ClinicId(self.clinic(clinic)),),
                priority=PriorityId(named(priority, [one.id for one in self.kept.classes], PRIORITIES)),
                balance=Balance.SHORTEST_WAIT,
                decision=DECISION,
                group=group,
                waits_for=waits_for,
            )
            for clinic, priority, group, waits_for in drawn
        ]

    @rule(index=st.integers(0, 50), known=st.booleans(), off=st.sampled_from((None, None, 0, -1)), once=st.booleans())
    def undo(self, index: int, known: bool, off: int | None, once: bool) -> None:
        """Often the last of those whose move can be taken back."""
        moved = list(self.last_moves)[-3:]
        ticket = TicketId(moved[index % len(moved)]) if moved and known else self.pick(index, set(S))
        self.undoes(ticket, off=off, once=once)

    @rule(index=st.integers(0, 50), what=st.sampled_from(("defer", "defer", "give-up")), once=st.booleans())
    def a_patients_own_page(self, index: int, what: str, once: bool) -> None:
        """Mostly of somebody who waits."""
        visit = self.pick(index, {S.WAITING} if index % 4 else set(S)).rpartition("-")[0]
        if what == "defer":
            self.defers(visit, once)
        else:
            self.gives_up(visit, once)

    @rule(
        room=NAME,
        what=st.sampled_from(("open", "open", "open", "pause", "close")),
        clinics=st.lists(NAME, max_size=3),
        practitioner=st.sampled_from(("a", "b", None)),
        once=st.booleans(),
    )
    def room_changes(self, *, room: int, what: str, clinics: list[int], practitioner: str | None, once: bool) -> None:
        match what:
            case "open":
                self.opens(self.room(room), [self.clinic(one) for one in clinics], practitioner, once)
            case "pause":
                self.pauses(self.room(room), MIDNIGHT_MS if once else None, once)
            case _:
                self.closes(self.room(room), once)

    @precondition(lambda self: any(command.once for command, _ in self.sent))
    @rule(index=st.integers(0, 200), other=st.booleans(), later_s=st.integers(0, 3600))
    def repeat(self, index: int, other: bool, later_s: int) -> None:
        """A command comes again, later, perhaps with another body under its key."""
        keyed = [(command, answer) for command, answer in self.sent if command.once]
        command, answer = keyed[index % len(keyed)]
        assert command.once
        once = Once(command.once.key, "another body") if other else command.once
        now_ms = self.clock_ms + 1000 * later_s
        before = self.kept
        again = msgspec.structs.replace(command, once=once, now_ms=now_ms, day=day_of(now_ms))
        got = self.ground.run(self.answer(again))
        self.made["steps"] += 1
        self.look()
        hold("I11 a repetition changes nothing", before.raw == self.kept.raw, command, changed(before, self.kept))
        hold("I11 a repetition tells nothing", before.offset == self.kept.offset, command)
        if other:
            hold("I11 another body", got == Refused(IdempotencyKeyReused), command, got)
        elif isinstance(answer, msgspec.Struct):
            hold("I11 the same answer", got == msgspec.structs.replace(answer, replayed=True), command, got, answer)
        else:
            hold("I11 the same refusal", got == answer, command, got, answer)

    @rule(room=NAME, other=NAME, index=st.integers(0, 50), person=st.integers(0, 4))
    def at_once(self, room: int, other: int, index: int, person: int) -> None:
        """Several at the same instant: two rooms call next, one of them one ticket; one person is at two kiosks."""
        ticket = self.pick(index, {S.WAITING})
        clinics = [self.clinic(index), self.clinic(other)]
        ordinary = self.kept.classes[-1].id
        commands: list[Command] = [
            CallNext(room=RoomId(self.room(room)), **self.base()),
            CallNext(room=RoomId(self.room(other)), **self.base()),
            Call(ticket=ticket, room=RoomId(self.room(room)), **self.base()),
            Cancel(ticket=ticket, **self.base()),
            self.check_in_command(clinics, ordinary, Balance.SHORTEST_WAIT, person=person),
            self.check_in_command(clinics, ordinary, Balance.SHORTEST_WAIT, person=person),
        ]
        before, turning = self.kept, self.turns_day()
        got = self.ground.run(self.all_of(commands))
        for command, answer in zip(commands, got, strict=True):
            self.count(command, answer)
        self.look()
        if turning:
            self.day_was_closed(before)
        self.adopt()
        self.unforeseen |= self.changed_tickets(before)
        called = [one.called.ticket.id for one in got if isinstance(one, CallNextResult) and one.called]
        called += [one.ticket.id for one in got[2:3] if isinstance(one, TicketResult)]
        hold("I5 nobody is called twice", len(called) == len(set(called)), got)
        arrived = {one.ticket.id for one in got[-2:] if isinstance(one, TicketResult)}
        hold("B4 one ticket at two kiosks", len(arrived) <= 1, got)

    async def all_of(self, commands: list[Command]) -> list[object]:
        return await asyncio.gather(*(self.answer(command) for command in commands))

    @rule(seconds=st.sampled_from((1, 60, 60, 300, 600, 3600, 6 * 3600, 17 * 3600, 30 * 3600)), tick=st.booleans())
    def time_passes(self, seconds: int, tick: bool) -> None:
        self.now_ms += 1000 * seconds
        if tick:
            self.ticks()


class EngineMachine(Rules, RuleBasedStateMachine):
    """Random days as hypothesis makes them, and makes them small."""
