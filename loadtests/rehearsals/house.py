"""What the rehearsals share: the hospital and its date, days played in a sandbox one by one, a bar meanwhile.

The hospital is the shipped one, or the shipped one with the rooms of more_rooms.toml besides: those that its files
have are too few for a day on which more than half of 1,500 patients are sent for tests. With them, blood is taken where
the wait is shortest: the shipped rules send grown-ups to the two laboratories in turn, and all children to the smaller.
"""

from collections.abc import AsyncGenerator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from queueflow.operations.rulesets import FACILITY_FILE, RULES_FILE, Rules, RulesText, checked
from queueflow.simulation.arrivals import Empirical, ServiceShare, mix_of, time_of
from queueflow.simulation.outpatients import HOUR_MS, Rehearsed
from queueflow.simulation.record import Day
from queueflow.simulation.sandbox import sandbox
from queueflow.simulation.virtual import Habits, Hospital
from queueflow.simulation.virtual import Progress as Told

ROOT = Path(__file__).parents[2]
ARTIFACTS = ROOT / "artifacts"
FOLDER = ROOT / "routing_rules" / "lang-son-general"
MORE_ROOMS = Path(__file__).with_name("more_rooms.toml")
IN_TURN = 'candidates = ["laboratory-1", "laboratory-2"], balance = "round-robin"'
BY_WAIT = IN_TURN.replace("round-robin", "shortest-wait")
MIDNIGHT_MS = 1_795_453_200_000
"""Tuesday 2026-11-24 in Lạng Sơn."""
ON = date(2026, 1, 1)
LAST_MS = MIDNIGHT_MS + 24 * HOUR_MS
USUAL: Final = Habits()


def shipped(*, more_rooms: bool = False) -> Rules:
    """The shipped hospital's rules, as they are or with more rooms."""
    facility = (FOLDER / FACILITY_FILE).read_text("utf-8")
    rules = (FOLDER / RULES_FILE).read_text("utf-8")
    if more_rooms:
        facility += MORE_ROOMS.read_text("utf-8")
        rules = rules.replace(IN_TURN, BY_WAIT)
    return checked(RulesText(folder=FOLDER.name, facility=facility, rules=rules))


def mix(measured: Empirical | None = None) -> tuple[ServiceShare, ...]:
    """What people come to the shipped hospital for, in both houses the same.

    The emergency department counts for emergencies alone: injuries go there at night, and at night nobody comes here.
    """
    facility = shipped().facility
    clinics = tuple(
        replace(clinic, services=clinic.services[:1]) if clinic.id == "emergency" else clinic
        for clinic in facility.clinics
    )
    return mix_of(replace(facility, clinics=clinics), measured)


class Asked(msgspec.Struct, frozen=True):
    """A day to be played: what the bar calls it, who comes, and the seed of the walks."""

    name: str
    plan: Rehearsed
    seed: int


async def played(days: Sequence[Asked], habits: Habits = USUAL) -> AsyncGenerator[tuple[Asked, Day]]:
    """Play days one after the other, each on an empty store. Close it (contextlib.aclosing)."""
    bar = Progress(
        TextColumn("{task.description}", style="bold"),
        BarColumn(),
        TextColumn("{task.fields[clock]}  {task.completed:.0f} of {task.total:.0f} have left"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    async with sandbox() as store:
        with bar:
            for asked in days:
                await store.redis.flushall()  # pyright: ignore[reportUnknownMemberType]
                task = bar.add_task(asked.name, total=len(asked.plan.guests), clock="")

                def tell(told: Told, task: TaskID = task) -> None:
                    clock = time_of((told.now_ms - MIDNIGHT_MS) / 1000)[:5]
                    bar.update(task, completed=told.left, clock=clock)

                hospital = Hospital(
                    store,
                    asked.plan.publish,
                    guests=asked.plan.guests,
                    shifts=asked.plan.shifts,
                    habits=habits,
                    seed=asked.seed,
                    until_ms=LAST_MS,
                )
                day = await hospital.play(tell)
                bar.remove_task(task)
                yield asked, day
