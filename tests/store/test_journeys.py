"""Visits with several stops: what comes next, in which order, and how a patient comes back."""

import pytest

from queueflow.model.errors import Invalid, NotAllowedInState, UnknownClinic
from queueflow.model.facility import Reenter, Reentry
from queueflow.model.ids import TicketId
from queueflow.model.ticket import TicketState
from queueflow.model.visit import VisitState
from tests.store.hall import CLINICS, FACILITY, PRIORITIES, ROOMS, Hall, clinic, order, priority_class, room_setup

RETURNING = priority_class("returning", for_returns=True)
CLASSES = (*PRIORITIES[:2], RETURNING, PRIORITIES[2])
LAB, XRAY, SCAN = clinic("lab", "D"), clinic("xray", "E"), clinic("scan", "F")
ROOMS_OF_TESTS = (room_setup("r4", "lab"), room_setup("r5", "xray"), room_setup("r6", "eye"))


@pytest.fixture
async def hospital(hall: Hall) -> Hall:
    """The hall with a laboratory, an X-ray and a scan beside, and a class for those who return; all rooms open."""
    await hall.publish(clinics=(*CLINICS, LAB, XRAY, SCAN), rooms=(*ROOMS, *ROOMS_OF_TESTS), priorities=CLASSES)
    for number in (1, 4, 5, 6):
        await hall.open(f"r{number}", practitioner=f"dr-{number}")
    return hall


async def served(hall: Hall, room: str = "r1") -> TicketId:
    ticket = await hall.called(room)
    await hall.start(ticket.id)
    return ticket.id


async def states(hall: Hall, ticket: TicketId) -> list[tuple[str, str]]:
    record = await hall.reads.ticket(FACILITY, ticket, hall.now_ms)
    return [(one.service, one.state.value) for one in record.journey]


async def test_the_rules_first_stops_follow_one_another(hospital: Hall) -> None:
    result = await hospital.check_in("eye", service="pay", then=(order("lab"), order("xray")))
    assert [(one.service, one.state) for one in result.journey] == [
        ("pay", TicketState.WAITING), ("lab", TicketState.PLANNED), ("xray", TicketState.PLANNED),
    ]  # fmt: skip
    for room in ("r1", "r4", "r5"):
        await hospital.serve(room)
    record = await hospital.reads.visit(FACILITY, result.visit.id, hospital.now_ms)
    assert {one.state for one in record.journey} == {TicketState.DONE}
    assert record.visit.state is VisitState.FINISHED


async def test_what_a_doctor_orders_comes_before_what_was_planned(hospital: Hall) -> None:
    await hospital.check_in("eye", service="exam", then=(order("xray"),))
    ticket = await served(hospital)
    await hospital.complete(ticket, order("lab"))
    assert await states(hospital, ticket) == [("exam", "done"), ("lab", "waiting"), ("xray", "planned")]


async def test_a_patient_sent_for_tests_returns_to_who_sent_them_in_the_class_for_it(hospital: Hall) -> None:
    await hospital.check_in("eye", service="exam")
    ticket = await served(hospital)
    suspended = await hospital.suspend(ticket, order("lab"), order("xray"))
    assert suspended.ticket.state is TicketState.SUSPENDED
    assert suspended.visit.state is VisitState.IN_PROGRESS
    assert await states(hospital, ticket) == [("exam", "suspended"), ("lab", "waiting"), ("xray", "planned")]
    for _ in range(2):
        await hospital.check_in("eye")
    await hospital.serve("r4")
    await hospital.serve("r5")
    record = await hospital.reads.ticket(FACILITY, ticket, hospital.now_ms)
    back = record.journey[0]
    assert (back.state, back.clinic, back.priority, back.wish) == ("waiting", "eye", "returning", "practitioner:dr-1")
    assert (await hospital.names())[-1] == "ticket.resumed"
    # The other doctor of the clinic leaves them to the one they wish for, who calls them before the ordinary ones.
    assert (await hospital.called("r6")).id != ticket
    assert (await hospital.called("r1")).id == ticket
    await hospital.start(ticket)
    assert (await hospital.complete(ticket)).visit.state is VisitState.FINISHED


async def test_who_wishes_for_somebody_who_left_goes_to_another(hospital: Hall) -> None:
    await hospital.check_in("eye")
    ticket = await served(hospital)
    await hospital.suspend(ticket, order("lab"))
    await hospital.serve("r4")
    assert (await hospital.call_next("r6")).called is None
    await hospital.pause("r1")
    assert (await hospital.call_next("r6")).called is None
    await hospital.close("r1")
    assert (await hospital.called("r6")).id == ticket


async def test_without_a_practitioners_name_the_room_is_what_one_returns_to(hospital: Hall) -> None:
    await hospital.open("r1")
    await hospital.check_in("eye")
    ticket = await served(hospital)
    await hospital.suspend(ticket, order("lab"))
    await hospital.serve("r4")
    assert (await hospital.call_next("r6")).called is None
    assert (await hospital.called("r1")).id == ticket


async def test_a_better_class_is_kept_on_return(hospital: Hall) -> None:
    await hospital.check_in("eye", "priority")
    ticket = await served(hospital)
    await hospital.suspend(ticket, order("lab"))
    await hospital.serve("r4")
    record = await hospital.reads.ticket(FACILITY, ticket, hospital.now_ms)
    assert record.journey[0].priority == "priority"


