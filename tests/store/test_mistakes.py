"""What staff mend: a stop ended by mistake, a visit opened twice."""

import pytest

from queueflow.model.errors import Invalid, NotAllowedInState, UnknownVisit
from queueflow.model.ids import ServiceDay, VisitId
from queueflow.model.ticket import TicketState
from queueflow.model.visit import VisitState
from tests.store.hall import FACILITY, Hall, order


async def test_a_stop_ended_by_mistake_waits_again_and_its_visit_goes_on(hall: Hall) -> None:
    await hall.open()
    await hall.check_in()
    done = await hall.serve()
    reopened = await hall.reopen(done.id, reason="closed-by-mistake")
    assert (reopened.ticket.state, reopened.ticket.ended_at_ms) == (TicketState.WAITING, None)
    assert reopened.visit.state is VisitState.IN_PROGRESS
    assert await hall.numbers() == ["A001"]
    assert (await hall.serve()).id == done.id


async def test_a_stop_is_not_reopened_beside_one_that_is_under_way(hall: Hall) -> None:
    await hall.open()
    await hall.check_in("eye", service="pay", then=(order("ear"),))
    done = await hall.serve()
    with pytest.raises(NotAllowedInState):
        await hall.reopen(done.id)


async def test_a_visit_opened_twice_goes_on_as_one(hall: Hall) -> None:
    first = await hall.check_in("eye", service="eyes", person="by-card")
    second = await hall.check_in("ear", service="ears", person="by-name", then=(order("heart"),))
    merged = await hall.merge(first.visit.id, second.visit.id)
    assert [(one.service, one.state, one.number) for one in merged.journey] == [
        ("eyes", TicketState.WAITING, "A001"), ("ears", TicketState.PLANNED, "A001"),
        ("heart", TicketState.PLANNED, "A001"),
    ]  # fmt: skip
    other = await hall.reads.visit(FACILITY, second.visit.id, hall.now_ms)
    assert (other.visit.state, other.visit.merged_into) == (VisitState.CANCELLED, first.visit.id)
    assert {one.state for one in other.journey} == {TicketState.CANCELLED}
    assert await hall.numbers("ear") == []
    assert (await hall.check_in("ear", service="ears", person="by-name")).visit.id == first.visit.id


async def test_of_one_service_in_both_the_earlier_place_counts(hall: Hall) -> None:
    early = await hall.check_in("eye", person="by-name")
    await hall.check_in("eye")
    late = await hall.check_in("eye", person="by-card")
    await hall.merge(late.visit.id, early.visit.id)
    assert await hall.numbers() == ["A003", "A002"]


async def test_a_visit_whose_patient_is_in_a_room_is_not_merged_away(hall: Hall) -> None:
    await hall.open()
    first = await hall.check_in()
    second = await hall.check_in()
    await hall.called()
    with pytest.raises(NotAllowedInState):
        await hall.merge(second.visit.id, first.visit.id)
    merged = await hall.merge(first.visit.id, second.visit.id)
    assert merged.visit.state is VisitState.ARRIVED


async def test_what_cannot_be_merged_is_refused(hall: Hall) -> None:
    visit = (await hall.check_in()).visit.id
    with pytest.raises(UnknownVisit):
        await hall.merge(visit, VisitId("20260922-zzzzzzzzzzzzz"))
    with pytest.raises(Invalid):
        await hall.merge(visit, visit)
    gone = await hall.check_in()
    await hall.cancel(gone.ticket.id)
    with pytest.raises(NotAllowedInState):
        await hall.merge(gone.visit.id, visit)


async def test_closing_the_hall_ends_everything_and_tells_whom(hall: Hall) -> None:
    await hall.open("r1")
    await hall.open("r3")
    waiting = [(await hall.check_in()).ticket.id for _ in range(3)]
    await hall.check_in("heart", person="p", then=(order("ear"),))
    await hall.start((await hall.called("r3")).id)
    closed = await hall.close_day()
    assert (closed.ended, closed.waited) == (5, 3)
    event = (await hall.events())[-1]
    states = {ticket.id: ticket.state for ticket in event.tickets}
    assert all(states[ticket] is TicketState.CANCELLED for ticket in waiting)
    assert sorted(states.values()) == ["cancelled"] * 4 + ["done"]
    assert {ticket.ended_reason for ticket in event.tickets} == {"day-closed"}
    board = await hall.board()
    assert (board.tickets, {room.state for room in board.rooms}) == ((), {"closed"})
    assert (await hall.close_day()).ended == 0
    # The day itself goes on, and so do its numbers.
    assert (await hall.check_in()).ticket.number == "A004"
    hall.later(24 * 3600)
    hall.day = ServiceDay("20260923")
    assert (await hall.check_in()).ticket.number == "A001"
