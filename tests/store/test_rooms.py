import pytest

from queueflow.model.errors import NotAllowedInState, RoomNotOpen, UnknownClinic, UnknownRoom
from queueflow.model.live_state import ClinicState, RoomStatus
from queueflow.model.ticket import TicketState
from tests.store.hall import Hall


async def counts(hall: Hall) -> dict[str, tuple[int, int]]:
    """Open and free rooms of each clinic, as the board says."""
    clinics: tuple[ClinicState, ...] = (await hall.board()).clinics
    return {clinic.id: (clinic.rooms_open, clinic.rooms_free) for clinic in clinics}


async def test_an_opened_room_serves_what_it_is_set_up_for(hall: Hall) -> None:
    room = (await hall.open("r2", practitioner="dr-an")).room
    assert (room.state, room.clinics, room.practitioner) == (RoomStatus.OPEN, ("ear", "eye"), "dr-an")
    assert room.opened_at_ms == hall.now_ms
    assert await counts(hall) == {"eye": (1, 1), "ear": (1, 1), "heart": (0, 0)}


async def test_a_room_may_serve_other_clinics_today(hall: Hall) -> None:
    assert (await hall.open("r1", ("heart",))).room.clinics == ("heart",)
    await hall.open("r1", ("ear", "eye"))
    assert await counts(hall) == {"eye": (1, 1), "ear": (1, 1), "heart": (0, 0)}
    event = (await hall.events())[-1]
    assert [clinic.id for clinic in event.clinics] == ["heart", "ear", "eye"]


async def test_opening_an_open_room_again_changes_nothing(hall: Hall) -> None:
    first = await hall.open("r1", practitioner="dr-an")
    again = await hall.open("r1", practitioner="dr-an")
    assert again.room == first.room
    assert (await hall.names()).count("room.opened") == 1


async def test_unknown_rooms_and_clinics_are_refused(hall: Hall) -> None:
    for act in (hall.open, hall.pause, hall.close):
        with pytest.raises(UnknownRoom):
            await act("r9")
    with pytest.raises(UnknownClinic):
        await hall.open("r1", ("nose",))


async def test_a_paused_room_says_until_when_and_keeps_whom_it_called(hall: Hall) -> None:
    await hall.open()
    ticket = await hall.ticket_in(TicketState.CALLED)
    room = (await hall.pause(until_ms=hall.now_ms + 900_000)).room
    assert (room.state, room.tickets) == (RoomStatus.PAUSED, (ticket.id,))
    assert room.paused_until_ms is not None
    assert await counts(hall) == {"eye": (0, 0), "ear": (0, 0), "heart": (0, 0)}
    await hall.start(ticket.id)
    await hall.complete(ticket.id)
    reopened = (await hall.open()).room
    assert (reopened.state, reopened.paused_until_ms) == (RoomStatus.OPEN, None)
    assert await counts(hall) == {"eye": (1, 1), "ear": (0, 0), "heart": (0, 0)}


async def test_a_closed_room_cannot_pause(hall: Hall) -> None:
    with pytest.raises(RoomNotOpen):
        await hall.pause()


async def test_whom_a_closing_room_had_called_waits_again_at_the_old_place(hall: Hall) -> None:
    await hall.open()
    for _ in range(3):
        await hall.check_in()
    await hall.called()
    room = (await hall.close()).room
    assert (room.state, room.tickets, room.clinics) == (RoomStatus.CLOSED, (), ())
    assert await hall.numbers() == ["A001", "A002", "A003"]
    assert (await hall.names())[-2:] == ["ticket.handed-on", "room.closed"]
    assert await counts(hall) == {"eye": (0, 0), "ear": (0, 0), "heart": (0, 0)}


async def test_a_room_does_not_close_on_somebody_who_is_being_served(hall: Hall) -> None:
    await hall.open()
    ticket = await hall.ticket_in(TicketState.SERVING)
    with pytest.raises(NotAllowedInState):
        await hall.close()
    await hall.complete(ticket.id)
    assert (await hall.close()).room.state is RoomStatus.CLOSED


async def test_closing_a_closed_room_changes_nothing(hall: Hall) -> None:
    await hall.close()
    assert await hall.names() == ["ruleset.published"]


async def test_the_counts_of_open_and_free_rooms_hold_through_a_day(hall: Hall) -> None:
    await hall.open("r1")
    await hall.open("r2")
    for _ in range(4):
        await hall.check_in("eye")
    first, second = await hall.called("r1"), await hall.called("r2")
    assert await counts(hall) == {"eye": (2, 0), "ear": (1, 0), "heart": (0, 0)}
    await hall.no_show(first.id)
    await hall.requeue(second.id)
    assert await counts(hall) == {"eye": (2, 2), "ear": (1, 1), "heart": (0, 0)}
    await hall.serve("r2")
    await hall.pause("r2")
    assert await counts(hall) == {"eye": (1, 1), "ear": (0, 0), "heart": (0, 0)}
