"""Everything that a store keeps of one facility, read key by key behind the engine's back."""

import re
from dataclasses import dataclass, field
from typing import Any

import msgspec
import redis

from queueflow.model.commands import ClinicSetup, PrioritySetup, RoomSetup
from queueflow.model.events import AnyEvent
from queueflow.model.ids import FacilityId
from queueflow.model.live_state import RoomState
from queueflow.model.ticket import Ticket
from queueflow.model.visit import Visit

Entry = tuple[str, float]
"""A waiting ticket's id and what it queues by."""

_IN_PASSING = {"last_ms", "order", "replays"}
"""What a command that changes nothing may still move: the clock's floor, the order's floor, the count of replays."""
_TAGGED = re.compile(r"qf:\{[a-z0-9-]+\}:")


@dataclass
class Kept:
    """One facility as its keys say."""

    meta: dict[str, str] = field(default_factory=dict)
    clinics: dict[str, ClinicSetup] = field(default_factory=dict)
    rooms: dict[str, RoomSetup] = field(default_factory=dict)
    classes: tuple[PrioritySetup, ...] = ()
    tickets: dict[str, Ticket] = field(default_factory=dict)
    visits: dict[str, Visit] = field(default_factory=dict)
    active: set[str] = field(default_factory=set)
    room_states: dict[str, RoomState] = field(default_factory=dict)
    counts: dict[str, dict[str, float]] = field(default_factory=dict)
    waiting: dict[tuple[str, str], list[Entry]] = field(default_factory=dict)
    wishes: dict[str, dict[str, str]] = field(default_factory=dict)
    present: dict[str, int] = field(default_factory=dict)
    choices: set[str] = field(default_factory=set)
    freed: dict[str, int] = field(default_factory=dict)
    persons: dict[str, dict[str, str]] = field(default_factory=dict)
    numbers: dict[str, dict[str, int]] = field(default_factory=dict)
    carried: dict[str, set[str]] = field(default_factory=dict)
    events: list[tuple[int, AnyEvent]] = field(default_factory=list)
    """Those after the offset that was asked for."""
    raw: dict[str, object] = field(default_factory=dict)
    """Every key but the stream, the requests' kept answers and what undo needs, to tell whether anything changed."""
    foreign: list[str] = field(default_factory=list)
    """Keys outside any facility's tag, or of a kind that nobody knows."""

    @property
    def offset(self) -> int:
        return int(self.meta.get("offset", 0))

    @property
    def day(self) -> str | None:
        return self.meta.get("day")

    @property
    def last_ms(self) -> int:
        return int(self.meta.get("last_ms", 0))

    def room(self, room: str) -> RoomState:
        """A room as it is; one that was never opened is closed."""
        return self.room_states.get(room) or msgspec.convert({"id": room, "state": "closed"}, RoomState)

    def line(self, clinic: str) -> dict[str, list[Entry]]:
        """Who waits in a clinic by class, in strict order; classes without any left out."""
        lines = ((one.id, self.waiting.get((clinic, one.id))) for one in self.classes)
        return {name: entries for name, entries in lines if entries}


def read(client: "redis.Redis", facility: FacilityId, after: int = 0) -> Kept:
    """What the store keeps of a facility; events only after that offset."""
    tag = f"qf:{{{facility}}}:"
    kept = Kept()
    everything = sorted(key.decode() for key in _ask(client.keys("*")))
    names = [name for name in everything if name.startswith(tag)]
    kept.foreign = [name for name in everything if name != "qf:library" and not _TAGGED.match(name)]
    kinds = [(name, name.removeprefix(tag).split(":")) for name in names]
    with client.pipeline(transaction=False) as pipeline:
        for name, parts in kinds:
            match parts:
                case ["meta" | "setup" | "rulesets" | "robin" | "rooms" | "present" | "freed"] | [
                    "clinic" | "wishes",
                    _,
                ]:
                    pipeline.hgetall(name)
                case ["tickets" | "visits" | "persons" | "numbers", _]:
                    pipeline.hgetall(name)
                case ["active" | "choices"] | ["carried", _]:
                    pipeline.smembers(name)
                case ["waiting", _, _]:
                    pipeline.zrange(name, 0, -1, withscores=True)
                case ["events"]:
                    pipeline.xrange(name, min=f"({after}-0")
                case _:
                    pipeline.type(name)
        answers = pipeline.execute()
    for (name, parts), answer in zip(kinds, answers, strict=True):
        _put(kept, name, parts, answer)
    return kept


