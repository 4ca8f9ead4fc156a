"""What a patient does of their own: gives up, or is late and lets others go first."""

import pytest

from queueflow.model.errors import NotAllowedInState, UnknownVisit
from queueflow.model.facility import Reenter, Reentry
from queueflow.model.ids import VisitId
from queueflow.model.ticket import TicketState
from queueflow.model.visit import VisitState
from tests.store.hall import CLINICS, END, Hall, clinic, order

S = TicketState


@pytest.mark.parametrize("state", [S.WAITING, S.CALLED, S.ON_HOLD, S.NO_SHOW, S.SUSPENDED])
async def test_who_gives_up_leaves_with_every_stop_that_was_to_come(hall: Hall, state: TicketState) -> None:
    await hall.open()
    ticket = await hall.ticket_in(state)
    await hall.check_in(person="p", service="other", then=(order("ear"),))
    given_up = await hall.give_up(ticket.visit)
    assert given_up.visit.state is VisitState.CANCELLED
    assert {stop.state for stop in given_up.journey} == {S.CANCELLED}
    board = await hall.board()
    assert (board.tickets, [room.tickets for room in board.rooms if room.tickets]) == ((), [])
    event = (await hall.events())[-1]
    assert (event.reason, len(event.tickets)) == ("gave-up", 3)


async def test_who_has_been_served_keeps_what_was_done(hall: Hall) -> None:
    await hall.open()
    await hall.check_in(then=(order("ear"), order("heart")))
    ticket = await hall.serve()
    given_up = await hall.give_up(ticket.visit)
    assert given_up.visit.state is VisitState.FINISHED
    assert [stop.state for stop in given_up.journey] == [S.DONE, S.CANCELLED, S.CANCELLED]


async def test_nobody_gives_up_while_being_served_or_once_it_is_over(hall: Hall) -> None:
    await hall.open()
    ticket = await hall.ticket_in(S.SERVING)
    before = await hall.board()
    with pytest.raises(NotAllowedInState) as refused:
        await hall.give_up(ticket.visit)
    assert refused.value.fields == {"state": "serving", "action": "give-up"}
    assert (await hall.board()).tickets == before.tickets
    await hall.complete(ticket.id)
    with pytest.raises(NotAllowedInState):
        await hall.give_up(ticket.visit)
    with pytest.raises(UnknownVisit):
        await hall.give_up(VisitId("20260922-zzzzzzzzzzzzz"))


async def test_the_desk_takes_back_a_slip_of_the_thumb(hall: Hall) -> None:
    await hall.open()
    ticket = await hall.ticket_in(S.CALLED)
    await hall.check_in(person="p", service="other")
    before = (await hall.reads.visit(hall.base()["facility"], ticket.visit, hall.now_ms)).journey
    await hall.give_up(ticket.visit)
    await hall.undo(ticket.id)
    after = await hall.reads.visit(hall.base()["facility"], ticket.visit, hall.now_ms)
    assert [(one.state, one.order_at, one.room) for one in after.journey] == [
        (one.state, one.order_at, one.room) for one in before
    ]
    assert after.visit.state is VisitState.ARRIVED


@pytest.mark.parametrize(
    ("deferred", "expected"),
    [
        (Reenter(Reentry.AFTER, 2), ["A001", "A003", "A004", "A002", "A005"]),
        (Reenter(Reentry.AFTER, 3), ["A001", "A003", "A004", "A005", "A002"]),
        (Reenter(Reentry.AFTER, 5), ["A001", "A003", "A004", "A005", "A002"]),
        (Reenter(Reentry.AFTER, 0), ["A001", "A002", "A003", "A004", "A005"]),
        (END, ["A001", "A003", "A004", "A005", "A002"]),
    ],
)
async def test_who_is_late_lets_as_many_go_first_as_the_policy_says(
    hall: Hall, deferred: Reenter, expected: list[str]
) -> None:
    await hall.publish(clinics=(clinic("eye", "A", deferred=deferred), *CLINICS[1:]))
    visits = [(await hall.check_in()).visit.id for _ in range(5)]
    result = await hall.defer(visits[1])
    assert await hall.numbers() == expected
    assert (result.position, result.ticket.deferred) == (expected.index("A002") + 1, True)
    assert (await hall.events())[-1].reason == "late"


async def test_who_is_late_lets_others_go_first_once_a_stop(hall: Hall) -> None:
    await hall.open()
    ticket = await hall.ticket_in(S.WAITING)
    await hall.check_in()
    await hall.defer(ticket.visit)
    with pytest.raises(NotAllowedInState) as refused:
        await hall.defer(ticket.visit)
    assert refused.value.fields == {"state": "deferred", "action": "defer"}
    assert await hall.numbers() == ["A002", "A001"]


@pytest.mark.parametrize("state", [one for one in S if one not in (S.WAITING, S.PLANNED)])
async def test_only_who_waits_can_let_others_go_first(hall: Hall, state: TicketState) -> None:
    await hall.open()
    ticket = await hall.ticket_in(state)
    before = len(await hall.events())
    with pytest.raises(NotAllowedInState):
        await hall.defer(ticket.visit)
    assert len(await hall.events()) == before
