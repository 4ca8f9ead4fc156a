"""Queues that theory knows: Poisson arrivals and exponential services in virtual time, in many replications at once.

Lives here: Station, Waits and waits_of.
May import: queueflow's model and simulation, tests.simulation.stations.
Never: a queue of its own; each replication is a facility of the real engine.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import fmean

from queueflow.model.ids import FacilityId
from queueflow.model.priority import ServingOrder
from queueflow.simulation import theory
from queueflow.simulation.clock import dice
from queueflow.simulation.interval import Interval, controlled_mean_of
from queueflow.simulation.record import Day
from queueflow.store.client import Store
from tests.simulation.stations import HERE, classes, clinic, facility, guest, play, room

SERVICE_S = 600.0
FASTER = 1.1
AT_ONCE = 30
"""Replications under way: enough to fill a pipeline, few enough that none waits for a reply too long."""


@dataclass(frozen=True)
class Draw:
    """What chance decides of a patient: seconds since the one before, seconds of service, class."""

    gap_s: float
    service_s: float
    name: str


@dataclass(frozen=True)
class Station:
    """One clinic with that many rooms. `loads`: by class, the best first, shares of all rooms' work."""

    order: ServingOrder
    rooms: int
    loads: Sequence[float]
    rates: Sequence[float]

    def names(self) -> list[str]:
        return [f"class-{n}" for n in range(len(self.loads))]

    def arrivals(self) -> list[float]:
        """Patients a second, by class."""
        return [load * self.rooms / SERVICE_S for load in self.loads]

    def draws(self, patients: int, seed: str) -> list[Draw]:
        """Who comes: that many patients' gaps, services and classes."""
        chance, names, arrivals = dice(seed), self.names(), self.arrivals()
        return [
            Draw(
                gap_s=chance.expovariate(sum(arrivals)),
                service_s=chance.expovariate(1 / SERVICE_S),
                name=chance.choices(names, arrivals)[0],
            )
            for _ in range(patients)
        ]

    async def play(self, store: Store, draws: Sequence[Draw], where: FacilityId = HERE) -> Day:
        """Those patients' day at this station, in a facility of that name."""
        house = facility(
            [clinic("eye", self.order)],
            [room(f"r{n}", "eye") for n in range(self.rooms)],
            classes(dict(zip(self.names(), self.rates, strict=True))),
            name=where,
        )
        arrivals_s = accumulate(draw.gap_s for draw in draws)
        guests = [
            guest(serial, at_s, {"eye": (draw.service_s,)}, where=where, priority=draw.name)
            for serial, (at_s, draw) in enumerate(zip(arrivals_s, draws, strict=True))
        ]
        return await play(store, house, guests)

    def known(self) -> list[float]:
        """The true means of the controls."""
        arrivals = self.arrivals()
        service_s = SERVICE_S / self.rooms / FASTER
        loads = [sum(arrivals[: n + 1]) * service_s for n in range(len(arrivals))]
        workloads_s = [theory.fifo(theory.residual_s(1, load, service_s), load) for load in loads]
        return [1 / sum(arrivals), *(one / sum(arrivals) * SERVICE_S for one in arrivals), *workloads_s]

    def controls(self, draws: Sequence[Draw], warm_up: int) -> list[float]:
        """Means of what theory knows of the same patients: gaps, services by class, and waits at a faster server.

        That server does a tenth more than all rooms together, first come, first served, and sees only the best class,
        only the best two, and so on: max(0, wait + service - gap).
        """
        counted = draws[warm_up:]
        names = self.names()
        by_class = [fmean(draw.service_s * (draw.name == name) for draw in counted) for name in names]
        waits_s = [fmean(self._faster(draws, set(names[: n + 1]))[warm_up:]) for n in range(len(names))]
        return [fmean(draw.gap_s for draw in counted), *by_class, *waits_s]

    def _faster(self, draws: Sequence[Draw], seen: set[str]) -> list[float]:
        """What each patient would find before them at the faster server."""
        waits_s, wait_s = list[float](), 0.0
        for draw in draws:
            wait_s = max(0.0, wait_s - draw.gap_s)
            waits_s.append(wait_s)
            if draw.name in seen:
                wait_s += draw.service_s / self.rooms / FASTER
        return waits_s


class Waits:
    """What a station's replications came to: mean waits by class, and the controls beside them."""

    def __init__(self, station: Station, waits_s: Sequence[Sequence[float]], seen: Sequence[Sequence[float]]) -> None:
        self.station = station
        self._waits_s = waits_s
        self._seen = seen

    def mean(self, weights: Sequence[float], level: float = 0.99) -> Interval:
        """The mean of the classes' waits, each with its weight."""
        values = [sum(wait * weight for wait, weight in zip(row, weights, strict=True)) for row in self._waits_s]
        return controlled_mean_of(values, self._seen, self.station.known(), level)

    def of_class(self, number: int) -> Interval:
        """The mean wait of one class, seconds, as a 99 % interval."""
        return self.mean([float(n == number) for n in range(len(self.station.loads))])


async def waits_of(
    store: Store, station: Station, *, replications: int, patients: int, warm_up: int, seed: str
) -> Waits:
    """Play a station so many times, some at once; the first `warm_up` patients of each are left out of its means."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> tuple[list[float], list[float]]:
        draws = station.draws(patients, f"{seed} {number}")
        async with places:
            day = await station.play(store, draws, FacilityId(f"replication-{number}"))
        waited: dict[str, list[float]] = {name: [] for name in station.names()}
        for wait in day.waits:
            if wait.serial >= warm_up:
                waited[wait.priority].append(wait.wait_s or 0.0)
        return [fmean(waited[name]) for name in station.names()], station.controls(draws, warm_up)

    found = await asyncio.gather(*(one(number) for number in range(replications)))
    return Waits(station, [waits_s for waits_s, _ in found], [seen for _, seen in found])
