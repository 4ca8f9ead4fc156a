"""What the hall's screens see: a feed kept open (DESIGN's frames), and the picture that its frames make.

Lives here: the frames as they come over the wire, Picture, Watcher, and follow(), which comes back after any loss.
May import: websockets, msgspec, the standard library.
Never: judge a frame (simulation.checks does) or send anything.
"""

import asyncio
from collections.abc import Mapping
from random import Random
from typing import Final, Protocol, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

T = TypeVar("T")

_PROTOCOL: Final = Subprotocol("queueflow.v1")
_SILENCE_S: Final = 25.0
"""Heartbeats come every 10 s; a socket silent for longer than two of them is dead."""
_LONGEST_DELAY_S: Final = 5.0
_NULL: Final = b"null"
_REFUSED: Final = frozenset({4400, 4401, 4403, 4404})
"""Close codes after which asking again would change nothing."""


class Part(msgspec.Struct, frozen=True):
    """Clinics, rooms and tickets by id, each as the JSON it came in."""

    clinics: dict[str, msgspec.Raw] = {}
    rooms: dict[str, msgspec.Raw] = {}
    tickets: dict[str, msgspec.Raw] = {}


class SnapshotFrame(msgspec.Struct, frozen=True, tag_field="type", tag="snapshot"):
    """The whole state at an offset."""

    epoch: str
    offset: int
    state: Part
    at: str = ""


class EventFrame(msgspec.Struct, frozen=True, tag_field="type", tag="event"):
    """What one event changed; `prev` is the offset of the frame before it on this view."""

    offset: int
    prev: int
    name: str
    at: str
    set: Part = Part()


class Heartbeat(msgspec.Struct, frozen=True, tag_field="type", tag="heartbeat"):
    """The server lives; `offset` is where this view stands."""

    offset: int
    at: str


class Bye(msgspec.Struct, frozen=True, tag_field="type", tag="bye"):
    """The server will close, and says when to come back."""

    reason: str = ""
    retry_after_ms: int = 0


Frame = SnapshotFrame | EventFrame | Heartbeat | Bye
_FRAME: Final = msgspec.json.Decoder(Frame)


class SeenClinic(msgspec.Struct, frozen=True):
    """A clinic as a view shows it."""

    waiting: int = 0
    rooms_open: int = 0


class SeenRoom(msgspec.Struct, frozen=True):
    """A room as a view shows it."""

    state: str = ""
    practitioner: str | None = None
    clinics: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()


class SeenTicket(msgspec.Struct, frozen=True):
    """A ticket as a view shows it; the board leaves out what is not for the wall."""

    number: str
    state: str
    clinic: str | None = None
    room: str | None = None
    visit: str | None = None
    service: str | None = None
    priority: str | None = None
    position: int | None = None
    issued_at: str | None = None
    revision: int | None = None


_CLINIC: Final = msgspec.json.Decoder(SeenClinic)
_ROOM: Final = msgspec.json.Decoder(SeenRoom)
_TICKET: Final = msgspec.json.Decoder(SeenTicket)


