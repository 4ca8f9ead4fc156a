"""What it saves to choose the next test by the shortest expected wait: days of 1,500 patients, 55 % sent for tests.

    python -m loadtests.rehearsals.journeys [--patients 1500] [--seeds 10] [--results] [--outage]

The same patients, times of service and walks are played under each way of ordering (common random numbers), over the
real engine in virtual time: `fixed`: blood test, ultrasound, X-ray, ECG, one after the other as they were written down;
`any order`: one group, of which the engine joins the quickest now, and changes when another is quicker by five minutes;
`blood first`: the blood test, then the others as a group. Compared is the time in the house, check-in to leaving.
With --results the blood's result takes 45 to 90 minutes, and the return to the doctor waits for it. With --outage one
clinic for tests, drawn anew each day, stands still for two hours of the morning. Beside it stand the targets of
Decision 1313/QD-BYT (2013) for the mean. Writes artifacts/rehearsal-journeys.svg; 1 where somebody did not finish.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import aclosing
from statistics import fmean

import msgspec
import uvloop
from rich.console import Console
from rich.table import Table

from loadtests.rehearsals.charts import bars
from loadtests.rehearsals.house import ARTIFACTS, MIDNIGHT_MS, ON, Asked, mix, played, shipped
from queueflow.model.ids import ServiceId
from queueflow.operations.stops import Wanted
from queueflow.simulation.day import Attendance
from queueflow.simulation.interval import Interval, mean_of
from queueflow.simulation.outpatients import TESTS_A_VISIT, Ordering, Plan, any_order, fixed_order, rehearsed
from queueflow.simulation.record import Day

TARGETS_MIN = (120.0, 180.0, 210.0, 240.0)
"""Of 0, 1, 2 and 3 kinds of test: Decision 1313/QD-BYT, 22 April 2013."""
WITH_TESTS = {"health-check-up"}
"""What has its tests from the start is no case for a doctor's order."""
FIXED, ANY, BLOOD = "fixed", "any order", "blood first"


def blood_first(tests: tuple[ServiceId, ...]) -> tuple[Wanted, ...]:
    """The blood test, whose result takes time, then the others in any order."""
    return tuple(Wanted(service=test, group=None if test == "blood-test" else 1) for test in tests)


WAYS: dict[str, Ordering] = {FIXED: fixed_order, ANY: any_order, BLOOD: blood_first}


class Result(msgspec.Struct, frozen=True):
    """One day under one way of ordering: each patient's minutes in the house by serial; and how often plans changed."""

    minutes: dict[int, float]
    tests: dict[int, int]
    left_behind: int
    replanned: int

    def mean(self, kinds: int | None) -> float:
        """Their mean."""
        return fmean(self.of(kinds).values())

    def of(self, kinds: int | None) -> dict[int, float]:
        """Of those with that many kinds of test; None: of all."""
        return {n: minutes for n, minutes in self.minutes.items() if kinds is None or self.tests[n] == kinds}


def result_of(day: Day, tests: dict[int, int]) -> Result:
    return Result(
        minutes={stay.serial: (stay.left_ms - stay.came_ms) / 60_000 for stay in day.stays if stay.left_ms},
        tests=tests,
        left_behind=sum(not stay.finished for stay in day.stays),
        replanned=sum(wait.outcome == "planned" for wait in day.waits),
    )


def plan(way: str, seed: int, chosen: argparse.Namespace) -> Plan:
    """That day under that way of ordering."""
    return Plan(
        mix=tuple(share for share in mix() if share.service not in WITH_TESTS),
        patients=chosen.patients,
        seed=seed,
        midnight_ms=MIDNIGHT_MS,
        on=ON,
        tests_a_visit=TESTS_A_VISIT,
        ordering=WAYS[way],
        examinations_only=True,
        once_each=True,
        results_min=(45, 90) if chosen.results else None,
        outage=chosen.outage,
        attendance=Attendance(late=0.02, no_show=0.0),
    )


async def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--patients", type=int, default=1500)
    wanted.add_argument("--seeds", type=int, default=10, help="how many days")
    wanted.add_argument("--results", action="store_true", help="the blood's result takes 45 to 90 minutes")
    wanted.add_argument("--outage", action="store_true", help="one clinic for tests stands still for two hours")
    chosen = wanted.parse_args()
    rules = shipped(more_rooms=True)
    days = [
        Asked(way, rehearsed(rules, plan(way, seed, chosen)), seed)
        for seed in range(1, chosen.seeds + 1)
        for way in WAYS
    ]
    found: dict[str, list[Result]] = {way: [] for way in WAYS}
    async with aclosing(played(days)) as results:
        async for asked, day in results:
            found[asked.name].append(result_of(day, dict(asked.plan.tests)))
    out = Console() if sys.stdout.isatty() else Console(width=140)
    out.print(means(found))
    out.print(savings(found))
    out.print(
        f"{chosen.seeds} days of {chosen.patients}; not finished: "
        + ", ".join(f"{way} {sum(one.left_behind for one in found[way])}" for way in WAYS)
        + f"; plans changed a day: {fmean(one.replanned for one in found[ANY]):.0f}",
        highlight=False,
    )
    draw(found)
    saved = saving(found, ANY, None)
    verdict = f"any order saves {saved.mean:.1f} min a patient ({saved.low:.1f} to {saved.high:.1f}, 95 %)"
    out.print(verdict, style="bold green" if saved.low > 0 else "bold red", highlight=False)
    return int(any(one.left_behind for way in WAYS for one in found[way]))


def saving(found: dict[str, list[Result]], way: str, kinds: int | None) -> Interval:
    """Minutes saved against the fixed order, the same patients under both, a day being one value."""
    return mean_of(
        [fixed.mean(kinds) - other.mean(kinds) for fixed, other in zip(found[FIXED], found[way], strict=True)]
    )


def level(found: dict[str, list[Result]], way: str, kinds: int | None) -> Interval:
    return mean_of([one.mean(kinds) for one in found[way]])


def means(found: dict[str, list[Result]]) -> Table:
    shown = Table("kinds of test", "patients a day", *WAYS, "target", title="Mean minutes in the house")
    for kinds in (None, 0, 1, 2, 3):
        count = fmean(len(one.of(kinds)) for one in found[FIXED])
        target = "" if kinds is None else f"{TARGETS_MIN[kinds]:.0f}"
        spans = [f"{one.mean:.1f} ± {one.half_width:.1f}" for one in (level(found, way, kinds) for way in WAYS)]
        shown.add_row("all" if kinds is None else f"{kinds}", f"{count:.0f}", *spans, target)
    return shown


def savings(found: dict[str, list[Result]]) -> Table:
    ways = [way for way in WAYS if way != FIXED]
    shown = Table("kinds of test", *ways, title="Minutes saved against the fixed order, paired by day, 95 %")
    for kinds in (None, 0, 1, 2, 3):
        spans = [f"{one.mean:+.1f} ± {one.half_width:.1f}" for one in (saving(found, way, kinds) for way in ways)]
        shown.add_row("all" if kinds is None else f"{kinds}", *spans)
    return shown


def draw(found: dict[str, list[Result]]) -> None:
    groups: list[tuple[str, Sequence[tuple[float, float, float]], float | None]] = []
    for kinds, target in enumerate(TARGETS_MIN):
        spans = [level(found, way, kinds) for way in WAYS]
        groups.append((f"{kinds} tests", [(one.mean, one.low, one.high) for one in spans], target))
    bars(ARTIFACTS / "rehearsal-journeys.svg", "Time in the house by kinds of test", "mean minutes", groups, list(WAYS))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(main()))
