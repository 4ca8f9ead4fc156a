"""What a day's rehearsal showed: waits, throughput, errors and promises, as figures.

Lives here: Report and its parts, and report_of, which works them out.
May import: msgspec, model, simulation.arrivals, .checks, .door, .feed and .journal.
Never: print, draw or write (simulation.show and .page do).

Waits are in hospital time: wall seconds times the speed. A server at 100 times real speed has a hundredth of a
second for what a real day gives it a second for, so these waits hold the server's own time a hundredfold.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from queueflow.simulation.checks import Broken, Ledger
from queueflow.simulation.door import Calls
from queueflow.simulation.feed import Followed
from queueflow.simulation.journal import Stop

HOUR_S: Final = 3600
LATE_LIMIT_S: Final = 30.0
"""Hospital seconds: while 99 of 100 arrivals were played less late than this, the generator kept up."""


class Spread(msgspec.Struct, frozen=True):
    """How values spread: their count, and the value that half, 90 % and 95 % stay below, and the greatest."""

    count: int
    p50: float
    p90: float
    p95: float
    p99: float
    max: float


def spread(values: Iterable[float]) -> Spread:
    """The spread of some values; all zero where there are none."""
    ordered = sorted(values)
    if not ordered:
        return Spread(0, 0.0, 0.0, 0.0, 0.0, 0.0)
    p50, p90, p95, p99 = (quantile(ordered, share) for share in (0.5, 0.9, 0.95, 0.99))
    return Spread(len(ordered), p50, p90, p95, p99, ordered[-1])


def quantile(ordered: Sequence[float], share: float) -> float:
    """A quantile of values in order, between two of them in proportion (Hyndman and Fan 1996, definition 7)."""
    at = (len(ordered) - 1) * share
    below = math.floor(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)


class WaitLine(msgspec.Struct, frozen=True):
    """Waits of one clinic or class, from its place in the queue to the first call, hospital seconds."""

    name: str
    wait_s: Spread


class HourLine(msgspec.Struct, frozen=True):
    """One hour of the day: who came and how long they would wait, and who was served to the end in it."""

    hour: int
    arrived: int
    served: int
    wait_s: Spread


class QueueLine(msgspec.Struct, frozen=True):
    """A clinic's queue over the day: from each instant (hospital seconds) on, so many waited."""

    clinic: str
    steps: tuple[tuple[float, int], ...]


class CallLine(msgspec.Struct, frozen=True):
    """One kind of call. `nobody`: answered that nobody waits. `took_ms`: wall milliseconds of a try."""

    call: str
    sent: int
    repeated: int
    replayed: int
    unanswered: int
    nobody: int
    refused: dict[str, int]
    took_ms: Spread


class FeedLine(msgspec.Struct, frozen=True):
    """What keeping one feed open took."""

    view: str
    connections: int
    snapshots: int
    frames: int


class PromiseLine(msgspec.Struct, frozen=True):
    """A promise, how often it was checked, and how often it did not hold."""

    promise: str
    checked: int
    broken: int


class Lateness(msgspec.Struct, frozen=True):
    """How late the generator itself was, wall milliseconds: with arrivals, and with every wake-up from a wait."""

    arrivals_ms: Spread
    wakes_ms: Spread
    kept_up: bool


class Counts(msgspec.Struct, frozen=True):
    """How many. `held`: got the ticket that they held already. `strangers`: tickets that no line of the file made."""

    lines: int
    checked_in: int
    held: int
    tickets: int
    done: int
    no_shows: int
    cancelled: int
    under_way: int
    strangers: int
    refused: int
    unanswered: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A whole rehearsal."""

    file: str
    facility: str
    started_at: str
    speed: float
    wall_s: float
    begins_s: float
    ends_s: float
    counts: Counts
    served_an_hour: float
    calls_a_second: float
    wait_s: Spread
    by_clinic: tuple[WaitLine, ...]
    by_priority: tuple[WaitLine, ...]
    by_hour: tuple[HourLine, ...]
    queues: tuple[QueueLine, ...]
    calls: tuple[CallLine, ...]
    feeds: tuple[FeedLine, ...]
    call_to_board_ms: Spread
    lateness: Lateness
    promises: tuple[PromiseLine, ...]
    broken: tuple[Broken, ...]

    @property
    def good(self) -> bool:
        """Whether every promise held, nobody was refused, and every call was answered."""
        whole = not any(line.broken for line in self.promises)
        return whole and not (self.counts.refused or self.counts.unanswered)


class Day(msgspec.Struct, kw_only=True):
    """What a replay hands over to be worked out.

    `server_ms`, `server_s`: an instant by the server's clock and the hospital's time then. `ours`: the tickets that
    our kiosks were answered with. `lines`, `checked_in`, `held`: of the day file. `late_s`, `woke_late_s`,
    `call_to_board_s`: wall seconds.
    """

    file: str
    facility: str
    started_at: str
    speed: float
    wall_s: float
    begins_s: float
    server_ms: float
    server_s: float
    lines: int
    checked_in: int
    held: int
    ours: Collection[str]
    stops: Mapping[str, Stop]
    waiting: Mapping[str, Sequence[tuple[int, int]]]
    calls: Mapping[str, Calls]
    feeds: Mapping[str, Followed]
    ledger: Ledger
    late_s: Sequence[float]
    woke_late_s: Sequence[float]
    call_to_board_s: Sequence[float]

    def hospital_s(self, at_ms: float) -> float:
        """Hospital time of an instant by the server's clock."""
        return self.server_s + (at_ms - self.server_ms) / 1000 * self.speed

    def wait_s(self, stop: Stop) -> float | None:
        """A stop's wait in hospital seconds, None for whom nobody called."""
        return None if stop.wait_ms is None else stop.wait_ms / 1000 * self.speed


