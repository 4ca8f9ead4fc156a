"""A day played against a running server, through its public doors alone, with every promise checked on the way.

Lives here: Options, Progress, ReplayRefused and replay.
May import: model, msgspec and the rest of simulation but demo.
Never: look behind the doors: no store, no function of the engine. It measures what a hospital would see.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from random import Random
from typing import Any, Final

import msgspec

from queueflow.model.ticket import FINAL
from queueflow.simulation.checks import Ledger
from queueflow.simulation.clock import Clock, dice, fresh_run, utc_now
from queueflow.simulation.day_file import Arriving
from queueflow.simulation.door import Door, OpenFacility, Refused, Tokens, Unreachable
from queueflow.simulation.feed import FeedAddress, FeedRefused, Followed, follow
from queueflow.simulation.hospital import Intention, Intentions, IssuedTicket, Kiosk
from queueflow.simulation.inquiry import Inquiry
from queueflow.simulation.report import Day, Report, report_of
from queueflow.simulation.rooms import Habits, Nothing, Room, Rota
from queueflow.simulation.watch import BoardWatch, FloorWatch

OPENS_S: Final = (6 * 3600 + 2700, 7 * 3600 + 900)
"""Rooms open from 06:45 to 07:15, and rest for 45 minutes between 11:15 and 13:15: an assumption."""
RESTS_S: Final = (11 * 3600 + 900, 12 * 3600 + 1800)
REST_S: Final = 45 * 60
_NEVER_CLOSES: Final = "emergency"
"""In a clinic's id: its rooms are open when the day begins, and do not rest."""
_LEAD_S: Final = 120.0
_STRANGER_S: Final = 300.0
_TRIES: Final = 12
_CONNECTIONS: Final = 128
_BEGIN_WITHIN_S: Final = 15.0
_STALLED_S: Final = 30.0
_LONGEST_STOP_S: Final = 2.5 * 3600
_COMPARE_EVERY_S: Final = 600.0
_LOOK_S: Final = 0.05
_QUIET_S: Final = 1.0
"""Wall seconds without an event after which what is still planned is not about to begin."""
_SETTLE_S: Final = 5.0


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how to play a day. `no_shows`: share of all patients who stay away beyond those the file names."""

    base_url: str
    facility: str
    tokens: Tokens
    speed: float
    file: str = ""
    no_shows: float = 0.0
    seed: int = 1


class Progress(msgspec.Struct, frozen=True):
    """How far a replay is: hospital time, lines played of all, tickets under way and over."""

    now_s: float
    played: int
    lines: int
    waiting: int
    under_way: int
    ended: int
    broken: int


class ReplayRefused(Exception):
    """Why there can be no replay, in one sentence."""


async def replay(day: Sequence[Arriving], options: Options, say: Callable[[Progress], None]) -> Report:
    """Play a day to its end and give the report. `say` is told how far it is, some times a second.

    Raises ReplayRefused when the server, the tokens or the file's services are not such that it could begin.
    """
    try:
        door = Door(
            options.base_url,
            options.facility,
            run=fresh_run(),
            dice=dice(f"{options.seed} door"),
            tries=_TRIES,
            connections=_CONNECTIONS,
        )
    except ValueError as error:
        raise ReplayRefused(str(error)) from error
    try:
        facility = await door.open_facility()
        _check_services(day, facility)
        door.calls.clear()
        return await _Replay(_with_no_shows(day, options), options, door, facility).play(say)
    except Unreachable as error:
        raise ReplayRefused(f"Nobody answers at {options.base_url}.") from error
    except (Refused, FeedRefused) as error:
        raise ReplayRefused(f"The server at {options.base_url} will not have this replay: {error}.") from error
    finally:
        door.close()


def _check_services(day: Sequence[Arriving], facility: OpenFacility) -> None:
    known = {service.id for service in facility.services}
    unknown = sorted({patient.service for patient in day} - known)
    if unknown:
        raise ReplayRefused(
            f"The facility {facility.id} gives no service {', '.join(unknown)}. It gives: {', '.join(sorted(known))}."
        )


def _with_no_shows(day: Sequence[Arriving], options: Options) -> list[Arriving]:
    chance = dice(f"{options.seed} no-shows")
    return [
        msgspec.structs.replace(patient, no_show=True) if chance.random() < options.no_shows else patient
        for patient in day
    ]


def _begins_s(first_s: float) -> float:
    """A little before the doors open; a file of an afternoon begins in the afternoon."""
    return max(0.0, (first_s if first_s > OPENS_S[1] else min(first_s, OPENS_S[0])) - _LEAD_S)


class _Replay:
    """One replay under way."""

    def __init__(self, day: list[Arriving], options: Options, door: Door, facility: OpenFacility) -> None:
        self._day = day
        self._options = options
        self._door = door
        self._facility = facility
        self._clock = Clock(_begins_s(day[0].at_s), options.speed)
        self._ledger = Ledger()
        self._floor = FloorWatch(self._clock, {room.id: room.places for room in facility.rooms}, self._ledger)
        names = frozenset(patient.name for patient in day if patient.name)
        self._board = BoardWatch(self._clock, names, self._ledger)
        self._feeds = {"floor": Followed(), "board": Followed()}
        self._intentions = Intentions(Intention(_STRANGER_S, stranger=True))
        self._inquiry = Inquiry(
            door,
            options.tokens,
            floor=self._floor.picture,
            meeting=self._board.meeting,
            ledger=self._ledger,
            dice=self._dice("inquiry"),
        )
        self._kiosk = Kiosk(door, options.tokens.kiosk, facility.languages[0], self._intentions)
        self._late_s: list[float] = []
        self._played = 0
        self._checked_in = 0
        self._over = asyncio.Event()
        self._began_at = ""

    async def play(self, say: Callable[[Progress], None]) -> Report:
        watching = [
            asyncio.create_task(self._follow("floor", self._floor, self._options.tokens.console)),
            asyncio.create_task(self._follow("board", self._board, self._options.tokens.display)),
        ]
        try:
            return await _unless_ended(self._play(say), watching)
        finally:
            for task in watching:
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)

    async def _follow(self, view: str, watcher: FloorWatch | BoardWatch, token: str) -> None:
        address = FeedAddress(self._options.base_url, self._options.facility, view, token)
        await follow(address, watcher, self._dice(view), self._feeds[view])

    async def _play(self, say: Callable[[Progress], None]) -> Report:
        await self._see_both_feeds()
        self._began_at = utc_now()
        begins_s = self._clock.now_s()
        async with asyncio.TaskGroup() as hall:
            saying = hall.create_task(self._keep_saying(say))
            comparing = hall.create_task(self._keep_comparing())
            rooms = [hall.create_task(room.work(rota, self._over)) for room, rota in self._rooms()]
            await self._let_them_come()
            await self._see_all_end()
            self._over.set()
            self._floor.floor.ring_all()
            await asyncio.wait(rooms)
            comparing.cancel()
            saying.cancel()
        wall_s = self._clock.wall_s()
        await self._see_it_settle()
        await self._inquiry.compare_board()
        await self._inquiry.compare_queues(settled=True)
        self._floor.check.finish(self._intentions.answered)
        await self._inquiry.ask_how_each_ended(self._intentions.visits.values())
        say(self._progress())
        return report_of(self._told(begins_s, wall_s))

    async def _see_both_feeds(self) -> None:
        try:
            async with asyncio.timeout(_BEGIN_WITHIN_S):
                await self._floor.began.wait()
                await self._board.began.wait()
        except TimeoutError as error:
            raise ReplayRefused(f"The feeds of {self._options.base_url} do not begin.") from error

    def _dice(self, name: str) -> Random:
        return dice(f"{self._options.seed} {name}")

    def _rooms(self) -> list[tuple[Room, Rota]]:
        rooms: list[tuple[Room, Rota]] = []
        for room in self._facility.rooms:
            chance = self._dice(f"room {room.id}")
            begins_s = chance.uniform(*RESTS_S)
            opens_s = max(chance.uniform(*OPENS_S), self._clock.starts_s)
            rests = ((begins_s, begins_s + REST_S),) if begins_s > opens_s else ()
            if any(_NEVER_CLOSES in clinic for clinic in room.clinics):
                opens_s, rests = self._clock.starts_s, ()
            doctors = Room(
                room,
                door=self._door,
                token=self._options.tokens.console,
                clock=self._clock,
                floor=self._floor.floor,
                intentions=self._intentions,
                habits=Habits(),
                dice=chance,
            )
            rooms.append((doctors, Rota(opens_s, rests)))
        return rooms

    async def _let_them_come(self) -> None:
        """Everybody checks in when their time has come, whether or not those before them are through."""
        async with asyncio.TaskGroup() as kiosks:
            for patient in self._day:
                await self._clock.sleep_until(patient.at_s)
                self._late_s.append(max(0.0, (self._clock.now_s() - patient.at_s) / self._options.speed))
                kiosks.create_task(self._check_in(patient))

    async def _check_in(self, patient: Arriving) -> None:
        # Refused or unanswered is counted by the door and stands in the report.
        with suppress(Refused, Unreachable):
            await self._kiosk.check_in(patient)
            self._checked_in += 1
        self._played += 1

    async def _see_all_end(self) -> None:
        """Until every ticket is over, or nothing has moved for longer than the longest stop could take."""
        still_s = _STALLED_S + _LONGEST_STOP_S / self._options.speed
        check = self._floor.check
        while check.open or not self._intentions.answered.keys() <= check.ended.keys():
            await asyncio.sleep(_LOOK_S)
            quiet_s = self._clock.wall_s() - self._floor.last_event_s
            if quiet_s > still_s:
                return
            if quiet_s > _QUIET_S:
                await self._send_home()

    async def _send_home(self) -> None:
        """Whoever never came for their first stop will not come for the next: a desk cancels it, as the rules want."""
        tickets = self._floor.picture.tickets
        here = {seen.visit for seen in tickets.values() if seen.state not in ("planned", *FINAL)}
        for name, seen in list(tickets.items()):
            if seen.state == "planned" and seen.visit not in here:
                with suppress(Refused, Unreachable):
                    path = f"/tickets/{name}/cancel"
                    answer = await self._door.post("cancel", path, self._options.tokens.console, Nothing())
                    self._intentions.note(msgspec.json.decode(answer.body, type=IssuedTicket))

    async def _see_it_settle(self) -> None:
        """Until the floor has told of the rooms' closing, the last that anybody did."""
        rooms = self._floor.picture.rooms
        with self._floor.floor.bell(rooms) as bell, suppress(TimeoutError):
            async with asyncio.timeout(_SETTLE_S):
                while any(room.state != "closed" for room in rooms.values()):
                    bell.clear()
                    await bell.wait()

    async def _keep_comparing(self) -> None:
        while True:
            await self._clock.sleep(_COMPARE_EVERY_S)
            # An outage is counted by the door, and the next comparison comes.
            with suppress(Refused, Unreachable):
                await self._inquiry.compare_board()
                await self._inquiry.compare_queues(settled=False)

    async def _keep_saying(self, say: Callable[[Progress], None]) -> None:
        while True:
            say(self._progress())
            await asyncio.sleep(0.25)

    def _progress(self) -> Progress:
        check = self._floor.check
        return Progress(
            now_s=self._clock.now_s(),
            played=self._played,
            lines=len(self._day),
            waiting=sum(clinic.waiting for clinic in self._floor.picture.clinics.values()),
            under_way=len(check.open),
            ended=len(check.ended),
            broken=sum(self._ledger.broken.values()),
        )

    def _told(self, begins_s: float, wall_s: float) -> Day:
        board = self._board.called_s
        return Day(
            file=self._options.file,
            facility=self._options.facility,
            started_at=self._began_at,
            speed=self._options.speed,
            wall_s=wall_s,
            begins_s=begins_s,
            server_ms=self._floor.server_ms,
            server_s=self._floor.server_s,
            lines=len(self._day),
            checked_in=self._checked_in,
            held=self._kiosk.held,
            ours=self._intentions.ours,
            stops=self._floor.journal.stops,
            waiting=self._floor.journal.waiting,
            calls=self._door.calls,
            feeds=self._feeds,
            ledger=self._ledger,
            late_s=self._late_s,
            woke_late_s=self._clock.late_s,
            call_to_board_s=[
                shown - pressed
                for ticket, presses in self._intentions.pressed.items()
                for pressed, shown in zip(presses, board.get(ticket, ()), strict=False)
            ],
        )


async def _unless_ended(work: Coroutine[Any, Any, Report], watching: Sequence[asyncio.Task[None]]) -> Report:
    """The work's result; a watcher that ends first (it was refused) ends the work and raises what ended it."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait([task, *watching], return_when=asyncio.FIRST_COMPLETED)
        for watcher in watching:
            if watcher.done():
                watcher.result()
        return await task
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
