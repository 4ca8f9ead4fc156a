"""How good the promised waits were: what people were told when they joined a queue against how long they waited.

Lives here: Accuracy, accuracy_of, and the naive promise that they are held against.
May import: model, msgspec, simulation.record and .report, the standard library's statistics.
Never: leave out a wait because of how it came out; only who was called at once, which was known, is counted apart.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean, median

import msgspec

from queueflow.model.ids import ClinicId
from queueflow.simulation.record import Day, Waited
from queueflow.simulation.report import quantile


class Accuracy(msgspec.Struct, frozen=True):
    """Promises held against waits, seconds. A wait is from joining to the first call.

    `waits`: those who did not find a free room. `covered`: share whose wait was at most the promised p90. `below`:
    share whose wait was below the promised p50; a half is right. `error_s`: median of |wait - p50|; `naive_error_s`:
    the same of the naive promise. `mean_wait_s`, `median_wait_s`, `p90_wait_s`: the waits themselves.
    """

    name: str
    waits: int
    covered: float
    below: float
    error_s: float
    naive_error_s: float
    mean_wait_s: float
    median_wait_s: float
    p90_wait_s: float

    @property
    def ratio(self) -> float:
        """The promise's median error as a share of the naive one's; at most a half is the goal."""
        return self.error_s / self.naive_error_s if self.naive_error_s else float("inf")


def naive_s(waited: Waited, mean_s: float) -> float:
    """Number ahead x mean service / open rooms, seconds; as if one room were open where none is."""
    return (waited.position - 1) * mean_s / max(1, waited.rooms_open)


def queued(day: Day) -> tuple[Waited, ...]:
    """The waits of a day that ended with a call and did not begin with one."""
    return tuple(wait for wait in day.waits if wait.wait_s)


def accuracy_of(name: str, waits: Sequence[Waited], means_s: Mapping[ClinicId, float]) -> Accuracy:
    """How good the promises of those waits were; there is at least one. `means_s`: each clinic's mean service."""
    waited = [wait.wait_s or 0.0 for wait in waits]
    errors = [abs(real - wait.expected.p50_s) for wait, real in zip(waits, waited, strict=True)]
    naive = [abs(real - naive_s(wait, means_s[wait.clinic])) for wait, real in zip(waits, waited, strict=True)]
    return Accuracy(
        name=name,
        waits=len(waits),
        covered=fmean(real <= wait.expected.p90_s for wait, real in zip(waits, waited, strict=True)),
        below=fmean(real < wait.expected.p50_s for wait, real in zip(waits, waited, strict=True)),
        error_s=median(errors),
        naive_error_s=median(naive),
        mean_wait_s=fmean(waited),
        median_wait_s=median(waited),
        p90_wait_s=quantile(sorted(waited), 0.9),
    )


def by(
    what: Callable[[Waited], str], waits: Iterable[Waited], means_s: Mapping[ClinicId, float]
) -> tuple[Accuracy, ...]:
    """The same for each kind of wait, by name."""
    kinds: dict[str, list[Waited]] = {}
    for wait in waits:
        kinds.setdefault(what(wait), []).append(wait)
    return tuple(accuracy_of(name, kinds[name], means_s) for name in sorted(kinds))


def utilisation(day: Day, places: Mapping[str, int], from_ms: int, to_ms: int) -> dict[str, float]:
    """By room that was open in that span: the share of its open time, place by place, from a call to the stop's end."""
    open_ms: dict[str, float] = {}
    for hours in day.hours:
        span = min(to_ms, hours.to_ms or to_ms) - max(from_ms, hours.from_ms)
        if span > 0:
            open_ms[hours.room] = open_ms.get(hours.room, 0.0) + span * places[hours.room]
    busy_ms = dict.fromkeys(open_ms, 0.0)
    for wait in day.waits:
        if wait.room in busy_ms and wait.called_ms is not None and wait.ended_ms is not None:
            busy_ms[wait.room] += max(0, min(to_ms, wait.ended_ms) - max(from_ms, wait.called_ms))
    return {room: busy_ms[room] / open_ms[room] for room in open_ms}
