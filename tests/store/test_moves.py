"""What each move does beyond its state; the states themselves are walked whole in test_states.py."""

import pytest

from queueflow.model.errors import (
    Invalid,
    NotAllowedInState,
    RevisionMismatch,
    RoomNotOpen,
    UnknownClinic,
    UnknownTicket,
)
from queueflow.model.facility import Reenter, Reentry
from queueflow.model.ids import TicketId
from queueflow.model.ticket import TicketState
from queueflow.model.visit import VisitState
from tests.store.hall import CLINICS, END, FACILITY, OLD_PLACE, Hall, clinic

MOVES = [
    *("recall", "start", "complete", "no_show", "requeue", "cancel"),
    *("reinstate", "hold", "resume", "transfer", "prioritise", "undo"),
]
NOWHERE = TicketId("20260922-zzzzzzzzzzzzz-1")


@pytest.mark.parametrize("move", MOVES)
async def test_an_unknown_ticket_is_refused(hall: Hall, move: str) -> None:
    with pytest.raises(UnknownTicket):
        await getattr(hall, move)(NOWHERE)
    assert await hall.names() == ["ruleset.published"]


@pytest.mark.parametrize("move", [*MOVES, "call"])
async def test_who_acts_on_an_old_picture_is_refused_and_told_the_revision(hall: Hall, move: str) -> None:
    await hall.open()
    ticket = await hall.ticket_in(TicketState.WAITING if move == "call" else TicketState.CALLED)
    events = len(await hall.events())
    with pytest.raises(RevisionMismatch) as refused:
        await getattr(hall, move)(ticket.id, if_revision=ticket.revision - 1)
    assert refused.value.fields["revision"] == ticket.revision
    assert len(await hall.events()) == events


async def test_call_takes_a_chosen_ticket_out_of_its_turn(hall: Hall) -> None:
    await hall.open()
    tickets = [(await hall.check_in()).ticket for _ in range(3)]
    called = (await hall.call(tickets[2].id)).ticket
    assert (called.state, called.room) == (TicketState.CALLED, "r1")
    assert await hall.numbers() == ["A001", "A002"]


async def test_call_is_refused_by_a_room_that_does_not_serve_that_clinic_today(hall: Hall) -> None:
    await hall.open("r2", ("ear",))
    ticket = (await hall.check_in("eye")).ticket
    with pytest.raises(RoomNotOpen):
        await hall.call(ticket.id, "r2")


async def test_recall_counts_the_calls(hall: Hall) -> None:
    await hall.open()
    ticket = await hall.ticket_in(TicketState.CALLED)
    again = (await hall.recall(ticket.id)).ticket
    assert (again.calls, again.revision, again.called_at_ms) == (2, ticket.revision + 1, ticket.called_at_ms)


async def test_start_and_complete_take_the_times_and_free_the_room(hall: Hall) -> None:
    await hall.open()
    ticket = await hall.ticket_in(TicketState.CALLED)
    started = await hall.start(ticket.id)
    assert started.visit.state is VisitState.IN_PROGRESS
    assert started.ticket.started_at_ms == hall.now_ms
    hall.later(300)
    done = await hall.complete(ticket.id)
    assert (done.ticket.ended_at_ms, done.visit.state) == (hall.now_ms, VisitState.FINISHED)
    room = next(room for room in (await hall.board()).rooms if room.id == "r1")
    assert (room.tickets, room.served) == ((), 1)
    assert (await hall.board()).tickets == ()


async def test_a_clinics_pace_follows_what_its_patients_really_take(hall: Hall) -> None:
    await hall.open()
    for _ in range(30):
        await hall.check_in()
        await hall.serve(seconds=120)
    pace = next(clinic.service_mean_s for clinic in (await hall.board()).clinics if clinic.id == "eye")
    assert 120 <= pace <= 150


async def test_the_next_planned_stop_begins_to_wait_when_the_first_is_done(hall: Hall) -> None:
    await hall.open()
    await hall.check_in("eye", person="p", service="eyes")
    planned = (await hall.check_in("ear", person="p", service="ears")).ticket
    await hall.serve()
    assert (await hall.names())[-2:] == ["ticket.completed", "ticket.issued"]
    record = await hall.reads.ticket(FACILITY, planned.id, hall.now_ms)
    assert [(ticket.state, ticket.clinic) for ticket in record.journey] == [("done", "eye"), ("waiting", "ear")]
    assert record.visit.state is VisitState.IN_PROGRESS
    assert record.place is not None
    assert await hall.numbers("ear") == ["A001"]


