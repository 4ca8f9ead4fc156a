"""A wire that ends in a listener who reads as feed.js does, and complains of whatever must not be."""

from dataclasses import dataclass, field

import msgspec

from queueflow.live.close_codes import CloseCode
from queueflow.live.frames import Frame
from queueflow.live.listener import Listener

KINDS = ("clinics", "rooms", "tickets")


@dataclass
class Reader:
    """What a screen knows: the picture, and the position to come back from. It outlives its connections."""

    epoch: str | None = None
    offset: int = -1
    picture: dict[str, dict] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    frames: list[dict] = field(default_factory=list)

    def take(self, frame: dict) -> None:
        self.frames.append(frame)
        if frame["type"] == "snapshot":
            went_back = frame["epoch"] == self.epoch and frame["offset"] < self.offset
            assert not went_back, "an older state of the same epoch was shown"
            self.epoch, self.offset, self.picture = frame["epoch"], frame["offset"], frame["state"]
        elif frame["type"] == "event":
            assert frame["prev"] == self.offset, "a gap"
            assert frame["offset"] >= self.offset, "an older event was told"
            self.offset = frame["offset"]
            for kind in KINDS:
                for id_, value in frame["set"][kind].items():
                    if value is None:
                        self.picture[kind].pop(id_, None)
                    else:
                        self.picture[kind][id_] = value

    @property
    def since(self) -> str:
        return f"{self.epoch}:{self.offset}"

    def of_type(self, kind: str) -> list[dict]:
        return [frame for frame in self.frames if frame["type"] == kind]


class ReaderWire:
    """Takes everything at once until `room` frames are taken; then it is full until `drain`."""

    def __init__(self, reader: Reader, room: int | None = None) -> None:
        self.reader = reader
        self.room = room
        self.closed: CloseCode | None = None
        self.is_aborted = False
        self.listener: Listener | None = None

    def begin(self, listener: Listener) -> None:
        self.listener = listener

    def write(self, frame: Frame) -> None:
        assert self.closed is None, "a frame after the close"
        assert self.room is None or self.room > 0, "a frame though the wire is full"
        self.reader.take(msgspec.json.decode(frame.json))
        if self.room is not None:
            self.room -= 1
            if self.room == 0:
                self.fill()

    def fill(self) -> None:
        self.room = 0
        if self.listener is not None:
            self.listener.pause()

    def drain(self, room: int | None = None) -> None:
        self.room = room
        if self.listener is not None:
            self.listener.go_on()

    def close(self, code: CloseCode) -> None:
        assert self.closed is None
        self.closed = code

    def abort(self) -> None:
        self.is_aborted = True
