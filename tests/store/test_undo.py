import pytest

from queueflow.model.errors import NotAllowedInState, RevisionMismatch
from queueflow.model.ids import TicketId
from queueflow.model.live_state import FacilityState, RoomState
from queueflow.model.ticket import Ticket, TicketState
from queueflow.model.visit import Visit
from tests.store.hall import FACILITY, Hall


def picture(board: FacilityState) -> tuple[object, ...]:
    """All that a hall is, but for revisions and offsets, which only ever rise, and the pace that a clinic learnt."""

    def ticket(one: Ticket) -> tuple[object, ...]:
        return tuple(getattr(one, field) for field in one.__struct_fields__ if field != "revision")

    def room(one: RoomState) -> tuple[object, ...]:
        return tuple(getattr(one, field) for field in one.__struct_fields__ if field != "revision")

    def visit(one: Visit) -> Visit:
        return one

    return (
        sorted(map(ticket, board.tickets), key=lambda one: str(one[0])),
        sorted(map(room, board.rooms), key=lambda one: str(one[0])),
        sorted(map(visit, board.visits), key=lambda one: one.id),
        [(c.id, c.waiting, c.next, c.rooms_open, c.rooms_free, c.by_priority) for c in board.clinics],
    )


async def busy(hall: Hall) -> TicketId:
    """A hall with others in it, and the ticket that a test moves: A002, between A001 and A003."""
    await hall.open("r1")
    await hall.check_in(priority="ordinary")
    ticket = (await hall.check_in(person="p", service="eyes")).ticket
    await hall.check_in("ear", person="p", service="ears")
    await hall.check_in()
    await hall.check_in("ear")
    return ticket.id


BEFORE: dict[str, TicketState] = {
    "call": TicketState.WAITING,
    "recall": TicketState.CALLED,
    "start": TicketState.CALLED,
    "complete": TicketState.SERVING,
    "no_show": TicketState.CALLED,
    "requeue": TicketState.CALLED,
    "cancel": TicketState.CALLED,
    "hold": TicketState.WAITING,
    "resume": TicketState.ON_HOLD,
    "transfer": TicketState.SERVING,
    "reinstate": TicketState.NO_SHOW,
    "prioritise": TicketState.WAITING,
}


@pytest.mark.parametrize("move", BEFORE)
async def test_a_move_taken_back_leaves_the_hall_as_it_was(hall: Hall, move: str) -> None:
    ticket = await busy(hall)
    state = BEFORE[move]
    if state is TicketState.ON_HOLD:
        await hall.hold(ticket)
    elif state is not TicketState.WAITING:
        await hall.call(ticket)
        if state is TicketState.SERVING:
            await hall.start(ticket)
        if state is TicketState.NO_SHOW:
            await hall.no_show(ticket)
    before = await hall.board()
    moved = await getattr(hall, move)(ticket)
    assert picture(await hall.board()) != picture(before)
    undone = await hall.undo(ticket)
    assert undone.ticket.revision == moved.ticket.revision + 1
    assert picture(await hall.board()) == picture(before)
    assert (await hall.names())[-1] == "ticket.undone"


async def test_a_call_next_taken_back_also_gives_back_the_classes_credit(hall: Hall) -> None:
    await hall.open("r2", ("ear",))
    for priority in ("priority", "ordinary") * 3:
        await hall.check_in("ear", priority)
    order = await hall.numbers("ear")
    await hall.undo((await hall.called("r2")).id)
    assert await hall.numbers("ear") == order


async def test_undo_works_once(hall: Hall) -> None:
    ticket = await busy(hall)
    await hall.call(ticket)
    await hall.undo(ticket)
    with pytest.raises(NotAllowedInState):
        await hall.undo(ticket)


async def test_what_has_moved_again_stays(hall: Hall) -> None:
    await hall.open("r2", ("ear",))
    ticket = await busy(hall)
    await hall.call(ticket)
    await hall.start(ticket)
    await hall.complete(ticket)
    # The stop that began to wait by it was called meanwhile.
    await hall.call(TicketId(ticket[:-1] + "2"), "r2")
    with pytest.raises(NotAllowedInState) as refused:
        await hall.undo(ticket)
    assert refused.value.fields["state"] == "moved again"
    record = await hall.reads.ticket(FACILITY, ticket, hall.now_ms)
    assert [one.state for one in record.journey] == [TicketState.DONE, TicketState.CALLED]


async def test_nobody_goes_back_into_a_room_that_is_taken_or_closed(hall: Hall) -> None:
    ticket = await busy(hall)
    await hall.call(ticket)
    await hall.no_show(ticket)
    other = await hall.called()
    with pytest.raises(NotAllowedInState):
        await hall.undo(ticket)
    await hall.no_show(other.id)
    await hall.close()
    with pytest.raises(NotAllowedInState):
        await hall.undo(ticket)


async def test_undo_is_refused_on_an_old_picture_after_a_while_and_for_what_no_console_did(hall: Hall) -> None:
    ticket = (await hall.check_in()).ticket
    with pytest.raises(NotAllowedInState):
        await hall.undo(ticket.id)
    held = (await hall.hold(ticket.id)).ticket
    with pytest.raises(RevisionMismatch):
        await hall.undo(ticket.id, if_revision=held.revision - 1)
    left_ms = await hall.store.redis.pttl(f"qf:{{{FACILITY}}}:undo:{ticket.id}")
    assert 0 < left_ms <= 600_000
