"""A hospital that goes on by itself: gentle patients and doctors without end, who make way for real people.

Lives here: run_demo, and the room that is kept for whoever wants to try a console.
May import: model, and simulation.arrivals, .clock, .day, .day_file, .door, .feed, .hospital, .people and .rooms.
Never: take a room from a person, or call into one that a person works in.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from random import Random
from typing import Final

from queueflow.model.facility import Facility
from queueflow.model.ids import RoomId
from queueflow.simulation.arrivals import CONSULTATION_S, ServiceShare, mix_of
from queueflow.simulation.clock import Clock, dice, fresh_run, today
from queueflow.simulation.day import USUAL, arriving
from queueflow.simulation.day_file import Arriving
from queueflow.simulation.door import Door, OpenRoom, Refused, Tokens, Unreachable
from queueflow.simulation.feed import FeedAddress, FeedRefused, Followed, Frame, follow
from queueflow.simulation.hospital import Floor, Intention, Intentions, Kiosk
from queueflow.simulation.people import kind_for, person
from queueflow.simulation.rooms import Habits, Room

BUSY: Final = 0.7
"""Of what the rooms can serve, so many patients come."""
_CROWD: Final = 5
"""Nobody of ours joins a clinic where so many wait for each open room, and as many besides."""
_HABITS: Final = Habits(stranger_wall_s=10.0)
_STRANGER_S: Final = 240.0
_BACK_AFTER_S: Final = 120.0
"""Wall seconds that a room which a person closed stays empty, before a doctor of ours takes it again."""
_FORGOTTEN_S: Final = 900.0
"""Wall seconds after which a person who called into our room, and did nothing there since, has gone."""
_SERIALS: Final = 1_000_000
_TRIES: Final = 20
_CONNECTIONS: Final = 32
_ASK_AGAIN_S: Final = 5.0
_TIDY_EVERY_S: Final = 60.0


def kept_free(facility: Facility) -> RoomId:
    """The room that no doctor of ours ever opens: the first for consultations that are given in other rooms as well."""
    consulting = {clinic.id for clinic in facility.clinics if clinic.service_mean_s >= CONSULTATION_S}
    for room in facility.rooms:
        if all(clinic in consulting and len(facility.rooms_of(clinic)) > 1 for clinic in room.clinics):
            return room.id
    return facility.rooms[0].id


async def run_demo(
    base_url: str, tokens: Mapping[str, str], facility: Facility, speed: float, *, stop: asyncio.Event | None = None
) -> None:
    """Patients and doctors at `speed` times real speed, until cancelled or `stop` is set.

    Whoever checks in at the kiosk in between is called like the others. A room that a person opened, took over or
    called in is theirs until it has been closed for a while; the room kept_free() is theirs always.
    """
    run = fresh_run()
    floor = _Seen()
    clock = Clock(0.0, speed)
    credentials = Tokens.of(tokens)
    intentions = Intentions(Intention(_STRANGER_S, stranger=True))
    door = Door(base_url, facility.id, run=run, dice=dice(f"{run} door"), tries=_TRIES, connections=_CONNECTIONS)
    rooms = [
        _PoliteRoom(
            OpenRoom(room.id, clinics=room.clinics, places=room.places),
            door=door,
            token=credentials.console,
            clock=clock,
            floor=floor.floor,
            intentions=intentions,
            habits=_HABITS,
            dice=dice(f"{run} room {room.id}"),
        )
        for room in facility.rooms
        if room.id != kept_free(facility)
    ]
    kiosk = Kiosk(door, credentials.kiosk, facility.languages[0], intentions)
    address = FeedAddress(base_url, facility.id, "floor", credentials.console)
    try:
        async with asyncio.TaskGroup() as hall:
            tasks = [
                hall.create_task(_keep_watching(address, floor, dice(f"{run} feed"))),
                hall.create_task(_keep_coming(facility, kiosk, clock, floor.floor, dice(f"{run} people"))),
                hall.create_task(_keep_tidy(door, intentions, floor.floor)),
                *(hall.create_task(room.work_politely(floor.began)) for room in rooms),
            ]
            if stop is not None:
                await stop.wait()
                for task in tasks:
                    task.cancel()
    finally:
        door.close()


class _Seen:
    """Watches the floor for the doctors."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.picture = self.floor.picture
        self.began = asyncio.Event()

    def look(self, frame: Frame) -> None:
        pass

    def drawn(self, frame: Frame) -> None:
        self.began.set()
        self.floor.ring(frame)


