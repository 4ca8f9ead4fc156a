"""How good the promised waits are: a day of the shipped hospital in virtual time, over the real engine.

    python -m loadtests.rehearsals.waits [--patients N] [--seeds 1 2 3] [--consultations FILE] [--tests]

Everybody is promised a wait when they join a queue (p50 and p90); here it is held against what they then waited until
their first call. Beside it stands the naive promise: number ahead x mean service / open rooms. Who found a free room is
left out. Goals: p90 covers 85 to 95 %; the median error is at most half of the naive one's. Writes
artifacts/rehearsal-waits.svg (all seeds); 1 where a goal is missed.

The rooms open from 7:00 to 7:10, take an hour's lunch from 11:15 to 13:15 in turn, and three of ten pause for 10 to 20
minutes in the morning; patients come by the assumed morning profile, walk 20 to 60 s when called, 3 % never come and
2 % come late. Consultations are lognormal by the clinics' own means, or drawn from the file. With --tests, 55 % of the
examined are sent for 1 to 3 tests and return, in the hospital with more rooms.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from statistics import fmean

import uvloop
from rich.console import Console
from rich.table import Table

from loadtests.rehearsals.charts import scatter
from loadtests.rehearsals.house import ARTIFACTS, MIDNIGHT_MS, ON, Asked, mix, played, shipped
from queueflow.simulation.accuracy import Accuracy, accuracy_of, by, queued, utilisation
from queueflow.simulation.arrivals import read_consultations
from queueflow.simulation.outpatients import HOUR_MS, TESTS_A_VISIT, Plan, rehearsed
from queueflow.simulation.record import Day, Waited, Why

COVERED = (0.85, 0.95)
RATIO = 0.5
CARRIED = {(False, False): 1100, (False, True): 800, (True, False): 1500, (True, True): 1000}
"""Patients that the rooms can serve by the evening: with tests, with measured consultations (which are longer)."""
PEAK_MS = (MIDNIGHT_MS + 7 * HOUR_MS + HOUR_MS // 6, MIDNIGHT_MS + 11 * HOUR_MS)


def options() -> argparse.Namespace:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument(
        "--patients",
        type=int,
        help="what the rooms carry unless said: 1,100; 800 of measured times; with tests 1,500 and 1,000",
    )
    wanted.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    wanted.add_argument("--consultations", type=Path, help="a CSV of measured consultations, with a column service_s")
    wanted.add_argument("--tests", action="store_true", help="doctors order tests; the hospital has more rooms")
    wanted.add_argument("--same-lunch", action="store_true", help="all rooms rest at half past eleven")
    wanted.add_argument("--by-clinic", action="store_true", help="a line for each clinic too")
    return wanted.parse_args()


async def main() -> int:
    """Play the days and print what the promises were worth."""
    chosen = options()
    rules = shipped(more_rooms=chosen.tests)
    file = chosen.consultations
    measured = read_consultations(file.read_text("utf-8"), file.name) if file else None
    comes = mix(measured)
    patients = chosen.patients or CARRIED[chosen.tests, measured is not None]

    def plan(seed: int) -> Plan:
        return Plan(
            mix=comes,
            patients=patients,
            seed=seed,
            midnight_ms=MIDNIGHT_MS,
            on=ON,
            tests_a_visit=TESTS_A_VISIT if chosen.tests else (1.0,),
            same_lunch=chosen.same_lunch,
        )

    days = [Asked(f"seed {seed}", rehearsed(rules, plan(seed)), seed) for seed in chosen.seeds]
    means_s = {clinic.id: clinic.service_mean_s for clinic in rules.facility.clinics}
    places = {str(room.id): room.places for room in rules.facility.rooms}
    out = Console(width=140) if not sys.stdout.isatty() else Console()
    every: list[Waited] = []
    lines: list[Accuracy] = []
    async with aclosing(played(days)) as results:
        async for asked, day in results:
            waits = queued(day)
            every += waits
            lines.append(accuracy_of(asked.name, waits, means_s))
            out.print(said(asked.name, day, utilisation(day, places, *PEAK_MS)), highlight=False)
    lines += by(lambda wait: f"joined by {wait.why}", every, means_s)
    lines += by(lambda wait: "a room was open" if wait.rooms_open else "before any room opened", every, means_s)
    lines += by(lambda wait: f"class {wait.priority}", every, means_s)
    lines += by(lambda wait: f"hour {(wait.joined_ms - MIDNIGHT_MS) // HOUR_MS:02d}", every, means_s)
    if chosen.by_clinic:
        lines += by(lambda wait: f"clinic {wait.clinic}", every, means_s)
    whole = accuracy_of("all", every, means_s)
    out.print(table([whole, *lines]))
    points = [(wait.expected.p50_s / 60, (wait.wait_s or 0) / 60) for wait in every]
    scatter(ARTIFACTS / "rehearsal-waits.svg", "Promised and real waits", ("promised p50, min", "real, min"), points)
    good = COVERED[0] <= whole.covered <= COVERED[1] and whole.ratio <= RATIO
    verdict = (
        f"p90 covers {whole.covered:.1%} (goal 85 to 95 %); median error {whole.ratio:.2f} of the naive (goal 0.50)"
    )
    out.print(verdict, style="bold green" if good else "bold red", highlight=False)
    return int(not good)


def said(name: str, day: Day, busy: dict[str, float]) -> str:
    """A day in a line."""
    there = sum(stay.left_ms is None for stay in day.stays)
    consulting = sorted(busy.values())
    at_once = sum(wait.wait_s == 0 for wait in day.waits)
    ordered = sum(wait.why is not Why.CHECK_IN for wait in day.waits)
    return (
        f"{name}: {len(day.stays)} came, {there} still there; {len(day.waits)} waits ({ordered} for tests or back from "
        f"them), {at_once} called at once; rooms busy from 7:10 to 11:00: mean {fmean(consulting):.0%}, "
        f"half of them above {consulting[len(consulting) // 2]:.0%}; over at "
        f"{(day.ended_ms - MIDNIGHT_MS) / HOUR_MS:.1f} h"
    )


def table(lines: Sequence[Accuracy]) -> Table:
    shown = Table(
        "",
        *("waits", "p90 covers", "below p50", "error min", "naive min", "ratio", "mean", "median", "p90 min"),
        title="Promised against real waits; errors are medians",
    )
    for column in shown.columns[1:]:
        column.justify = "right"
    for one in lines:
        shown.add_row(
            one.name,
            f"{one.waits}",
            f"{one.covered:.1%}",
            f"{one.below:.1%}",
            *(f"{seconds / 60:.1f}" for seconds in (one.error_s, one.naive_error_s)),
            f"{one.ratio:.2f}",
            *(f"{seconds / 60:.1f}" for seconds in (one.mean_wait_s, one.median_wait_s, one.p90_wait_s)),
        )
    return shown


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(main()))
