"""Frames of a floor, as short to write as the story they tell."""

import msgspec

from queueflow.simulation.checks import FloorCheck, Ledger, Promise
from queueflow.simulation.feed import EventFrame, Frame, Gap, Picture, decode

JSON = dict[str, object]


def snapshot(offset: int = 0, epoch: str = "e1", **state: JSON) -> Frame:
    return decode(
        msgspec.json.encode({"type": "snapshot", "epoch": epoch, "offset": offset, "at": at(0), "state": state})
    )


def event(offset: int, name: str, *, prev: int | None = None, **changed: JSON) -> Frame:
    frame: JSON = {
        "type": "event",
        "offset": offset,
        "prev": offset - 1 if prev is None else prev,
        "at": at(offset),
        "name": name,
        "set": changed,
    }
    return decode(msgspec.json.encode(frame))


def heartbeat(offset: int) -> Frame:
    return decode(msgspec.json.encode({"type": "heartbeat", "offset": offset, "at": at(offset)}))


def at(seconds: int) -> str:
    return f"2026-11-24T00:{seconds // 60:02d}:{seconds % 60:02d}.000Z"


def ticket(name: str, state: str, revision: int = 1, **more: object) -> JSON:
    number = f"A{int(name[1:]):03d}"
    base: JSON = {"id": name, "number": number, "visit": f"v{name}", "clinic": "internal", "room": None}
    return {name: base | {"service": "s", "priority": "ordinary", "state": state, "revision": revision} | more}


def room(name: str, *tickets: str, state: str = "open") -> JSON:
    return {name: {"id": name, "state": state, "practitioner": None, "clinics": ["internal"], "tickets": list(tickets)}}


class Floor:
    """A floor that is told frames and checked, as a replay does it."""

    def __init__(self, **places: int) -> None:
        self.ledger = Ledger()
        self.picture = Picture()
        self.check = FloorCheck(self.picture, places, self.ledger)

    def tell(self, *frames: Frame) -> "Floor":
        for frame in frames:
            try:
                self.check.take(frame)
            except Gap:
                continue
            self.picture.take(frame)
        return self

    def broken(self) -> dict[Promise, int]:
        return {promise: count for promise, count in self.ledger.broken.items() if count}


def served(name: str, first: int, place: str = "101") -> list[Frame]:
    """The frames of one patient's whole way, from an offset on."""
    return [
        event(first, "ticket.issued", tickets=ticket(name, "waiting", 1)),
        event(first + 1, "ticket.called", tickets=ticket(name, "called", 2, room=place), rooms=room(place, name)),
        event(first + 2, "ticket.started", tickets=ticket(name, "serving", 3, room=place)),
        event(first + 3, "ticket.completed", tickets={name: None}, rooms=room(place)),
    ]


def named(frame: Frame) -> str:
    return frame.name if isinstance(frame, EventFrame) else ""
