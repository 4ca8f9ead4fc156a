import pytest

from queueflow.model.errors import UnknownClinic, UnknownFacility, UnknownTicket, UnknownVisit
from queueflow.model.ids import FacilityId, TicketId, VisitId
from queueflow.model.ticket import TicketState
from tests.store.hall import DAY, FACILITY, Hall


async def test_the_board_has_every_clinic_and_room_and_who_is_under_way(hall: Hall) -> None:
    await hall.open()
    waiting = (await hall.check_in()).ticket
    called = await hall.called()
    other = (await hall.check_in("heart")).ticket
    done = (await hall.check_in("ear")).ticket
    await hall.cancel(done.id)
    board = await hall.board()
    assert (board.day, board.version, board.offset) == (DAY, 1, len(await hall.events()))
    assert [clinic.id for clinic in board.clinics] == ["eye", "ear", "heart"]
    assert [(room.id, room.state) for room in board.rooms] == [("r1", "open"), ("r2", "closed"), ("r3", "closed")]
    assert {ticket.id: ticket.state for ticket in board.tickets} == {
        called.id: TicketState.CALLED,
        other.id: TicketState.WAITING,
    }
    assert called.id == waiting.id
    assert {visit.id for visit in board.visits} == {called.visit, other.visit}


async def test_reading_tells_nothing_and_writes_nothing(hall: Hall) -> None:
    ticket = (await hall.check_in()).ticket
    meta = await hall.store.redis.hgetall(f"qf:{{{FACILITY}}}:meta")
    hall.later(3600)
    await hall.board()
    await hall.queue()
    await hall.reads.ticket(FACILITY, ticket.id, hall.now_ms)
    await hall.reads.visit(FACILITY, ticket.visit, hall.now_ms)
    assert await hall.store.redis.hgetall(f"qf:{{{FACILITY}}}:meta") == meta


async def test_what_is_not_there_is_unknown(hall: Hall) -> None:
    now = hall.now_ms
    with pytest.raises(UnknownClinic):
        await hall.queue("nose")
    with pytest.raises(UnknownTicket):
        await hall.reads.ticket(FACILITY, TicketId("20260922-zzzzzzzzzzzzz-1"), now)
    with pytest.raises(UnknownVisit):
        await hall.reads.visit(FACILITY, VisitId("20260922-zzzzzzzzzzzzz"), now)
    with pytest.raises(UnknownFacility):
        await hall.reads.board(FacilityId("elsewhere"), now)


async def test_a_done_visit_can_still_be_read(hall: Hall) -> None:
    await hall.open()
    await hall.check_in()
    ticket = await hall.serve()
    record = await hall.reads.visit(FACILITY, ticket.visit, hall.now_ms)
    assert record.journey == (ticket,)
    assert record.place is None


async def test_places_leave_out_who_does_not_wait(hall: Hall) -> None:
    await hall.open()
    first, second = (await hall.check_in()).ticket, (await hall.check_in()).ticket
    await hall.called()
    places = await hall.reads.places(FACILITY, [first.id, second.id, TicketId("20260922-zzzzzzzzzzzzz-1")], hall.now_ms)
    assert [(place.ticket, place.position) for place in places] == [(second.id, 1)]
