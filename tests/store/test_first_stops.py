"""The stops that the rules give at check-in: which is first, and what becomes of them when a patient comes again."""

import pytest

from queueflow.model.commands import TicketResult
from queueflow.model.errors import UnknownClinic
from queueflow.model.ids import TicketId
from queueflow.model.ticket import Ticket, TicketState
from queueflow.model.visit import VisitState
from tests.store.hall import CLINICS, FACILITY, PRIORITIES, ROOMS, Hall, clinic, order, room_setup

PAY, LAB, XRAY = clinic("pay", "D"), clinic("lab", "E"), clinic("xray", "F")
MORE_ROOMS = (room_setup("r4", "pay"), room_setup("r5", "lab"), room_setup("r6", "xray"))
Told = list[tuple[str, str]]


@pytest.fixture
async def hospital(hall: Hall) -> Hall:
    """The hall with a cashier, a laboratory and an X-ray beside; all rooms open."""
    await hall.publish(clinics=(*CLINICS, PAY, LAB, XRAY), rooms=(*ROOMS, *MORE_ROOMS), priorities=PRIORITIES)
    for number in range(1, 7):
        await hall.open(f"r{number}")
    return hall


def told(journey: tuple[Ticket, ...]) -> Told:
    return [(one.service, one.state.value) for one in journey]


async def journey(hall: Hall, ticket: TicketId) -> Told:
    record = await hall.reads.ticket(FACILITY, ticket, hall.now_ms)
    return told(record.journey)


async def pays_first(hall: Hall, service: str = "eye", person: str | None = "p") -> TicketResult:
    """Somebody comes for a service that has to be paid for first."""
    return await hall.check_in("pay", service="pay", then=(order(service),), came_for=service, person=person)


async def check_up(hall: Hall, person: str | None = "p") -> TicketResult:
    """A laboratory and an X-ray in any order, and then the doctor."""
    then = (order("xray", group=1), order("eye"))
    return await hall.check_in("lab", service="lab", group=1, then=then, came_for="eye", person=person)


async def test_of_first_stops_in_any_order_the_quickest_now_is_joined_and_gives_the_number(hospital: Hall) -> None:
    for _ in range(3):
        await hospital.check_in("lab")
    result = await check_up(hospital)
    assert told(result.journey) == [("lab", "planned"), ("xray", "waiting"), ("eye", "planned")]
    assert (result.ticket.service, result.visit.number, result.created) == ("xray", "F001", True)
    assert {one.number for one in result.journey} == {"F001"}
    assert result.position == 1
    (event,) = [
        one for one in await hospital.events() if result.ticket.id in {t.id for t in getattr(one, "tickets", ())}
    ]
    assert [one.revision for one in event.tickets] == [1, 1, 1]  # type: ignore[union-attr]


async def test_equally_quick_ones_are_joined_as_the_rules_name_them(hospital: Hall) -> None:
    assert told((await check_up(hospital)).journey)[0] == ("lab", "waiting")


async def test_first_stops_in_any_order_are_changed_when_another_is_quicker_by_now(hospital: Hall) -> None:
    for _ in range(2):
        await hospital.check_in("lab")
    for _ in range(3):
        await hospital.check_in("xray")
    result = await check_up(hospital)
    assert result.ticket.service == "lab"
    for _ in range(3):
        await hospital.serve("r6", seconds=60)
    assert (await hospital.tick()).replanned == 1
    assert await journey(hospital, result.ticket.id) == [("lab", "planned"), ("xray", "waiting"), ("eye", "planned")]
    for room in ("r6", "r5", "r5", "r5", "r1"):
        await hospital.serve(room)
    record = await hospital.reads.visit(FACILITY, result.visit.id, hospital.now_ms)
    assert record.visit.state is VisitState.FINISHED


async def test_who_was_called_and_put_back_may_still_change_to_another_stop(hospital: Hall) -> None:
    result = await check_up(hospital)
    called = await hospital.called("r5")
    await hospital.tick()
    for _ in range(3):
        await hospital.check_in("lab")
    await hospital.requeue(called.id)
    assert (await hospital.tick()).replanned == 1
    assert await journey(hospital, result.ticket.id) == [("lab", "planned"), ("xray", "waiting"), ("eye", "planned")]


async def test_a_call_of_a_stop_with_a_choice_is_undone_place_and_choice_included(hospital: Hall) -> None:
    result = await check_up(hospital)
    called = await hospital.called("r5")
    await hospital.tick()
    await hospital.undo(called.id)
    assert await hospital.numbers("lab") == [result.visit.number]
    await hospital.pause("r5")
    assert (await hospital.tick()).replanned == 1


