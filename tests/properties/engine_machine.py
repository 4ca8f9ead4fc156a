"""A machine of random days: every command of the engine, in any order, by workers whose clocks disagree."""

import asyncio
from collections.abc import Sequence

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from queueflow.model.commands import Call, CallNext, CallNextResult, Cancel, Command, Once, TicketResult
from queueflow.model.errors import IdempotencyKeyReused
from queueflow.model.ids import RoomId
from queueflow.model.priority import Balance
from queueflow.model.ticket import TRANSITIONS, TicketState
from tests.properties.acts import MOVES, Acts
from tests.properties.audit import IN_ROOM, UNDER_WAY, hold
from tests.properties.driver import HOUR_MS, MIDNIGHT_MS, Refused, day_of
from tests.properties.kept import changed
from tests.properties.setups import CLINICS, PRIORITIES, ROOMS, SETUPS

S = TicketState
NAME = st.integers(0, 23)
"""Which room, clinic or class: mostly one of those in force."""
SERVICE = st.sampled_from(("s1", "s2", "s3"))
PERSON = st.none() | st.integers(0, 4)


def named(index: int, in_force: Sequence[str], all_names: Sequence[str]) -> str:
    """One of those in force; seldom any name, which may be gone or may never have been."""
    names = all_names if index >= 22 else in_force
    return names[index % len(names)]


class EngineMachine(Acts):
    """The rules."""

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

    @initialize(setup=st.sampled_from(sorted(SETUPS)))
    def a_hospital_opens(self, setup: str) -> None:
        self.publishes(setup)
        for room in sorted(self.kept.rooms):
            self.opens(room, (), "a")

    @rule(what=st.sampled_from(("attach", "publish", "clock")), choice=st.integers(0, 3), once=st.booleans())
    def what_is_seldom(self, what: str, choice: int, once: bool) -> None:
        """Other rules are published, a worker meets the store, a command comes from a worker with another clock."""
        match what:
            case "attach":
                self.attaches(("one", "two")[choice % 2])
            case "publish":
                self.publishes(sorted(SETUPS)[choice], once)
            case _:
                self.skew_ms = (0, 600_000, -600_000, -10 * HOUR_MS)[choice]

    @rule(
        clinics=st.lists(NAME, min_size=1, max_size=3),
        priority=NAME,
        balance=st.sampled_from(list(Balance)),
        person=PERSON,
        service=SERVICE,
        once=st.booleans(),
    )
    def check_in(
        self, *, clinics: list[int], priority: int, balance: Balance, person: int | None, service: str, once: bool
    ) -> None:
        names = [self.clinic(one) for one in clinics]
        kind = named(priority, [one.id for one in self.kept.classes], PRIORITIES)
        self.checks_in(self.check_in_command(names, kind, balance, person=person, service=service, once=once))

    @rule(clinic=NAME, priorities=st.lists(NAME, min_size=2, max_size=4))
    def several_arrive(self, clinic: int, priorities: list[int]) -> None:
        for priority in priorities:
            self.now_ms += 1000
            kind = self.kept.classes[priority % len(self.kept.classes)].id
            self.checks_in(self.check_in_command([self.clinic(clinic)], kind, Balance.FIRST))

    @rule(room=NAME, once=st.booleans())
    def call_next(self, room: int, once: bool) -> None:
        self.calls_next(self.ready_room(room), once)

    @rule(room=NAME, minutes=st.integers(0, 30))
    def a_patient_is_served(self, room: int, minutes: int) -> None:
        ticket = self.calls_next(self.ready_room(room))
        if ticket is not None:
            self.moves("start", ticket)
            self.now_ms += minutes * 60_000
            self.moves("complete", ticket)

    @rule(room=NAME, index=st.integers(0, 50), right=st.booleans(), once=st.booleans())
    def call(self, room: int, index: int, right: bool, once: bool) -> None:
        ticket = self.pick(index, {S.WAITING} if right else set(S))
        clinic = self.kept.tickets[ticket].clinic if ticket in self.kept.tickets else None
        self.calls(ticket, self.ready_room(room, clinic) if right else self.room(room), once)

    @rule(index=st.integers(0, 50), action=st.integers(0, 50), once=st.booleans())
    def move(self, index: int, action: int, once: bool) -> None:
        """A move that may follow, of somebody in a room if there is one."""
        ticket = self.pick(index, IN_ROOM if self.somebody(IN_ROOM) else UNDER_WAY)
        state = self.states.get(ticket, S.CALLED)
        moves = [one for one in MOVES if state in TRANSITIONS[one]]
        self.moves(moves[action % len(moves)] if moves else "complete", ticket, once=once)

    @rule(
        action=st.sampled_from(sorted(MOVES)),
        index=st.integers(0, 50),
        off=st.sampled_from((None, None, 0, -1, 1)),
        once=st.booleans(),
    )
    def move_anyhow(self, action: str, index: int, off: int | None, once: bool) -> None:
        self.moves(action, self.pick(index, set(S)), off=off, once=once)

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
        self.look()
        if turning:
            self.day_was_closed(before)
        self.adopt()
        called = [one.called.ticket.id for one in got if isinstance(one, CallNextResult) and one.called]
        called += [one.ticket.id for one in got[2:3] if isinstance(one, TicketResult)]
        hold("I5 nobody is called twice", len(called) == len(set(called)), got)
        arrived = {one.ticket.id for one in got[-2:] if isinstance(one, TicketResult)}
        hold("B4 one ticket at two kiosks", len(arrived) <= 1, got)

    async def all_of(self, commands: list[Command]) -> list[object]:
        return await asyncio.gather(*(self.answer(command) for command in commands))

    @rule(seconds=st.sampled_from((1, 1, 60, 60, 600, 600, 3600, 6 * 3600, 17 * 3600, 30 * 3600)))
    def time_passes(self, seconds: int) -> None:
        self.now_ms += 1000 * seconds
