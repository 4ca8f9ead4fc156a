"""A clinic's own weights, and policies that change while people wait: nobody loses their place, no old debt is paid."""

from typing import Any

import msgspec
import pytest

from queueflow.model.commands import ClinicSetup
from queueflow.model.facility import Reenter, Reentry
from queueflow.model.ids import PriorityId
from queueflow.model.priority import ServingOrder
from queueflow.model.ticket import TicketState
from tests.store.hall import CLINICS, END, OLD_PLACE, Hall, clinic

PRIORITY, ORDINARY = PriorityId("priority"), PriorityId("ordinary")


async def publish(hall: Hall, eye: ClinicSetup) -> None:
    await hall.publish(clinics=(eye, *CLINICS[1:]))


def eye(order: ServingOrder, **more: Any) -> ClinicSetup:
    return msgspec.structs.replace(clinic("eye", "A", order=order), **more)


async def called(hall: Hall, count: int) -> list[str]:
    """The classes of the next few, each of whom is served at once."""
    return [(await hall.serve(seconds=1)).priority for _ in range(count)]


async def crowd(hall: Hall, count: int = 30) -> None:
    """Half in class priority, half ordinary, in turn."""
    await hall.open()
    for number in range(count):
        await hall.check_in(priority="ordinary" if number % 2 else "priority")


async def test_a_clinic_shares_its_calls_by_its_own_weights(hall: Hall) -> None:
    await publish(hall, eye(ServingOrder.RATIO, shares={PRIORITY: 1, ORDINARY: 3}))
    await crowd(hall)
    foreseen = [queued.ticket.priority for queued in (await hall.queue()).waiting][:16]
    happened = await called(hall, 16)
    assert happened == foreseen
    assert all(happened[at : at + 4].count("ordinary") == 3 for at in range(0, 16, 4))


async def test_a_class_that_the_clinic_does_not_name_has_the_facilitys_weight(hall: Hall) -> None:
    # The facility gives priority two shares of three.
    await publish(hall, eye(ServingOrder.RATIO, shares={ORDINARY: 1}))
    await crowd(hall)
    assert (await called(hall, 12)).count("priority") == 8


async def test_points_accumulate_at_the_clinics_own_rates(hall: Hall) -> None:
    await publish(hall, eye(ServingOrder.ACCUMULATING, rates={PRIORITY: 1.0, ORDINARY: 5.0}))
    await hall.open()
    await hall.check_in(priority="priority")
    hall.later(600)
    await hall.check_in(priority="ordinary")
    hall.later(60)
    assert [queued.ticket.priority for queued in (await hall.queue()).waiting] == ["priority", "ordinary"]
    hall.later(300)
    assert [queued.ticket.priority for queued in (await hall.queue()).waiting] == ["ordinary", "priority"]
    assert await called(hall, 2) == ["ordinary", "priority"]


@pytest.mark.parametrize("order", ServingOrder)
@pytest.mark.parametrize("other", ServingOrder)
async def test_another_policy_while_thirty_wait_moves_nobody_but_by_its_own_order(
    hall: Hall, order: ServingOrder, other: ServingOrder
) -> None:
    await publish(hall, eye(order))
    await crowd(hall)
    await called(hall, 7)
    before = {one.id: one for one in (await hall.board()).tickets}
    weights: dict[str, Any] = {"shares": {ORDINARY: 4}, "rates": {ORDINARY: 3.0}}
    await publish(hall, eye(other, reentry={**clinic("eye", "A").reentry, "requeued": OLD_PLACE}, **weights))
    assert {one.id: one for one in (await hall.board()).tickets} == before
    foreseen = [queued.ticket.id for queued in (await hall.queue()).waiting]
    by_arrival = [one.id for one in sorted(before.values(), key=lambda one: one.order_at)]
    assert sorted(foreseen) == sorted(by_arrival)
    happened = [(await hall.serve(seconds=1)).id for _ in foreseen]
    assert len(set(happened)) == len(happened) == 23
    for priority in (PRIORITY, ORDINARY):
        of_class = [one for one in happened if before[one].priority == priority]
        assert of_class == [one for one in by_arrival if before[one].priority == priority]
    if other is not ServingOrder.ACCUMULATING:
        assert happened == foreseen


async def test_turns_taken_under_other_shares_are_not_paid_back(hall: Hall) -> None:
    await publish(hall, eye(ServingOrder.RATIO, shares={PRIORITY: 100, ORDINARY: 1}))
    await crowd(hall)
    await called(hall, 10)
    await publish(hall, eye(ServingOrder.RATIO, shares={PRIORITY: 1, ORDINARY: 1}))
    assert (await called(hall, 4)).count("priority") == 2
    found: Any = await hall.store.redis.execute_command("HGETALL", "qf:{test-hospital}:clinic:eye")
    values = [float(value) for name, value in found.items() if name.startswith(b"credit:")]
    assert sum(values) == pytest.approx(0)
    assert max(map(abs, values)) <= 2


async def test_who_comes_back_after_the_change_reenters_by_the_new_policy(hall: Hall) -> None:
    await publish(hall, msgspec.structs.replace(clinic("eye", "A", requeued=END)))
    await hall.open()
    for _ in range(5):
        await hall.check_in()
    ticket = await hall.called()
    await publish(hall, clinic("eye", "A", requeued=Reenter(Reentry.AFTER, 2)))
    await hall.requeue(ticket.id)
    assert await hall.numbers() == ["A002", "A003", "A001", "A004", "A005"]


async def test_a_longest_wait_counts_from_the_change_on_for_those_who_wait_already(hall: Hall) -> None:
    await publish(hall, eye(ServingOrder.STRICT))
    await hall.check_in(priority="ordinary")
    hall.later(3600)
    await hall.check_in(priority="priority")
    assert await hall.numbers() == ["A002", "A001"]
    await publish(hall, eye(ServingOrder.STRICT, longest_wait_s=1800))
    assert await hall.numbers() == ["A001", "A002"]


async def test_a_call_that_nobody_answered_is_a_no_show_by_the_policy_in_force(hall: Hall) -> None:
    await publish(hall, eye(ServingOrder.STRICT, no_show_after_s=60, no_show_calls=1))
    await hall.open()
    await hall.check_in()
    ticket = await hall.called()
    hall.later(120)
    await publish(hall, eye(ServingOrder.STRICT, no_show_after_s=600, no_show_calls=1))
    assert (await hall.tick()).no_shows == 0
    hall.later(600)
    assert (await hall.tick()).no_shows == 1
    assert (await hall.reads.ticket(hall.base()["facility"], ticket.id, hall.now_ms)).journey[0].state is (
        TicketState.NO_SHOW
    )
