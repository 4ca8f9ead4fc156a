from collections import Counter
from datetime import date

import pytest

from loadtests.rehearsals.house import MIDNIGHT_MS, mix, shipped
from queueflow.model.ticket import TicketState
from queueflow.simulation.day import Attendance
from queueflow.simulation.outpatients import TESTS_A_VISIT, Ordering, Plan, any_order, fixed_order, rehearsed
from queueflow.simulation.record import Day, Why
from queueflow.simulation.sandbox import sandbox
from queueflow.simulation.virtual import Habits, Hospital


async def day_of(ordering: Ordering, results_min: tuple[int, int] | None) -> tuple[Day, dict[int, int]]:
    plan = Plan(
        mix=mix(),
        patients=200,
        seed=7,
        midnight_ms=MIDNIGHT_MS,
        on=date(2026, 1, 1),
        tests_a_visit=TESTS_A_VISIT,
        ordering=ordering,
        examinations_only=True,
        once_each=True,
        results_min=results_min,
        attendance=Attendance(late=0.02, no_show=0.0),
    )
    day = rehearsed(shipped(), plan)
    async with sandbox() as store:
        hospital = Hospital(
            store,
            day.publish,
            guests=day.guests,
            shifts=day.shifts,
            habits=Habits(),
            seed=7,
            until_ms=MIDNIGHT_MS + 86_400_000,
        )
        return await hospital.play(), dict(day.tests)


@pytest.mark.parametrize("results_min", [None, (45, 90)], ids=["results at once", "results after an hour"])
@pytest.mark.parametrize("ordering", [any_order, fixed_order])
async def test_everybody_with_any_number_of_tests_finishes_and_nobody_is_lost(
    ordering: Ordering, results_min: tuple[int, int] | None
) -> None:
    day, tests = await day_of(ordering, results_min)
    assert {stay.serial for stay in day.stays} == set(tests)
    assert all(stay.finished for stay in day.stays)
    assert set(Counter(tests.values())) == {0, 1, 2, 3}
    done = Counter(wait.serial for wait in day.waits if wait.why is Why.ORDERED and wait.outcome is TicketState.DONE)
    returned = {wait.serial for wait in day.waits if wait.why is Why.RETURNING and wait.outcome is TicketState.DONE}
    # Some come with stops of their own from the start (the cashier); what a doctor ordered is done once each.
    assert {serial: done[serial] for serial in tests if done[serial]} == {
        n: count for n, count in tests.items() if count
    }
    assert returned == {serial for serial, count in tests.items() if count}
    last = {wait.serial: wait for wait in day.waits if wait.outcome is TicketState.DONE}
    assert all(stay.left_ms == last[stay.serial].ended_ms for stay in day.stays)


async def test_the_same_patients_come_whatever_the_order_of_their_tests() -> None:
    any_day, any_tests = await day_of(any_order, None)
    fixed_day, fixed_tests = await day_of(fixed_order, None)
    assert any_tests == fixed_tests
    assert [(one.serial, one.came_ms) for one in any_day.stays] == [
        (one.serial, one.came_ms) for one in fixed_day.stays
    ]
    assert any_day.waits != fixed_day.waits