async def test_cancelling_the_stop_that_waits_lets_the_planned_one_begin(hall: Hall) -> None:
    first = (await hall.check_in("eye", person="p", service="eyes")).ticket
    await hall.check_in("ear", person="p", service="ears")
    await hall.cancel(first.id)
    assert (await hall.numbers("eye"), await hall.numbers("ear")) == ([], ["A001"])


async def test_cancelling_all_stops_cancels_the_visit(hall: Hall) -> None:
    ticket = (await hall.check_in()).ticket
    assert (await hall.cancel(ticket.id, reason="left")).visit.state is VisitState.CANCELLED
    assert (await hall.events())[-1].reason == "left"


async def test_cancelling_a_called_ticket_frees_the_room(hall: Hall) -> None:
    await hall.open()
    ticket = await hall.ticket_in(TicketState.CALLED)
    await hall.cancel(ticket.id)
    await hall.check_in()
    assert (await hall.called()).number == "A002"


async def test_a_no_show_frees_the_room_and_stays_in_sight(hall: Hall) -> None:
    await hall.open()
    ticket = await hall.ticket_in(TicketState.CALLED)
    result = await hall.no_show(ticket.id)
    assert result.visit.state is VisitState.ARRIVED
    board = await hall.board()
    assert [seen.state for seen in board.tickets] == [TicketState.NO_SHOW]
    assert next(room for room in board.rooms if room.id == "r1").tickets == ()


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"requeued": END}, ["A002", "A003", "A004", "A005", "A001"]),
        ({"requeued": OLD_PLACE}, ["A001", "A002", "A003", "A004", "A005"]),
        ({"requeued": Reenter(Reentry.AFTER, 2)}, ["A002", "A003", "A001", "A004", "A005"]),
        ({"requeued": Reenter(Reentry.AFTER, 0)}, ["A001", "A002", "A003", "A004", "A005"]),
        ({"requeued": Reenter(Reentry.AFTER, 9)}, ["A002", "A003", "A004", "A005", "A001"]),
    ],
)
async def test_a_requeued_ticket_reenters_where_the_clinics_policy_says(hall: Hall, policy, expected) -> None:
    await hall.publish(clinics=(clinic("eye", "A", **policy), *CLINICS[1:]))
    await hall.open()
    for _ in range(5):
        await hall.check_in()
    ticket = (await hall.requeue((await hall.called()).id)).ticket
    assert (ticket.state, ticket.room, ticket.called_at_ms, ticket.calls) == (TicketState.WAITING, None, None, 1)
    assert await hall.numbers() == expected


async def test_many_requeues_between_the_same_two_keep_everybody_apart(hall: Hall) -> None:
    await hall.publish(clinics=(clinic("eye", "A", requeued=Reenter(Reentry.AFTER, 1)), *CLINICS[1:]))
    await hall.open()
    for _ in range(4):
        await hall.check_in()
    for _ in range(40):
        await hall.requeue((await hall.called()).id)
        assert sorted(await hall.numbers()) == ["A001", "A002", "A003", "A004"]


async def test_who_missed_their_call_is_reinstated_where_the_policy_says(hall: Hall) -> None:
    await hall.publish(clinics=(clinic("eye", "A", reinstated=Reenter(Reentry.AFTER, 1)), *CLINICS[1:]))
    await hall.open()
    for _ in range(4):
        await hall.check_in()
    missed = await hall.called()
    await hall.no_show(missed.id)
    back = (await hall.reinstate(missed.id)).ticket
    assert (back.state, back.ended_at_ms, back.called_at_ms) == (TicketState.WAITING, None, None)
    assert await hall.numbers() == ["A002", "A001", "A003", "A004"]


async def test_nobody_is_reinstated_while_another_stop_of_theirs_is_under_way(hall: Hall) -> None:
    await hall.open()
    missed = (await hall.check_in(person="p")).ticket
    await hall.no_show((await hall.called()).id)
    await hall.check_in(person="p")
    with pytest.raises(NotAllowedInState):
        await hall.reinstate(missed.id)


