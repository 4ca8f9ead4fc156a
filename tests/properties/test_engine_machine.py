"""Random days against the real engine: what must hold, holds after every command."""

import os
import sys
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from queueflow.model import commands
from queueflow.model.commands import Command
from queueflow.model.priority import ServingOrder
from tests.properties.driver import Ground
from tests.properties.engine_machine import EngineMachine
from tests.properties.setups import KINDS, ways_of
from tests.properties.walk import Walk

LONG = bool(os.environ.get("QUEUEFLOW_FUZZ"))
FORM = settings(
    max_examples=2000 if LONG else 40,
    stateful_step_count=60 if LONG else 40,
    deadline=None,
    derandomize=not LONG,
    database=None,
    # A failure is made small by the long form only: that can take minutes.
    phases=(Phase.generate, Phase.shrink) if LONG else (Phase.generate,),
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)

pytestmark = pytest.mark.timeout(6 * 3600 if LONG else 120)


STEPS = 200_000 if LONG else 5_000
COMMANDS = {
    "Attach", "Call", "CallNext", "Cancel", "CheckIn", "CloseDay", "CloseRoom", "Complete", "Defer", "GiveUp", "Hold",
    "Merge", "NoShow", "OpenRoom", "PauseRoom", "Prioritise", "Publish", "Recall", "Reinstate", "Release", "Reopen",
    "Requeue", "Resume", "Start", "Suspend", "Tick", "Transfer", "Undo",
}  # fmt: skip


def test_any_day_keeps_every_invariant(ground: Ground) -> None:
    machine = type("Machine", (EngineMachine,), {"ground": ground, "made": Counter()})
    run_state_machine_as_test(machine, settings=FORM)


def test_five_thousand_steps_of_every_command_under_every_policy(ground: Ground) -> None:
    made: Counter[str] = Counter()
    day = type("Day", (Walk,), {"ground": ground, "made": made})
    number = 0
    while made["steps"] < STEPS:
        number += 1
        try:
            day().day(number, steps=60)
        except Exception as error:
            error.add_note(f"on day {number}, which by itself fails again")
            raise
    sys.stdout.write(f"{made['steps']} steps on {number} days: {dict(sorted(made.items()))}\n")
    assert {one for one in COMMANDS if made[f"{one} done"] < 10} == set()
    ways = {f"{kind}: {way}" for kind in KINDS for way in ways_of(kind)}
    ways |= {f"one of several classes: {order}" for order in ServingOrder}
    assert {one for one in ways if not made[one]} == set()


def test_no_command_is_left_out_of_the_random_days() -> None:
    named = {one.__name__ for one in commands_of(Command) if one.__module__ == commands.__name__}
    assert named - {"TicketCommand"} == COMMANDS


def commands_of(kind: type[Command]) -> set[type[Command]]:
    return {one for sub in kind.__subclasses__() for one in (sub, *commands_of(sub))}