def report_of(day: Day) -> Report:
    """The figures of a day."""
    stops = list(day.stops.values())
    calls = tuple(_call_line(name, calls) for name, calls in sorted(day.calls.items()))
    done = sum(stop.outcome == "done" for stop in stops)
    hours = day.wall_s * day.speed / HOUR_S
    return Report(
        file=day.file,
        facility=day.facility,
        started_at=day.started_at,
        speed=day.speed,
        wall_s=day.wall_s,
        begins_s=day.begins_s,
        ends_s=day.begins_s + day.wall_s * day.speed,
        counts=_counts(day, stops, calls),
        served_an_hour=done / hours if hours else 0.0,
        calls_a_second=sum(line.took_ms.count for line in calls) / day.wall_s if day.wall_s else 0.0,
        wait_s=spread(_waits(day, stops)),
        by_clinic=_by(day, stops, "clinic"),
        by_priority=_by(day, stops, "priority"),
        by_hour=_by_hour(day, stops),
        queues=tuple(
            QueueLine(clinic, tuple((day.hospital_s(at_ms), waiting) for at_ms, waiting in steps))
            for clinic, steps in sorted(day.waiting.items())
        ),
        calls=calls,
        feeds=tuple(
            FeedLine(view, kept.connections, kept.snapshots, kept.frames) for view, kept in sorted(day.feeds.items())
        ),
        call_to_board_ms=spread(value * 1000 for value in day.call_to_board_s),
        lateness=_lateness(day),
        promises=tuple(
            PromiseLine(promise.value, day.ledger.checked[promise], day.ledger.broken[promise])
            for promise in day.ledger.checked
        ),
        broken=tuple(day.ledger.kept),
    )


def _counts(day: Day, stops: list[Stop], calls: tuple[CallLine, ...]) -> Counts:
    outcomes = [stop.outcome for stop in stops]
    return Counts(
        lines=day.lines,
        checked_in=day.checked_in,
        held=day.held,
        tickets=len(stops),
        done=outcomes.count("done"),
        no_shows=outcomes.count("no-show"),
        cancelled=outcomes.count("cancelled"),
        under_way=outcomes.count(""),
        strangers=sum(stop.ticket not in day.ours for stop in stops),
        refused=sum(sum(line.refused.values()) for line in calls),
        unanswered=sum(line.unanswered for line in calls),
    )


def _call_line(name: str, calls: Calls) -> CallLine:
    took = spread(value * 1000 for value in calls.took_s)
    return CallLine(
        name, calls.sent, calls.repeated, calls.replayed, calls.unanswered, calls.nobody, dict(calls.refused), took
    )


def _waits(day: Day, stops: Iterable[Stop]) -> list[float]:
    return [wait for stop in stops if (wait := day.wait_s(stop)) is not None]


def _by(day: Day, stops: list[Stop], field: str) -> tuple[WaitLine, ...]:
    groups: dict[str, list[float]] = {}
    for stop in stops:
        wait = day.wait_s(stop)
        if wait is not None:
            groups.setdefault(stop.clinic if field == "clinic" else stop.priority, []).append(wait)
    return tuple(WaitLine(name, spread(waits)) for name, waits in sorted(groups.items()))


def _by_hour(day: Day, stops: list[Stop]) -> tuple[HourLine, ...]:
    arrived: dict[int, list[Stop]] = {}
    served: dict[int, int] = {}
    for stop in stops:
        if stop.waits_from_ms is not None:
            arrived.setdefault(int(day.hospital_s(stop.waits_from_ms) // HOUR_S), []).append(stop)
        if stop.outcome == "done" and stop.ended_ms is not None:
            hour = int(day.hospital_s(stop.ended_ms) // HOUR_S)
            served[hour] = served.get(hour, 0) + 1
    hours = arrived.keys() | served.keys()
    return tuple(
        HourLine(hour, len(arrived.get(hour, ())), served.get(hour, 0), spread(_waits(day, arrived.get(hour, ()))))
        for hour in range(min(hours, default=0), max(hours, default=-1) + 1)
    )


def _lateness(day: Day) -> Lateness:
    arrivals = spread(value * 1000 for value in day.late_s)
    wakes = spread(value * 1000 for value in day.woke_late_s)
    kept_up = max(arrivals.p99, wakes.p99) / 1000 * day.speed <= LATE_LIMIT_S
    return Lateness(arrivals, wakes, kept_up)