async def test_a_ticket_on_hold_is_passed_over_and_resumes_at_its_place(hall: Hall) -> None:
    await hall.open()
    first = (await hall.check_in()).ticket
    for _ in range(2):
        await hall.check_in()
    await hall.hold(first.id)
    assert await hall.numbers() == ["A002", "A003"]
    await hall.resume(first.id)
    assert await hall.numbers() == ["A001", "A002", "A003"]


async def test_a_transferred_ticket_keeps_its_number_and_queues_by_its_first_arrival(hall: Hall) -> None:
    ticket = (await hall.check_in("eye")).ticket
    await hall.check_in("heart")
    moved = (await hall.transfer(ticket.id, "heart")).ticket
    assert (moved.clinic, moved.number, moved.order_at) == ("heart", "A001", ticket.order_at)
    assert await hall.numbers("heart") == ["A001", "C001"]
    assert await hall.numbers("eye") == []
    assert [state.id for state in (await hall.events())[-1].clinics] == ["heart", "eye"]


async def test_a_transfer_out_of_a_room_frees_it_and_may_change_the_class(hall: Hall) -> None:
    await hall.open()
    ticket = await hall.ticket_in(TicketState.SERVING)
    moved = (await hall.transfer(ticket.id, "ear", "emergency")).ticket
    assert (moved.state, moved.room, moved.started_at_ms, moved.priority) == ("waiting", None, None, "emergency")
    assert next(room for room in (await hall.board()).rooms if room.id == "r1").tickets == ()
    assert await hall.numbers("ear") == ["A001"]


async def test_a_transfer_to_nowhere_or_into_no_class_changes_nothing(hall: Hall) -> None:
    ticket = (await hall.check_in()).ticket
    with pytest.raises(UnknownClinic):
        await hall.transfer(ticket.id, "nose")
    with pytest.raises(Invalid):
        await hall.transfer(ticket.id, "ear", "royal")
    with pytest.raises(Invalid):
        await hall.prioritise(ticket.id, "royal")
    assert await hall.numbers() == ["A001"]


async def test_a_transfer_to_a_room_or_a_practitioner_finds_the_clinic_that_they_serve(hall: Hall) -> None:
    await hall.open("r3", practitioner="dr-lan")
    await hall.open("r2", practitioner="dr-hai")
    ticket = (await hall.check_in("eye")).ticket
    moved = (await hall.transfer(ticket.id, None, practitioner="dr-lan")).ticket
    assert (moved.clinic, moved.wish) == ("heart", "practitioner:dr-lan")
    with pytest.raises(Invalid) as several:
        await hall.transfer(ticket.id, None, room="r2")
    assert several.value.field == "clinic"
    moved = (await hall.transfer(ticket.id, None, room="r1")).ticket
    assert (moved.clinic, moved.wish) == ("eye", "room:r1")
    # Of several clinics it stays in its own.
    moved = (await hall.transfer(ticket.id, None, room="r2")).ticket
    assert (moved.clinic, moved.wish) == ("eye", "room:r2")
    moved = (await hall.transfer(ticket.id, "ear", practitioner="dr-hai")).ticket
    assert moved.clinic == "ear"
    assert (await hall.called("r2")).id == ticket.id


@pytest.mark.parametrize(
    ("to", "field"),
    [
        ({"clinic": None}, "clinic"),
        ({"clinic": "ear", "room": "r1"}, "room"),
        ({"clinic": "ear", "practitioner": "dr-lan"}, "practitioner"),
        ({"clinic": None, "practitioner": "dr-gone"}, "practitioner"),
        ({"clinic": "eye", "room": "r1", "practitioner": "dr-lan"}, "practitioner"),
    ],
)
async def test_a_transfer_to_where_it_is_not_served_changes_nothing(hall: Hall, to: dict, field: str) -> None:
    await hall.open("r1", practitioner="dr-lan")
    ticket = (await hall.check_in("eye")).ticket
    before = len(await hall.events())
    with pytest.raises(Invalid) as refused:
        await hall.transfer(ticket.id, **to)
    assert refused.value.field == field
    assert len(await hall.events()) == before


async def test_another_class_counts_from_the_same_arrival(hall: Hall) -> None:
    await hall.check_in(priority="priority")
    later = (await hall.check_in()).ticket
    await hall.check_in(priority="priority")
    await hall.prioritise(later.id, "priority", reason="staff-decision")
    assert await hall.numbers() == ["A001", "A002", "A003"]
    assert (await hall.events())[-1].reason == "staff-decision"
