"""The whole table of moves: every state and every command, through the real store, against model.ticket.TRANSITIONS."""

from functools import partial

import pytest

from queueflow.model.errors import NotAllowedInState
from queueflow.model.ticket import TRANSITIONS, TicketState
from tests.store.hall import FACILITY, Hall


@pytest.mark.parametrize("state", TicketState)
@pytest.mark.parametrize("action", TRANSITIONS)
async def test_a_move_follows_the_table_or_changes_nothing(hall: Hall, state: TicketState, action: str) -> None:
    await hall.open()
    ticket = await hall.ticket_in(state)
    before = len(await hall.events())
    if state in (TicketState.CALLED, TicketState.SERVING):
        await hall.open("r2")
    move = getattr(hall, action.replace("-", "_"))
    if action == "suspend":
        move = partial(move, waits_for=("result",))
    if state in TRANSITIONS[action]:
        result = await move(ticket.id)
        told = next(one for event in (await hall.events())[before:] for one in event.tickets if one.id == ticket.id)
        assert (told.state, told.revision) == (TRANSITIONS[action][state], ticket.revision + 1)
        # Nothing else was waited for: then the patient also comes back at once.
        returned = (action, state) == ("release", TicketState.SUSPENDED)
        assert result.ticket.state is (TicketState.WAITING if returned else told.state)
        return
    before = len(await hall.events())
    with pytest.raises(NotAllowedInState) as refused:
        await move(ticket.id)
    assert refused.value.fields == {"state": state.value, "action": action}
    record = await hall.reads.ticket(FACILITY, ticket.id, hall.now_ms)
    assert ticket in record.journey
    assert len(await hall.events()) == before
