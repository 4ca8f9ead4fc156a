"""Random bookings, moves, arrivals and ticks: counts equal what they count, and the events alone tell all of it."""

import random
from collections import Counter
from typing import Any, cast

import msgspec
import pytest

from queueflow.model.appointment import Appointment, AppointmentState
from queueflow.model.errors import QueueflowError
from queueflow.model.ids import AppointmentId
from tests.store.booking import DAY_MS, HALF_PAST_8, LENGTH_MS, SCHEDULES, TOMORROW, Desk
from tests.store.hall import DAY, FACILITY, Hall

STEPS = 200
PERSONS = [f"p{n}" for n in range(12)]
PLACES: dict[str, int] = {one.id: one.places + one.overbook for one in SCHEDULES}


class Hands:
    """Does one random thing after the other at a desk."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.dice = random.Random(seed)
        self.known: list[Appointment] = []

    async def act(self) -> None:
        acts = [self.book, self.move, self.cancel, self.arrive, self.tick, self.serve]
        (act,) = self.dice.choices(acts, [6, 4, 2, 4, 2, 2])
        await act()

    def _where(self) -> tuple[int, tuple[str, ...], dict[str, Any]]:
        day = self.dice.random() < 0.3
        start = HALF_PAST_8 + self.dice.randrange(6) * LENGTH_MS + day * DAY_MS
        schedules = self.dice.sample(["eye-any", "eye-lan"], self.dice.choice([1, 2]))
        return start, tuple(schedules), {"on": TOMORROW if day else DAY}

    def _one(self) -> AppointmentId:
        return self.dice.choice(self.known).id if self.known else AppointmentId(f"{DAY}-0000000000000")

    async def book(self) -> None:
        start, schedules, more = self._where()
        person = self.dice.choice([*PERSONS, None])
        overbook = self.dice.random() < 0.3
        result = await self.desk.book(start, *schedules, person=person, overbook=overbook, **more)
        self.known.append(result.appointment)

    async def move(self) -> None:
        start, schedules, more = self._where()
        self.known.append((await self.desk.move(self._one(), start, *schedules, **more)).appointment)

    async def cancel(self) -> None:
        await self.desk.cancel(self._one())

    async def arrive(self) -> None:
        named = self.dice.choice(self.known) if self.known and self.dice.random() < 0.3 else None
        appointment = None if named is None else self.dice.choice([named.id, named.code])
        service = self.dice.choice([None, None, "exam", "heart"])
        await self.desk.arrive(self.dice.choice([*PERSONS, None]), appointment=appointment, service=service)

    async def tick(self) -> None:
        self.desk.hall.later(self.dice.choice([10, 200, 900]))
        await self.desk.hall.tick()

    async def serve(self) -> None:
        called = (await self.desk.hall.call_next(self.dice.choice(["r1", "r3"]))).called
        if called is not None:
            await self.desk.hall.start(called.ticket.id)
            await self.desk.hall.complete(called.ticket.id)


async def kept(hall: Hall, kind: str, day: str = "") -> dict[bytes, bytes]:
    key = f"qf:{{{FACILITY}}}:{kind}{':' if day else ''}{day}"
    return cast("dict[bytes, bytes]", await hall.store.redis.hgetall(key))


async def checked(desk: Desk) -> dict[str, Appointment]:
    """What there is, with all that is kept beside it compared."""
    hall = desk.hall
    there: dict[str, Appointment] = {}
    for day in (DAY, TOMORROW):
        appointments = await desk.day(day)
        there |= {one.id: one for one in appointments}
        held = [one for one in appointments if one.state in (AppointmentState.BOOKED, AppointmentState.CHECKED_IN)]
        counted = Counter(f"{one.schedule}@{one.start_ms}" for one in held)
        taken = {slot.decode(): int(count) for slot, count in (await kept(hall, "taken", day)).items() if int(count)}
        assert taken == counted
        assert all(count <= PLACES[slot.partition("@")[0]] for slot, count in taken.items())
        found = await kept(hall, "bookings", day)
        by_code = {name[5:].decode(): id_.decode() for name, id_ in found.items() if name.startswith(b"code:")}
        not_cancelled = [one for one in appointments if one.state is not AppointmentState.CANCELLED]
        assert by_code == {one.code: one.id for one in not_cancelled}
        of_person: dict[str, list[str]] = {
            name.decode(): sorted(msgspec.msgpack.decode(ids))
            for name, ids in found.items()
            if not name.startswith(b"code:")
        }
        expected: dict[str, list[str]] = {}
        for one in sorted(not_cancelled, key=lambda one: one.id):
            if one.person:
                expected.setdefault(one.person, []).append(one.id)
        assert of_person == expected
    waiting = cast("list[bytes]", await hall.store.redis.zrange(f"qf:{{{FACILITY}}}:releases", 0, -1))
    booked = {one.id for one in there.values() if one.state is AppointmentState.BOOKED}
    assert {id_.decode() for id_ in waiting} == booked
    return there


async def told(hall: Hall) -> dict[str, Appointment]:
    """What the events alone say that there is."""
    return {one.id: one for event in await hall.events() for one in event.appointments}


async def head(hall: Hall) -> int:
    return await hall.store.redis.xlen(f"qf:{{{FACILITY}}}:events")


@pytest.mark.parametrize("seed", range(3))
async def test_counts_indexes_and_events_agree_after_every_step(hall: Hall, seed: int) -> None:
    desk = Desk(hall)
    await desk.open()
    await hall.open("r1")
    await hall.open("r3")
    hall.now_ms = HALF_PAST_8 - 40 * 60_000
    hands = Hands(desk, seed)
    refused, there = 0, {}
    for step in range(STEPS):
        before = await head(hall)
        try:
            await hands.act()
        except QueueflowError:
            refused += 1
            assert await head(hall) == before
        there = await checked(desk)
        if step % 30 == 0:
            assert await told(hall) == there
    assert await told(hall) == there
    assert {one.state for one in there.values()} == set(AppointmentState), "not everything was tried"
    assert 0 < refused < STEPS