async def test_a_first_stop_that_waits_for_something_begins_when_that_has_come(hospital: Hall) -> None:
    result = await hospital.check_in("eye", waits_for=("referral",), then=(order("lab"),), person="p")
    assert told(result.journey) == [("exam", "planned"), ("lab", "planned")]
    assert (result.ticket.service, result.ticket.clinic, result.position) == ("exam", None, None)
    assert result.visit.number == "A001"
    again = await hospital.check_in("eye", waits_for=("referral",), then=(order("lab"),), person="p")
    assert (again.created, again.ticket.id, again.ticket.revision) == (False, result.ticket.id, 1)
    released = await hospital.release(result.ticket.id, "referral")
    assert released.ticket.state is TicketState.WAITING
    await hospital.serve("r1")
    await hospital.serve("r5")
    assert await journey(hospital, result.ticket.id) == [("exam", "done"), ("lab", "done")]


async def test_of_first_stops_in_any_order_one_that_waits_for_something_is_left_for_later(hospital: Hall) -> None:
    result = await hospital.check_in(
        "lab", service="lab", group=1, waits_for=("fasting",), then=(order("xray", group=1),)
    )
    assert told(result.journey) == [("lab", "planned"), ("xray", "waiting")]


async def test_who_comes_again_for_what_they_have_is_told_the_stop_that_they_are_at(hospital: Hall) -> None:
    first = await pays_first(hospital)
    again = await pays_first(hospital)
    assert (again.created, again.ticket.id) == (False, first.ticket.id)
    await hospital.serve("r4")
    later = await pays_first(hospital)
    assert (later.created, later.ticket.service, later.ticket.state) == (False, "eye", TicketState.WAITING)
    assert told(later.journey) == [("pay", "done"), ("eye", "waiting")]


async def test_who_missed_the_cashier_and_comes_again_pays_first(hospital: Hall) -> None:
    first = await pays_first(hospital)
    await hospital.no_show((await hospital.called("r4")).id)
    again = await pays_first(hospital)
    assert told(again.journey) == [("pay", "no-show"), ("pay", "waiting"), ("eye", "planned")]
    assert (again.created, again.ticket.service, again.visit.id) == (False, "pay", first.visit.id)
    assert (await hospital.names())[-1] == "ticket.issued"
    await hospital.serve("r4")
    assert (await journey(hospital, again.ticket.id))[1:] == [("pay", "done"), ("eye", "waiting")]


async def test_who_has_paid_and_missed_the_examination_does_not_pay_again(hospital: Hall) -> None:
    await pays_first(hospital)
    await hospital.serve("r4")
    await hospital.no_show((await hospital.called("r1")).id)
    again = await pays_first(hospital)
    assert again.created
    assert told(again.journey) == [("pay", "done"), ("eye", "no-show"), ("eye", "waiting")]


async def test_who_missed_a_stop_of_several_goes_on_with_those_that_are_left(hospital: Hall) -> None:
    await check_up(hospital)
    await hospital.no_show((await hospital.called("r5")).id)
    again = await check_up(hospital)
    assert told(again.journey) == [("lab", "no-show"), ("xray", "waiting"), ("lab", "planned"), ("eye", "planned")]
    for room in ("r6", "r5", "r1"):
        await hospital.serve(room)
    assert [state for _, state in await journey(hospital, again.ticket.id)] == ["no-show", "done", "done", "done"]


async def test_a_second_service_shares_the_payment_that_is_still_to_come(hospital: Hall) -> None:
    first = await pays_first(hospital)
    second = await pays_first(hospital, "ear")
    assert second.visit.id == first.visit.id
    assert told(second.journey) == [("pay", "waiting"), ("eye", "planned"), ("ear", "planned")]
    assert (second.created, second.ticket.service) == (True, "ear")
    for room in ("r4", "r1", "r2"):
        await hospital.serve(room)
    assert {state for _, state in await journey(hospital, first.ticket.id)} == {"done"}


async def test_a_second_service_is_paid_for_where_the_first_has_been(hospital: Hall) -> None:
    first = await pays_first(hospital)
    await hospital.serve("r4")
    await pays_first(hospital, "ear")
    assert await journey(hospital, first.ticket.id) == [
        ("pay", "done"), ("eye", "waiting"), ("pay", "planned"), ("ear", "planned"),
    ]  # fmt: skip


async def test_a_merge_takes_the_choice_along(hospital: Hall) -> None:
    await hospital.check_in("xray")
    ticket = (await hospital.check_in("eye", service="exam", person="a")).ticket
    other = await check_up(hospital, "b")
    merged = await hospital.merge(ticket.visit, other.visit.id)
    assert told(merged.journey) == [
        ("exam", "waiting"), ("lab", "planned"), ("xray", "planned"), ("eye", "planned"),
    ]  # fmt: skip
    for _ in range(3):
        await hospital.check_in("lab")
    await hospital.serve("r1")
    assert await journey(hospital, ticket.id) == [
        ("exam", "done"), ("lab", "planned"), ("xray", "waiting"), ("eye", "planned"),
    ]  # fmt: skip


async def test_first_stops_that_cannot_be_are_refused_and_change_nothing(hospital: Hall) -> None:
    before = await hospital.names()
    with pytest.raises(UnknownClinic):
        await hospital.check_in("pay", service="pay", then=(order("nose"),), came_for="nose", person="p")
    assert await hospital.names() == before
    assert (await pays_first(hospital)).visit.number == "D001"
