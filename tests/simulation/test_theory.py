"""The engine's policies against what queueing theory proves of them, by independent replications in virtual time.

Each mean wait is estimated as a 99 % interval (Student's t; least squares on controls whose true means are known). The
formula must lie in it, and it must be narrow, or a wrong policy would pass too: where another policy's formula is
named, that one must lie outside. Seeds are fixed, so a test goes one way.
"""

import asyncio
import os
from dataclasses import dataclass, replace
from functools import cache

import pytest

from queueflow.model.priority import ServingOrder
from queueflow.simulation import theory
from queueflow.simulation.interval import Interval
from queueflow.simulation.sandbox import sandbox
from tests.simulation.markov import SERVICE_S, Station, Waits, waits_of

LONG = bool(os.environ.get("QUEUEFLOW_FUZZ"))
TIMES = 10 if LONG else 1
NARROW = 0.035 if LONG else 0.1

pytestmark = pytest.mark.timeout(3600 if LONG else 120)


@dataclass(frozen=True)
class Case:
    """A station, and how many replications of how many patients show it."""

    station: Station
    replications: int
    patients: int
    warm_up: int = 100


CASES = {
    "one room": Case(Station(ServingOrder.STRICT, 1, (0.6,), (1,)), replications=14, patients=700),
    "three rooms": Case(Station(ServingOrder.STRICT, 3, (0.7,), (1,)), replications=26, patients=800),
    "strict, two classes": Case(Station(ServingOrder.STRICT, 1, (0.3, 0.3), (1, 1)), replications=18, patients=850),
    "strict, three classes": Case(
        Station(ServingOrder.STRICT, 1, (0.2, 0.15, 0.2), (1, 1, 1)), replications=20, patients=900
    ),
    "accumulating, 3 to 1": Case(
        Station(ServingOrder.ACCUMULATING, 1, (0.3, 0.3), (3, 1)), replications=18, patients=850
    ),
}


@cache
def played(name: str) -> Waits:
    """What a case comes to; played once for all tests that look at it."""

    async def all_of_it() -> Waits:
        case = CASES[name]
        async with sandbox() as store:
            return await waits_of(
                store,
                case.station,
                replications=case.replications * TIMES,
                patients=case.patients,
                warm_up=case.warm_up,
                seed=name,
            )

    return asyncio.run(all_of_it())


def residual_s(station: Station) -> float:
    return theory.residual_s(station.rooms, sum(station.loads) * station.rooms, SERVICE_S)


def agrees(found: Interval, formula_s: float) -> bool:
    """Whether the formula lies in an interval that says something."""
    assert found.level == 0.99
    assert found.half_width < NARROW * formula_s, "the interval is too wide to say anything"
    return found.holds(formula_s)


@pytest.mark.parametrize("name", ["one room", "three rooms"])
def test_first_come_first_served_waits_as_erlang_c_says(name: str) -> None:
    waits = played(name)
    station = waits.station
    formula_s = theory.fifo(residual_s(station), sum(station.loads))
    assert agrees(waits.of_class(0), formula_s)
    # A room that were idle for a twentieth of its time, or a load that were so much higher, would be seen.
    busier = theory.residual_s(station.rooms, sum(station.loads) * station.rooms * 1.05, SERVICE_S * 1.05)
    assert not waits.of_class(0).holds(theory.fifo(busier, sum(station.loads) * 1.05))


@pytest.mark.parametrize("name", ["strict, two classes", "strict, three classes"])
def test_strict_priority_waits_as_cobham_says(name: str) -> None:
    waits = played(name)
    station = waits.station
    by_cobham = theory.strict(residual_s(station), station.loads)
    first_come = theory.fifo(residual_s(station), sum(station.loads))
    for number, formula_s in enumerate(by_cobham):
        assert agrees(waits.of_class(number), formula_s), number
    assert not waits.of_class(0).holds(first_come)
    assert not waits.of_class(len(by_cobham) - 1).holds(first_come)


def test_accumulating_priority_waits_as_kleinrock_says() -> None:
    waits = played("accumulating, 3 to 1")
    station = waits.station
    by_kleinrock = theory.accumulating(residual_s(station), station.loads, station.rates)
    by_cobham = theory.strict(residual_s(station), station.loads)
    for number, formula_s in enumerate(by_kleinrock):
        assert agrees(waits.of_class(number), formula_s), number
        assert not waits.of_class(number).holds(by_cobham[number]), "as if it were strict"
        assert not waits.of_class(number).holds(theory.fifo(residual_s(station), sum(station.loads))), (
            "as if first come"
        )


@pytest.mark.parametrize("name", ["strict, two classes", "strict, three classes", "accumulating, 3 to 1"])
def test_no_order_changes_the_sum_of_all_waits(name: str) -> None:
    waits = played(name)
    station = waits.station
    assert agrees(waits.mean(station.loads), theory.conserved(residual_s(station), station.loads))


async def calls(order: ServingOrder, rates: tuple[float, float], *, one_class: bool = False) -> list[int | None]:
    """When each of the same 300 patients of two classes is called under a policy; `one_class`: all in the first."""
    station = Station(order, 1, (0.4, 0.4), rates)
    draws = station.draws(300, "path")
    async with sandbox() as store:
        day = await station.play(store, [replace(draw, name="class-0") for draw in draws] if one_class else draws)
    return [wait.called_ms for wait in day.waits]


async def test_where_all_rates_are_equal_accumulating_is_first_come_first_served() -> None:
    first_come = await calls(ServingOrder.STRICT, (1, 1), one_class=True)
    assert await calls(ServingOrder.ACCUMULATING, (2, 2)) == first_come
    assert await calls(ServingOrder.ACCUMULATING, (3, 1)) != first_come


async def test_where_one_rate_is_by_far_the_greater_accumulating_is_strict() -> None:
    strict = await calls(ServingOrder.STRICT, (1, 1))
    assert await calls(ServingOrder.ACCUMULATING, (1e9, 1)) == strict
    assert await calls(ServingOrder.ACCUMULATING, (3, 1)) != strict