def _put(kept: Kept, name: str, parts: list[str], answer: Any) -> None:  # noqa: PLR0912  (one case a kind of key)
    if parts[0] not in ("events", "once", "undo"):
        kept.raw[name] = answer
    match parts:
        case ["meta"]:
            kept.meta = _text(answer)
            kept.raw[name] = {key: value for key, value in kept.meta.items() if key not in _IN_PASSING}
        case ["setup"]:
            _put_setup(kept, answer)
        case ["rooms"]:
            kept.room_states = _unpacked(answer, RoomState)
        case ["clinic", clinic]:
            counts = {key: value for key, value in answer.items() if key != b"learned"}
            kept.counts[clinic] = {key: float(value) for key, value in _text(counts).items()}
        case ["wishes", clinic]:
            kept.wishes[clinic] = _text(answer)
        case ["present"]:
            kept.present = {one: int(count) for one, count in _text(answer).items() if int(count)}
        case ["freed"]:
            kept.freed = {one: int(at_ms) for one, at_ms in _text(answer).items()}
        case ["choices"]:
            kept.choices = {one.decode() for one in answer}
        case ["tickets", _]:
            kept.tickets |= _unpacked(answer, Ticket)
        case ["visits", _]:
            kept.visits |= _unpacked(answer, Visit)
        case ["persons", day]:
            kept.persons[day] = _text(answer)
        case ["numbers", day]:
            kept.numbers[day] = {series: int(count) for series, count in _text(answer).items()}
        case ["active"]:
            kept.active = {one.decode() for one in answer}
        case ["carried", day]:
            kept.carried[day] = {one.decode() for one in answer}
        case ["waiting", clinic, priority]:
            kept.waiting[clinic, priority] = [(member.decode(), score) for member, score in answer]
        case ["events"]:
            kept.events = [
                (int(entry.partition(b"-")[0]), msgspec.msgpack.decode(fields[b"e"], type=AnyEvent))
                for entry, fields in answer
            ]
        case ["rulesets" | "robin" | "due"] | ["once" | "undo", _]:
            pass
        case _:
            kept.foreign.append(name)


def _put_setup(kept: Kept, answer: dict[bytes, bytes]) -> None:
    for key, value in answer.items():
        match key.decode().split(":"):
            case ["clinic", clinic]:
                kept.clinics[clinic] = msgspec.msgpack.decode(value, type=ClinicSetup)
            case ["room", room]:
                kept.rooms[room] = msgspec.msgpack.decode(value, type=RoomSetup)
            case ["priorities"]:
                kept.classes = msgspec.msgpack.decode(value, type=tuple[PrioritySetup, ...])


def _text(answer: dict[bytes, bytes]) -> dict[str, str]:
    return {key.decode(): value.decode() for key, value in answer.items()}


def _unpacked(answer: dict[bytes, bytes], kind: type[Any]) -> dict[str, Any]:
    return {key.decode(): msgspec.msgpack.decode(value, type=kind) for key, value in answer.items()}


def _ask(answer: Any) -> Any:
    # redis-py types its answers for the synchronous and the asynchronous client at once.
    return answer


def changed(before: Kept, after: Kept) -> dict[str, object]:
    """The keys that differ, for a message."""
    names = {name for name in {*before.raw, *after.raw} if before.raw.get(name) != after.raw.get(name)}
    return {name: (before.raw.get(name), after.raw.get(name)) for name in sorted(names)}