class Picture:
    """A view's state after the last frame: what a screen would draw from. New objects replace old ones whole."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self.epoch = ""
        self.offset = 0
        self.clinics: dict[str, SeenClinic] = {}
        self.rooms: dict[str, SeenRoom] = {}
        self.tickets: dict[str, SeenTicket] = {}
        self.raw: dict[str, dict[str, bytes]] = {"clinics": {}, "rooms": {}, "tickets": {}}

    def take(self, frame: Frame) -> None:
        """Draw a frame in."""
        if isinstance(frame, SnapshotFrame):
            self._clear()
            self.epoch, self.offset = frame.epoch, frame.offset
            self._upsert(frame.state)
        elif isinstance(frame, EventFrame):
            self.offset = frame.offset
            self._upsert(frame.set)

    def differences(self, other: "Picture") -> list[str]:
        """Where two pictures are not the same, in words: the object that one lacks, or that is another."""
        found: list[str] = []
        for kind, mine in self.raw.items():
            theirs = other.raw[kind]
            found += [f"{kind}.{name} is in one alone" for name in sorted(mine.keys() ^ theirs.keys())]
            for name in sorted(mine.keys() & theirs.keys()):
                # Two writers may space one object differently; only what it says counts.
                if mine[name] != theirs[name] and msgspec.json.decode(mine[name]) != msgspec.json.decode(theirs[name]):
                    found.append(f"{kind}.{name} differs")
        return found

    def _upsert(self, part: Part) -> None:
        _draw(part.clinics, self.raw["clinics"], self.clinics, _CLINIC)
        _draw(part.rooms, self.raw["rooms"], self.rooms, _ROOM)
        _draw(part.tickets, self.raw["tickets"], self.tickets, _TICKET)


def _draw(
    objects: dict[str, msgspec.Raw], raw: dict[str, bytes], seen: dict[str, T], decoder: msgspec.json.Decoder[T]
) -> None:
    for name, value in objects.items():
        written = bytes(value)
        if written == _NULL:
            raw.pop(name, None)
            seen.pop(name, None)
        else:
            raw[name] = written
            seen[name] = decoder.decode(written)


def decode(message: str | bytes) -> Frame:
    """A frame from its text; raises msgspec.DecodeError."""
    return _FRAME.decode(message)


class FeedRefused(Exception):
    """The server will not have this listener, however often it asks."""


class Gap(Exception):
    """A frame did not follow the one before it; the listener must come back with where it stood."""


class Followed(msgspec.Struct):
    """What keeping a feed open took."""

    connections: int = 0
    lost: int = 0
    snapshots: int = 0
    frames: int = 0
    bytes: int = 0


class Watcher(Protocol):
    """Who keeps a feed open, and what it sees."""

    picture: Picture

    def look(self, frame: Frame) -> None:
        """A frame came and is not yet drawn into the picture; Gap sends it back and the feed opens anew."""

    def drawn(self, frame: Frame) -> None:
        """It is drawn."""


async def follow(address: "FeedAddress", watcher: Watcher, dice: Random, followed: Followed) -> None:
    """Keep a feed open until cancelled, drawing each frame into the watcher's picture.

    After a loss, a Gap that the watcher raised, or a bye, it comes back with the epoch and offset of the picture.
    Raises FeedRefused.
    """
    picture = watcher.picture
    delay = 0.0
    while True:
        await asyncio.sleep(delay)
        delay = min(_LONGEST_DELAY_S, max(0.1, delay * 2)) * dice.uniform(0.5, 1.0)
        try:
            async with connect(
                address.url(picture),
                subprotocols=[_PROTOCOL, Subprotocol(f"bearer.{address.token}")],
                compression=None,
                max_size=None,
                proxy=None,
            ) as socket:
                followed.connections += 1
                while True:
                    # Not wait_for: up to Python 3.11 it forgets that it was cancelled when a message comes just then.
                    async with asyncio.timeout(_SILENCE_S):
                        message = await socket.recv()
                    frame = decode(message)
                    followed.frames += 1
                    followed.bytes += len(message)
                    followed.snapshots += isinstance(frame, SnapshotFrame)
                    watcher.look(frame)
                    picture.take(frame)
                    watcher.drawn(frame)
                    delay = 0.0
                    if isinstance(frame, Bye):
                        delay = frame.retry_after_ms / 1000
                        break
        except InvalidStatus as error:
            if 400 <= error.response.status_code < 500:
                raise FeedRefused(f"the feed was refused: {error.response.status_code}") from error
        except ConnectionClosed as error:
            if error.rcvd is not None and error.rcvd.code in _REFUSED:
                raise FeedRefused(f"the feed was refused: {error.rcvd.code} {error.rcvd.reason}") from error
        except (Gap, OSError, TimeoutError, WebSocketException):
            pass
        followed.lost += 1


class FeedAddress(msgspec.Struct, frozen=True):
    """Where a feed is: a server, a facility, a view with its parameters, and whose token opens it."""

    base_url: str
    facility: str
    view: str
    token: str
    parameters: Mapping[str, str] = {}

    def url(self, picture: Picture) -> str:
        """The WebSocket's address, going on from where the picture stands."""
        query = {"view": self.view, **self.parameters}
        if picture.epoch:
            query["since"] = f"{picture.epoch}:{picture.offset}"
        parts = urlsplit(self.base_url)
        scheme = "wss" if parts.scheme == "https" else "ws"
        path = f"{parts.path.rstrip('/')}/v1/facilities/{self.facility}/feed"
        return urlunsplit((scheme, parts.netloc, path, urlencode(query), ""))
