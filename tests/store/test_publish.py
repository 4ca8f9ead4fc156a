import pytest

from queueflow.model.errors import NotAllowedInState
from queueflow.model.ticket import TicketState
from tests.store.hall import CLINICS, PRIORITIES, ROOMS, Hall, clinic, priority_class, room_setup


async def test_a_version_counts_up_and_the_same_texts_change_nothing(hall: Hall) -> None:
    first = await hall.publish(digest="one")
    again = await hall.publish(digest="one")
    other = await hall.publish(digest="two")
    assert (first.changed, again.changed, other.changed) == (True, False, True)
    assert again.version == first.version
    assert other.version == first.version + 1
    assert (await hall.board()).version == other.version


async def test_it_tells_all_clinics_and_rooms_that_there_are(hall: Hall) -> None:
    await hall.publish(clinics=(*CLINICS, clinic("nose", "N")), rooms=(*ROOMS, room_setup("r9", "nose")))
    event = (await hall.events())[-1]
    assert [state.id for state in event.clinics] == ["eye", "ear", "heart", "nose"]
    assert [state.id for state in event.rooms] == ["r1", "r2", "r3", "r9"]


@pytest.mark.parametrize(
    ("state", "without"),
    [
        (TicketState.WAITING, {"clinics": CLINICS[1:]}),
        (TicketState.CALLED, {"rooms": ROOMS[1:]}),
        (TicketState.SERVING, {"rooms": ROOMS[1:]}),
        (TicketState.WAITING, {"priorities": PRIORITIES[:2]}),
        (TicketState.PLANNED, {"priorities": PRIORITIES[:2]}),
    ],
)
async def test_a_version_that_would_strand_a_ticket_is_refused(hall: Hall, state, without) -> None:
    await hall.open()
    await hall.ticket_in(state)
    before = (await hall.board()).version
    with pytest.raises(NotAllowedInState):
        await hall.publish(**without)
    assert (await hall.board()).version == before


async def test_a_clinic_that_nobody_waits_for_may_go_and_rooms_go_on_without_it(hall: Hall) -> None:
    await hall.open("r2")
    await hall.publish(clinics=(CLINICS[0], CLINICS[2]), rooms=(ROOMS[0], room_setup("r2", "eye"), ROOMS[2]))
    board = await hall.board()
    assert [state.id for state in board.clinics] == ["eye", "heart"]
    assert next(room for room in board.rooms if room.id == "r2").clinics == ("eye",)
    assert board.clinics[0].rooms_open == 1


async def test_a_new_strict_order_of_classes_counts_from_the_next_call(hall: Hall) -> None:
    await hall.open()
    for priority in ("ordinary", "priority"):
        await hall.check_in("eye", priority)
    turned = (PRIORITIES[0], PRIORITIES[2], PRIORITIES[1], priority_class("late", 1, 1.0))
    await hall.publish(priorities=turned)
    assert await hall.numbers() == ["A001", "A002"]
