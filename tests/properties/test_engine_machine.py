"""Random days against the real engine: what must hold, holds after every command."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.driver import Ground
from tests.properties.engine_machine import EngineMachine

LONG = bool(os.environ.get("QUEUEFLOW_FUZZ"))
FORM = settings(
    max_examples=2000 if LONG else 60,
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


def test_any_day_keeps_every_invariant(ground: Ground) -> None:
    machine = type("Machine", (EngineMachine,), {"ground": ground})
    run_state_machine_as_test(machine, settings=FORM)
