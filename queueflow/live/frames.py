"""What goes over a feed: the four frames of the contract, each encoded once for everybody who gets it.

Lives here: the frame structs, Frame (one ready to be written), and Press, which makes and counts them.
May import: msgspec, model.days, live.views.
Never: know a listener or a socket.
"""

import msgspec

from queueflow.live.views import Picture
from queueflow.model.days import rfc3339


class SnapshotFrame(msgspec.Struct, frozen=True, tag_field="type", tag="snapshot"):
    """The whole of a view at an offset of an epoch. What was told before does not count any more."""

    epoch: str
    offset: int
    at: str
    state: msgspec.Raw


class EventFrame(msgspec.Struct, frozen=True, tag_field="type", tag="event"):
    """Whole new objects after an event, null for what is gone. `prev`: the offset of the view's frame before."""

    offset: int
    prev: int
    at: str
    name: str
    set: msgspec.Raw


class HeartbeatFrame(msgspec.Struct, frozen=True, tag_field="type", tag="heartbeat"):
    """The feed lives. `offset`: the head of the facility's stream, of which a view's frames are a part."""

    offset: int
    at: str


class ByeFrame(msgspec.Struct, frozen=True, tag_field="type", tag="bye"):
    """The server is about to close; come back after so many milliseconds."""

    reason: str
    retry_after_ms: int


AnyFrame = SnapshotFrame | EventFrame | HeartbeatFrame | ByeFrame


class BoardAnswer(msgspec.Struct, frozen=True):
    """The public board over HTTP: the same object as in a feed's snapshot."""

    epoch: str
    offset: int
    at: str
    state: msgspec.Raw


class Frame:
    """A frame ready to be written: `wire` is one whole WebSocket message, the same for every listener.

    `offset` is an event's or a snapshot's, `prev` an event's; elsewhere they are -1.
    """

    __slots__ = ("_later", "offset", "prev", "wire")

    def __init__(self, frame: AnyFrame) -> None:
        self.wire = websocket_text(msgspec.json.encode(frame))
        self.offset = frame.offset if isinstance(frame, SnapshotFrame | EventFrame) else -1
        self.prev = frame.prev if isinstance(frame, EventFrame) else -1
        self._later: Frame | None = None

    @property
    def json(self) -> bytes:
        """The message without its framing."""
        return self.wire[_HEAD.get(self.wire[1], 2) :]

    def after(self, prev: int) -> "Frame":
        """This event for a listener who was told of another offset last, though nothing of the view lies between.

        So it is for whoever comes from another worker, whose view began at another offset. What the event sets is
        not encoded again, and those who come together share the frame.
        """
        if prev == self.prev:
            return self
        if self._later is None or self._later.prev != prev:
            frame = msgspec.json.decode(self.json, type=EventFrame)
            self._later = Frame(msgspec.structs.replace(frame, prev=prev))
        return self._later


class Press:
    """Encodes what frames carry. `encoded` counts: one for each event and view, whoever listens."""

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, picture: Picture) -> msgspec.Raw:
        """The JSON of a view's objects."""
        self.encoded += 1
        return msgspec.Raw(msgspec.json.encode(picture))

    def event(self, offset: int, prev: int, at_ms: int, name: str, told: Picture) -> Frame:
        """A frame for what an event changed in a view."""
        return Frame(EventFrame(offset, prev, rfc3339(at_ms), name, self.encode(told)))


def snapshot(epoch: str, offset: int, at_ms: int, state: msgspec.Raw) -> Frame:
    """A snapshot of a view."""
    return Frame(SnapshotFrame(epoch, offset, rfc3339(at_ms), state))


def heartbeat(offset: int, at_ms: int) -> Frame:
    """A heartbeat."""
    return Frame(HeartbeatFrame(offset, rfc3339(at_ms)))


def bye(reason: str, retry_after_ms: int) -> Frame:
    """The last frame before the server closes."""
    return Frame(ByeFrame(reason, retry_after_ms))


_HEAD = {126: 4, 127: 10}
"""Bytes before the payload, by the frame's second byte; otherwise 2."""


def websocket_text(payload: bytes) -> bytes:
    """A text message of one unmasked frame, as a server sends it (RFC 6455, section 5.2)."""
    length = len(payload)
    if length < 126:
        head = bytes((0x81, length))
    elif length < 1 << 16:
        head = b"\x81\x7e" + length.to_bytes(2, "big")
    else:
        head = b"\x81\x7f" + length.to_bytes(8, "big")
    return head + payload
