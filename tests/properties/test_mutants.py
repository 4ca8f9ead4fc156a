"""The random days see what they are meant to see: each seeded bug of the engine is caught."""

import os
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import HypothesisException
from hypothesis.stateful import run_state_machine_as_test

from queueflow.store import library
from queueflow.store.library import EngineFault
from tests.properties.audit import Broken
from tests.properties.driver import Ground
from tests.properties.engine_machine import EngineMachine
from tests.properties.mutants import MUTANTS, Mutant

LONG = bool(os.environ.get("QUEUEFLOW_FUZZ"))
SHORT = {
    "a count of the waiting that is not kept",
    "a fact that is not told",
    "a key that serves for any request",
    "a number that is given twice",
    "a refusal that has already changed something",
    "a request that is done again",
    "a revision that is not compared",
    "one patient too many in a room",
    "one person who waits twice",
}
"""What the short form tries: found within a second or two."""
HUNT = settings(
    max_examples=400,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)

pytestmark = pytest.mark.timeout(3600 if LONG else 120)


@pytest.mark.parametrize("mutant", [one for one in MUTANTS if LONG or one.name in SHORT], ids=str)
@pytest.mark.parametrize("server", ["valkey"], indirect=True)
def test_a_seeded_bug_is_caught(ground: Ground, mutant: Mutant) -> None:
    text = library.shipped().text
    machine = type("Machine", (EngineMachine,), {"ground": ground, "made": Counter()})
    ground.client.function_load(mutant.of(text), replace=True)
    try:
        with pytest.raises((Broken, EngineFault, AssertionError, HypothesisException)) as caught:
            run_state_machine_as_test(machine, settings=HUNT)
    finally:
        ground.client.function_load(text, replace=True)
    assert not isinstance(caught.value, HypothesisException), caught.value


def test_every_place_that_a_seeded_bug_changes_is_there() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 20
    assert {mutant.name for mutant in MUTANTS} >= SHORT
    for mutant in MUTANTS:
        assert mutant.of(library.shipped().text) != library.shipped().text
