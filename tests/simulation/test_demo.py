"""The demo's patients and doctors on a real server: they work, and they make way for people."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from queueflow import resources
from queueflow.model.facility import Facility
from queueflow.routing.read import read_facility
from queueflow.simulation.checks import FloorCheck, Ledger
from queueflow.simulation.clock import dice
from queueflow.simulation.demo import kept_free, run_demo
from queueflow.simulation.door import Door
from queueflow.simulation.feed import EventFrame, FeedAddress, Followed, Frame, Picture, follow
from queueflow.simulation.hospital import IssuedTicket
from queueflow.simulation.rooms import Nothing, Opening
from tests.simulation.conftest import Ready

SPEED = 300.0
WITHIN_S = 40.0


class Watch:
    """A person who looks at the floor, and at every promise."""

    def __init__(self, facility: Facility) -> None:
        self.picture = Picture()
        self.ledger = Ledger()
        self.check = FloorCheck(self.picture, {room.id: room.places for room in facility.rooms}, self.ledger)
        self.called_in: list[str] = []
        self._changed = asyncio.Event()

    def look(self, frame: Frame) -> None:
        self.check.take(frame)

    def drawn(self, frame: Frame) -> None:
        if isinstance(frame, EventFrame) and frame.name == "ticket.called":
            self.called_in += [self.picture.tickets[name].room or "" for name in frame.set.tickets]
        self._changed.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    async def until_served(self, more: int) -> None:
        enough = len(self.check.ended) + more
        await self.until(lambda: len(self.check.ended) >= enough)


def facility_of(hall: Ready) -> Facility:
    file = resources.root("routing_rules") / hall.facility / "facility.toml"
    return read_facility(file.read_text(encoding="utf-8"), file.name)


@asynccontextmanager
async def going(hall: Ready, facility: Facility) -> AsyncIterator[Watch]:
    """The demo under way, and somebody who watches it."""
    stop, watch = asyncio.Event(), Watch(facility)
    address = FeedAddress(hall.base_url, hall.facility, "floor", hall.tokens["console"])
    watching = asyncio.create_task(follow(address, watch, dice(1), Followed()))
    demo = asyncio.create_task(run_demo(hall.base_url, hall.tokens, facility, SPEED, stop=stop))
    try:
        yield watch
    finally:
        stop.set()
        watching.cancel()
        await asyncio.gather(demo, watching, return_exceptions=True)
    assert demo.exception() is None


async def test_patients_come_and_are_served_and_one_room_is_kept_for_people(hall: Ready) -> None:
    facility = facility_of(hall)
    async with going(hall, facility) as watch:
        await watch.until_served(25)
        assert watch.picture.rooms[kept_free(facility)].state == "closed"
        others = [room for name, room in watch.picture.rooms.items() if name != kept_free(facility)]
        assert {room.state for room in others} == {"open"}
        assert watch.ledger.whole, watch.ledger.kept


async def test_a_person_works_undisturbed_in_the_room_that_is_kept_free(hall: Ready) -> None:
    facility = facility_of(hall)
    door = Door(hall.base_url, hall.facility, run="person", dice=dice(1), tries=3, connections=2)
    room = kept_free(facility)
    async with going(hall, facility) as watch:
        await watch.until_served(3)
        await press(door, hall, f"/rooms/{room}/open", Opening("dr-lan"))
        clinics = next(one.clinics for one in facility.rooms if one.id == room)
        await watch.until(lambda: any(watch.picture.clinics[clinic].waiting for clinic in clinics))
        called = await press(door, hall, f"/rooms/{room}/call-next", Nothing())
        await watch.until_served(10)
        assert watch.picture.rooms[room].practitioner == "dr-lan"
        if called is not None:
            assert watch.picture.tickets[called.id].state == "called"
            assert await press(door, hall, f"/tickets/{called.id}/start", Nothing()) is not None
    door.close()


async def test_a_doctor_leaves_a_room_that_a_person_takes_over(hall: Ready) -> None:
    facility = facility_of(hall)
    door = Door(hall.base_url, hall.facility, run="person", dice=dice(1), tries=3, connections=2)
    async with going(hall, facility) as watch:
        await watch.until(lambda: bool(busy(watch)))
        room = busy(watch)[0]
        await press(door, hall, f"/rooms/{room}/open", Opening("dr-lan"))
        # A call that was on its way when the person took the room may still come in.
        await watch.until_served(2)
        left = {name: watch.picture.tickets[name].state for name in watch.picture.rooms[room].tickets}
        watch.called_in.clear()
        await watch.until_served(15)
        assert room not in watch.called_in
        assert watch.called_in
        assert {name: watch.picture.tickets[name].state for name in watch.picture.rooms[room].tickets} == left
    door.close()


def busy(watch: Watch) -> list[str]:
    return [name for name, room in watch.picture.rooms.items() if room.state == "open" and room.tickets]


async def press(door: Door, hall: Ready, path: str, body: msgspec.Struct) -> IssuedTicket | None:
    """What a person at a console presses; the ticket that is answered, where one is."""
    answer = await door.post("press", path, hall.tokens["console"], body)
    if answer.status == 204 or "/open" in path:
        return None
    return msgspec.json.decode(answer.body, type=IssuedTicket)
