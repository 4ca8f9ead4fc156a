"""A room closes, or whoever works there leaves: the called and those who waited for them go on without, by policy."""

import pytest

from queueflow.model.events import TicketHandedOn
from queueflow.model.facility import Reenter, Reentry
from queueflow.model.ticket import TicketState
from tests.store.hall import CLINICS, END, OLD_PLACE, ROOMS, Hall, clinic, order

POLICIES = (
    (OLD_PLACE, ["A001", "A002", "A003", "A004", "A005", "A006"]),
    (END, ["A003", "A005", "A006", "A001", "A002", "A004"]),
    (Reenter(Reentry.AFTER, 2), ["A003", "A005", "A001", "A002", "A004", "A006"]),
)


@pytest.mark.parametrize(("policy", "expected"), POLICIES)
async def test_a_closing_room_hands_on_whom_it_had_called_and_who_waited_for_it(
    hall: Hall, policy: Reenter, expected: list[str]
) -> None:
    await hall.publish(clinics=(clinic("eye", "A", handed_on=policy), *CLINICS[1:]))
    await hall.open("r1", practitioner="dr-lan")
    tickets = [(await hall.check_in()).ticket.id for _ in range(6)]
    await hall.transfer(tickets[1], "eye", room="r1")
    await hall.transfer(tickets[3], "eye", practitioner="dr-lan")
    assert (await hall.called()).id == tickets[0]
    await hall.close()
    assert await hall.numbers() == expected
    event = (await hall.events())[-2]
    assert isinstance(event, TicketHandedOn)
    assert (event.reason, [ticket.number for ticket in event.tickets]) == ("room-closed", ["A001", "A002", "A004"])
    assert {(ticket.state, ticket.wish) for ticket in event.tickets} == {(TicketState.WAITING, None)}
    await hall.open("r2")
    assert [(await hall.serve("r2", seconds=1)).number for _ in range(6)] == expected


async def waiting_for(hall: Hall, room: str | None = None, practitioner: str | None = None) -> str | None:
    """Sends a newcomer to a room or a practitioner; gives the wish."""
    ticket = (await hall.check_in()).ticket
    return (await hall.transfer(ticket.id, "eye", room=room, practitioner=practitioner)).ticket.wish


async def wishes(hall: Hall) -> list[str | None]:
    return [queued.ticket.wish for queued in (await hall.queue()).waiting]


async def test_a_pause_or_a_move_to_another_room_is_not_leaving(hall: Hall) -> None:
    await hall.open("r1", practitioner="dr-lan")
    assert await waiting_for(hall, practitioner="dr-lan") == "practitioner:dr-lan"
    await hall.pause("r1")
    assert await wishes(hall) == ["practitioner:dr-lan"]
    await hall.open("r2", practitioner="dr-lan")
    await hall.close("r1")
    assert await wishes(hall) == ["practitioner:dr-lan"]
    assert "ticket.handed-on" not in await hall.names()
    assert (await hall.called("r2")).number == "A001"


async def test_who_takes_over_a_room_has_those_who_wait_for_the_room_and_not_those_for_who_left(hall: Hall) -> None:
    await hall.open("r1", practitioner="dr-lan")
    await hall.open("r2", practitioner="dr-hai")
    await waiting_for(hall, practitioner="dr-lan")
    await waiting_for(hall, room="r1")
    await hall.open("r1", practitioner="dr-minh")
    assert await wishes(hall) == [None, "room:r1"]
    assert (await hall.events())[-1].reason == "room-changed"
    assert (await hall.serve("r2")).number == "A001"
    assert (await hall.call_next("r2")).called is None


async def test_who_serves_another_clinic_now_is_not_waited_for_in_this_one(hall: Hall) -> None:
    await hall.open("r1")
    await hall.open("r2", practitioner="dr-hai")
    await waiting_for(hall, practitioner="dr-hai")
    assert (await hall.call_next("r1")).called is None
    await hall.open("r2", ("ear",), practitioner="dr-hai")
    assert await wishes(hall) == [None]
    assert (await hall.called("r1")).number == "A001"


async def test_rules_without_the_room_hand_on_who_waited_for_it(hall: Hall) -> None:
    await hall.open("r1")
    await hall.open("r2", practitioner="dr-hai")
    await waiting_for(hall, room="r2")
    await hall.publish(rooms=(ROOMS[0], ROOMS[2]))
    assert await wishes(hall) == [None]
    assert (await hall.events())[-1].reason == "rules-changed"
    assert (await hall.called("r1")).number == "A001"


async def test_who_is_away_for_tests_returns_to_any_room_where_the_practitioner_has_left(hall: Hall) -> None:
    await hall.open("r1", practitioner="dr-lan")
    await hall.open("r3")
    await hall.check_in()
    ticket = await hall.called()
    await hall.start(ticket.id)
    await hall.suspend(ticket.id, order("heart"))
    await hall.close("r1")
    await hall.serve("r3")
    await hall.open("r2")
    assert (await hall.called("r2")).id == ticket.id


async def test_only_those_are_handed_on_who_had_somebody_to_wait_for(hall: Hall) -> None:
    await hall.open("r1", practitioner="dr-lan")
    # Whoever comes at noon is wished for all the same.
    await waiting_for(hall, practitioner="dr-noon")
    await hall.close("r1")
    assert await wishes(hall) == ["practitioner:dr-noon"]
    await hall.open("r2", practitioner="dr-noon")
    await hall.open("r1", practitioner="dr-lan")
    assert (await hall.call_next("r1")).called is None
    assert (await hall.called("r2")).number == "A001"