class _PoliteRoom(Room):
    """A room whose doctor leaves as soon as a person works in it."""

    async def work_politely(self, began: asyncio.Event) -> None:
        """Work here whenever nobody else does, without end."""
        await began.wait()
        never = asyncio.Event()
        while True:
            if self._is_closed() or self._is_ours():
                if self._is_closed():
                    await self.open()
                    await self._until(self._is_ours, _ASK_AGAIN_S)
                async with asyncio.TaskGroup() as doctors:
                    for _ in range(self.places):
                        doctors.create_task(self.attend_to_all(never))
            await self._until_given_back()

    def may_go_on(self) -> bool:
        """Ours, and nobody has called into it but us."""
        strangers = self.strangers_here()
        if not (strangers or self.pressing):
            self.in_doubt = False
        return self._is_ours() and (self.in_doubt or not strangers)

    def _is_ours(self) -> bool:
        seen = self.seen
        return seen is not None and seen.state == "open" and seen.practitioner == self.practitioner

    def _is_closed(self) -> bool:
        return self.seen is not None and self.seen.state == "closed"

    async def _until_given_back(self) -> None:
        """Until it has been closed for a while on end; or is still as we opened it, and long left alone."""
        while True:
            if self._is_closed():
                if not await self._until(lambda: not self._is_closed(), _BACK_AFTER_S):
                    return
                continue
            before = self.seen
            moved = await self._until(lambda: self.seen != before, _FORGOTTEN_S)  # noqa: B023 (awaited in its own turn)
            if not moved and self._is_ours():
                self.in_doubt = True
                return

    async def _until(self, holds: Callable[[], bool], within_s: float | None) -> bool:
        """Wait until something holds of this room; False when it did not in so many wall seconds."""
        with self.floor.bell((self.id,)) as bell:
            try:
                async with asyncio.timeout(within_s):
                    while not holds():
                        bell.clear()
                        await bell.wait()
            except TimeoutError:
                return False
        return True


async def _keep_watching(address: FeedAddress, floor: _Seen, chance: Random) -> None:
    while True:
        # A worker that is being replaced refuses for a moment.
        with suppress(FeedRefused):
            await follow(address, floor, chance, Followed())
        await asyncio.sleep(_ASK_AGAIN_S)


async def _keep_coming(facility: Facility, kiosk: Kiosk, clock: Clock, floor: Floor, chance: Random) -> None:
    """One patient after the other, each a person who never was."""
    mix = mix_of(facility)
    weights = [share.weight for share in mix]
    an_hour = sum(weights) * BUSY
    serial = chance.randrange(_SERIALS)
    on = today()
    async with asyncio.TaskGroup() as kiosks:
        while True:
            await clock.sleep(chance.expovariate(an_hour) * 3600)
            share = chance.choices(mix, weights)[0]
            if _is_crowded(facility, share, floor):
                continue
            serial = (serial + 1) % _SERIALS
            somebody = person(serial, kind_for(share.service), on, chance)
            kiosks.create_task(_come(kiosk, arriving(somebody, share, at_s=0, attendance=USUAL, dice=chance)))


async def _come(kiosk: Kiosk, patient: Arriving) -> None:
    with suppress(Refused, Unreachable):
        await kiosk.check_in(patient)


def _is_crowded(facility: Facility, share: ServiceShare, floor: Floor) -> bool:
    """Whether everywhere that gives the service more people wait than a person would sit down beside."""
    clinics = [floor.picture.clinics.get(clinic.id) for clinic in facility.clinics if share.service in clinic.services]
    return not any(clinic and clinic.waiting < _CROWD * (clinic.rooms_open + 1) for clinic in clinics)


async def _keep_tidy(door: Door, intentions: Intentions, floor: Floor) -> None:
    """Forget who has long left: this goes on for weeks."""
    gone: set[str] = set()
    while True:
        await asyncio.sleep(_TIDY_EVERY_S)
        # Twice not in the picture: a ticket that was answered a moment ago may not have been told yet.
        intentions.forget(gone)
        gone = intentions.answered.keys() - floor.picture.tickets.keys()
        door.calls.clear()
