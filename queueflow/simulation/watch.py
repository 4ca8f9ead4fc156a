"""Who watches the feeds through a day: the floor's and the board's, frame by frame, against the promises.

Lives here: FloorWatch, BoardWatch, and the comparison of a feed's picture with what the server answers when asked.
May import: model, msgspec, simulation.checks, .clock, .feed, .hospital and .journal.
Never: send a call; what the server answered is handed in.
"""

import asyncio
from collections.abc import Mapping
from typing import Final, cast

import msgspec

from queueflow.model.days import from_rfc3339
from queueflow.simulation.checks import Chain, FloorCheck, Ledger, Promise
from queueflow.simulation.clock import Clock
from queueflow.simulation.feed import EventFrame, Frame, Part, Picture, SnapshotFrame
from queueflow.simulation.hospital import Floor
from queueflow.simulation.journal import Journal

_MEET_S: Final = 2.0
"""Wall seconds that a feed may be behind an answer before the comparison is given up."""


class _WallClinic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that a wall may show of a clinic."""

    id: str
    waiting: int
    rooms_open: int
    next: tuple[str, ...]
    estimated_wait: dict[str, int]


class _WallRoom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that a wall may show of a room."""

    id: str
    state: str
    clinics: tuple[str, ...]
    tickets: tuple[str, ...]
    paused_until: str | None


class _WallTicket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that a wall may show of a ticket. A field more in a frame is one that nobody decided to show."""

    id: str
    number: str
    state: str
    clinic: str | None
    room: str | None
    called_at: str | None
    calls: int


class _WallFrame(msgspec.Struct, frozen=True):
    clinics: dict[str, _WallClinic | None] = {}
    rooms: dict[str, _WallRoom | None] = {}
    tickets: dict[str, _WallTicket | None] = {}


class Meeting:
    """Compares a picture with a snapshot that was asked for, at the one moment when both stand at one offset."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._awaited: SnapshotFrame | None = None
        self._verdict: asyncio.Future[list[str] | None] | None = None

    async def differences(self, asked: SnapshotFrame) -> list[str] | None:
        """Where they differ; None when the feed was past that offset already or did not come to it in time."""
        self._verdict = asyncio.get_running_loop().create_future()
        self._awaited = asked
        self.drawn()
        try:
            async with asyncio.timeout(_MEET_S):
                return await self._verdict
        except TimeoutError:
            return None
        finally:
            self._awaited = self._verdict = None

    def drawn(self) -> None:
        """The picture changed."""
        asked, verdict = self._awaited, self._verdict
        if asked is None or verdict is None or verdict.done() or self._picture.offset < asked.offset:
            return
        if (asked.epoch, asked.offset) != (self._picture.epoch, self._picture.offset):
            verdict.set_result(None)
            return
        other = Picture()
        other.take(asked)
        verdict.set_result(self._picture.differences(other))


class FloorWatch:
    """Watches the floor: checks every frame, writes the journal, wakes the doctors.

    `server_ms` and `server_s`: an instant by the server's clock and the hospital's time then, from the frame that
    came with the least delay.
    """

    def __init__(self, clock: Clock, places: Mapping[str, int], ledger: Ledger) -> None:
        self.floor = Floor()
        self.picture = self.floor.picture
        self.check = FloorCheck(self.picture, places, ledger)
        self.journal = Journal(self.picture)
        self.began = asyncio.Event()
        self.last_event_s = 0.0
        self.server_ms = 0.0
        self.server_s = 0.0
        self._clock = clock
        self._least: float | None = None

    def look(self, frame: Frame) -> None:
        """Check and write down."""
        if isinstance(frame, EventFrame):
            self._compare_clocks(frame.at)
            self.last_event_s = self._clock.wall_s()
        self.check.take(frame)
        self.journal.take(frame)

    def drawn(self, frame: Frame) -> None:
        """Wake whoever waits for it."""
        if isinstance(frame, SnapshotFrame):
            self.began.set()
        self.floor.ring(frame)

    def _compare_clocks(self, at: str) -> None:
        at_ms = from_rfc3339(at)
        delay = self._clock.wall_s() * 1000 - at_ms
        if self._least is None or delay < self._least:
            self._least = delay
            self.server_ms, self.server_s = at_ms, self._clock.now_s()


class BoardWatch:
    """Watches one waiting-room board: what it is told, when, and that nothing personal is in it.

    `names`: whole names of the day's people, none of which may stand in a frame. `called_s`: ticket -> when each of
    its calls came to the board, wall seconds of the clock.
    """

    def __init__(self, clock: Clock, names: frozenset[str], ledger: Ledger) -> None:
        self.picture = Picture()
        self.meeting = Meeting(self.picture)
        self.began = asyncio.Event()
        self.called_s: dict[str, list[float]] = {}
        self._clock = clock
        self._names = names
        self._ledger = ledger
        self._chain = Chain("board", ledger)

    def look(self, frame: Frame) -> None:
        """Check it, and note who was called."""
        if isinstance(frame, EventFrame):
            if frame.name == "ticket.called":
                self._note_call(frame)
            self._look_for_people(frame.set, frame.offset)
        elif isinstance(frame, SnapshotFrame):
            self._look_for_people(frame.state, frame.offset)
        self._chain.take(frame)

    def drawn(self, frame: Frame) -> None:
        """Compare, where somebody waits to."""
        if isinstance(frame, SnapshotFrame):
            self.began.set()
        self.meeting.drawn()

    def _note_call(self, frame: EventFrame) -> None:
        after = Picture()
        after.take(frame)
        for name, ticket in after.tickets.items():
            before = self.picture.tickets.get(name)
            if ticket.state == "called" and (before is None or before.state != "called"):
                self.called_s.setdefault(name, []).append(self._clock.wall_s())

    def _look_for_people(self, part: Part, offset: int) -> None:
        where = ("board", offset)
        written = msgspec.json.encode(part)
        try:
            msgspec.json.decode(written, type=_WallFrame)
        except msgspec.ValidationError as error:
            self._ledger.hold(Promise.PRIVATE, False, where, str(error))
            return
        found = self._names.intersection(_texts(msgspec.json.decode(written)))
        self._ledger.hold(Promise.PRIVATE, not found, where, "somebody's name is on the board")


def _texts(value: object) -> list[str]:
    """Every text anywhere in a JSON value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for inner in cast("dict[str, object]", value).values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in cast("list[object]", value) for text in _texts(inner)]
    return []