async def test_the_returning_reenter_where_the_policy_says(hospital: Hall) -> None:
    eye = clinic("eye", "A", returned=Reenter(Reentry.OLD_PLACE))
    await hospital.publish(
        clinics=(eye, *CLINICS[1:], LAB, XRAY, SCAN), rooms=(*ROOMS, *ROOMS_OF_TESTS), priorities=PRIORITIES
    )
    await hospital.check_in("eye")
    ticket = await served(hospital)
    for _ in range(2):
        await hospital.check_in("eye")
    await hospital.suspend(ticket, order("lab"))
    await hospital.serve("r4")
    assert await hospital.numbers("eye") == ["A001", "A002", "A003"]


async def test_of_stops_in_any_order_the_quickest_now_comes_first(hospital: Hall) -> None:
    for _ in range(5):
        await hospital.check_in("lab")
    await hospital.check_in("eye")
    ticket = await served(hospital)
    await hospital.suspend(ticket, order("lab", group=1), order("xray", group=1), order("scan", group=1))
    # Five wait at the laboratory, nobody at the X-ray; the scan has no open room.
    assert await states(hospital, ticket) == [
        ("exam", "suspended"), ("lab", "planned"), ("xray", "waiting"), ("scan", "planned"),
    ]  # fmt: skip


async def test_a_patient_with_a_choice_changes_when_another_stop_is_quicker_by_now(hospital: Hall) -> None:
    await hospital.check_in("eye")
    ticket = await served(hospital)
    await hospital.check_in("xray")
    for _ in range(3):
        await hospital.check_in("lab")
    await hospital.suspend(ticket, order("lab", group=1), order("xray", group=1))
    assert await states(hospital, ticket) == [("exam", "suspended"), ("lab", "planned"), ("xray", "waiting")]
    assert (await hospital.tick()).replanned == 0
    await hospital.pause("r5")
    for _ in range(3):
        await hospital.serve("r4", seconds=60)
    assert (await hospital.tick()).replanned == 1
    assert await states(hospital, ticket) == [("exam", "suspended"), ("lab", "waiting"), ("xray", "planned")]
    assert await hospital.numbers("xray") == ["E001"]
    assert (await hospital.names())[-1] == "ticket.replanned"
    assert (await hospital.tick()).replanned == 0


async def test_a_stop_waits_for_what_has_to_come_from_outside(hospital: Hall) -> None:
    result = await hospital.check_in("eye", service="pay", then=(order("lab", waits_for=("payment",)),))
    await hospital.serve("r1")
    planned = result.journey[1]
    assert await states(hospital, planned.id) == [("pay", "done"), ("lab", "planned")]
    with pytest.raises(NotAllowedInState):
        await hospital.release(planned.id, "result")
    released = await hospital.release(planned.id, "payment")
    assert released.ticket.waits_for == ()
    assert (await hospital.names())[-2:] == ["ticket.released", "ticket.issued"]
    assert await states(hospital, planned.id) == [("pay", "done"), ("lab", "waiting")]


async def test_a_return_waits_for_the_result_too(hospital: Hall) -> None:
    await hospital.check_in("eye")
    ticket = await served(hospital)
    await hospital.suspend(ticket, order("lab"), waits_for=("blood-count",))
    await hospital.serve("r4")
    assert (await states(hospital, ticket))[0] == ("exam", "suspended")
    await hospital.release(ticket, "blood-count")
    assert (await states(hospital, ticket))[0] == ("exam", "waiting")


async def test_of_stops_in_any_order_one_that_waits_for_something_is_left_for_later(hospital: Hall) -> None:
    await hospital.check_in("eye")
    ticket = await served(hospital)
    await hospital.suspend(ticket, order("lab", group=1, waits_for=("fasting",)), order("xray", group=1))
    assert await states(hospital, ticket) == [("exam", "suspended"), ("lab", "planned"), ("xray", "waiting")]


async def test_a_missed_test_does_not_keep_a_patient_from_returning(hospital: Hall) -> None:
    await hospital.check_in("eye")
    ticket = await served(hospital)
    await hospital.suspend(ticket, order("lab"))
    missed = await hospital.called("r4")
    await hospital.no_show(missed.id)
    await hospital.cancel(missed.id)
    assert (await states(hospital, ticket))[0] == ("exam", "waiting")


async def test_orders_that_cannot_be_are_refused_and_change_nothing(hospital: Hall) -> None:
    await hospital.check_in("eye")
    ticket = await served(hospital)
    before = await hospital.names()
    with pytest.raises(UnknownClinic):
        await hospital.complete(ticket, order("nose"))
    with pytest.raises(Invalid):
        await hospital.suspend(ticket, order("lab", priority="royal"))
    with pytest.raises(Invalid):
        await hospital.suspend(ticket)
    with pytest.raises(Invalid):
        await hospital.complete(ticket, *(order("lab") for _ in range(99)))
    assert await hospital.names() == before


async def test_sending_for_tests_can_be_taken_back(hospital: Hall) -> None:
    await hospital.check_in("eye")
    ticket = await served(hospital)
    await hospital.suspend(ticket, order("lab"))
    undone = await hospital.undo(ticket)
    assert undone.ticket.state is TicketState.SERVING
    # What was ordered stays in the journey: its id is taken.
    assert await states(hospital, ticket) == [("exam", "serving"), ("lab", "cancelled")]
    assert await hospital.numbers("lab") == []


async def test_a_transfer_to_a_room_is_called_by_that_room_alone_while_it_is_there(hospital: Hall) -> None:
    ticket = (await hospital.check_in("eye")).ticket
    await hospital.transfer(ticket.id, "eye", room="r6")
    assert (await hospital.call_next("r1")).called is None
    assert (await hospital.called("r6")).id == ticket.id
