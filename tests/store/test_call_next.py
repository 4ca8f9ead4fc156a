import asyncio

import pytest

from queueflow.model.errors import NotAllowedInState, RoomNotOpen, UnknownRoom
from queueflow.model.priority import ServingOrder
from queueflow.model.ticket import TicketState
from tests.store.hall import CLINICS, FACILITY, PRIORITIES, Hall, clinic, priority_class, room_setup


async def order(hall: Hall, room: str, count: int) -> list[str]:
    """The classes of the next `count` calls to a room, each completed at once; a dash where nobody waited."""
    classes = []
    for _ in range(count):
        called = (await hall.call_next(room)).called
        if called is None:
            classes.append("-")
            continue
        classes.append(called.ticket.priority)
        await hall.no_show(called.ticket.id)
    return classes


async def test_the_called_ticket_knows_its_room_and_who_works_there(hall: Hall) -> None:
    await hall.check_in()
    await hall.open(practitioner="dr-an")
    result = await hall.call_next()
    assert result.called is not None
    ticket = result.called.ticket
    assert (ticket.state, ticket.room, ticket.practitioner, ticket.calls) == (TicketState.CALLED, "r1", "dr-an", 1)
    assert ticket.called_at_ms == hall.now_ms
    event = (await hall.events())[-1]
    assert (await hall.names())[-1] == "ticket.called"
    assert event.tickets == (ticket,)
    assert event.rooms[0].tickets == (ticket.id,)
    assert [(c.id, c.waiting, c.rooms_open, c.rooms_free) for c in event.clinics] == [("eye", 0, 1, 0)]


async def test_nobody_waiting_calls_nobody_and_tells_nothing(hall: Hall) -> None:
    await hall.open()
    before = await hall.names()
    assert (await hall.call_next()).called is None
    assert await hall.names() == before


async def test_a_closed_a_paused_and_an_unknown_room_call_nobody(hall: Hall) -> None:
    await hall.check_in()
    with pytest.raises(RoomNotOpen):
        await hall.call_next()
    await hall.open()
    await hall.pause()
    with pytest.raises(RoomNotOpen):
        await hall.call_next()
    with pytest.raises(UnknownRoom):
        await hall.call_next("r9")
    assert await hall.numbers() == ["A001"]


async def test_a_room_calls_no_more_than_it_has_places(hall: Hall) -> None:
    await hall.open("r1")
    await hall.open("r3")
    for _ in range(3):
        await hall.check_in("eye")
        await hall.check_in("heart")
    await hall.called("r1")
    with pytest.raises(NotAllowedInState):
        await hall.call_next("r1")
    await hall.called("r3")
    await hall.called("r3")
    with pytest.raises(NotAllowedInState):
        await hall.call_next("r3")


async def test_sixty_four_doctors_at_once_never_call_one_patient_twice(hall: Hall) -> None:
    rooms = tuple(f"room-{n}" for n in range(64))
    await hall.publish(rooms=tuple(room_setup(name, "eye") for name in rooms))
    for name in rooms:
        await hall.open(name)
    for _ in range(50):
        await hall.check_in()
    results = await asyncio.gather(*(hall.call_next(name) for name in rooms))
    called = [result.called.ticket.id for result in results if result.called]
    assert len(called) == len(set(called)) == 50


async def test_strict_takes_the_highest_class_and_within_it_the_first_to_come(hall: Hall) -> None:
    await hall.open()
    given = {}
    for priority in ("ordinary", "priority", "ordinary", "emergency", "priority"):
        given.setdefault(priority, []).append((await hall.check_in("eye", priority)).ticket.number)
    assert await hall.numbers() == [*given["emergency"], *given["priority"], *given["ordinary"]]
    assert await order(hall, "r1", 6) == ["emergency", "priority", "priority", "ordinary", "ordinary", "-"]


async def test_ratio_shares_the_calls_and_lets_an_emergency_go_first(hall: Hall) -> None:
    await hall.open("r2", ("ear",))
    for _ in range(6):
        await hall.check_in("ear", "priority")
        await hall.check_in("ear", "ordinary")
    await hall.check_in("ear", "emergency")
    planned = [queued.ticket.priority for queued in (await hall.queue("ear")).waiting]
    happened = await order(hall, "r2", 13)
    assert happened == planned
    # Two of the priority class for one ordinary, in every three calls, for as long as both wait.
    assert happened[0] == "emergency"
    for third in range(1, 10, 3):
        assert sorted(happened[third : third + 3]) == ["ordinary", "priority", "priority"]


async def test_a_class_that_was_away_has_not_saved_up_calls(hall: Hall) -> None:
    await hall.open("r2", ("ear",))
    for _ in range(10):
        await hall.check_in("ear", "ordinary")
    await order(hall, "r2", 6)
    for _ in range(6):
        await hall.check_in("ear", "priority")
    happened = await order(hall, "r2", 6)
    assert happened.count("priority") == 4


async def test_accumulating_lets_a_long_wait_outweigh_a_class(hall: Hall) -> None:
    await hall.open("r3")
    await hall.check_in("heart", "ordinary")
    hall.later(600)
    await hall.check_in("heart", "priority")
    # After ten more minutes: 1200 s at 1 point against 600 s at 2 points and a little; a moment before, the other way.
    hall.later(500)
    assert [queued.ticket.priority for queued in (await hall.queue("heart")).waiting] == ["ordinary", "priority"]
    hall.later(200)
    assert [queued.ticket.priority for queued in (await hall.queue("heart")).waiting] == ["priority", "ordinary"]
    assert await order(hall, "r3", 2) == ["priority", "ordinary"]


async def test_accumulating_calls_an_emergency_before_any_wait(hall: Hall) -> None:
    await hall.open("r3")
    await hall.check_in("heart", "priority")
    hall.later(7200)
    await hall.check_in("heart", "emergency")
    assert await order(hall, "r3", 2) == ["emergency", "priority"]


async def test_a_room_takes_its_clinics_in_its_order_but_an_emergency_of_any_first(hall: Hall) -> None:
    await hall.open("r2")
    await hall.check_in("eye", "ordinary")
    await hall.check_in("ear", "ordinary")
    await hall.check_in("eye", "emergency")
    called = []
    for _ in range(3):
        ticket = await hall.called("r2")
        called.append((ticket.clinic, ticket.priority))
        await hall.no_show(ticket.id)
    assert called == [("eye", "emergency"), ("ear", "ordinary"), ("eye", "ordinary")]


async def test_an_order_that_changes_while_people_wait_loses_nobody(hall: Hall) -> None:
    await hall.open()
    for priority in ("ordinary", "priority", "ordinary", "priority"):
        await hall.check_in("eye", priority)
    await hall.publish(clinics=(clinic("eye", "A", order=ServingOrder.RATIO), *CLINICS[1:]))
    assert sorted(await order(hall, "r1", 4)) == ["ordinary", "ordinary", "priority", "priority"]


async def test_a_class_without_a_share_comes_when_nobody_else_waits(hall: Hall) -> None:
    idle = priority_class("ordinary", 0, 0.0)
    await hall.publish(priorities=(*PRIORITIES[:2], idle))
    await hall.open("r2", ("ear",))
    for priority in ("ordinary", "priority", "priority"):
        await hall.check_in("ear", priority)
    assert await order(hall, "r2", 4) == ["priority", "priority", "ordinary", "-"]


@pytest.mark.parametrize("clinic_id", ["eye", "ear", "heart"])
async def test_every_place_that_is_told_is_the_place_that_is_called(hall: Hall, clinic_id: str) -> None:
    for priority in ("ordinary", "priority", "ordinary", "emergency", "ordinary", "priority"):
        await hall.check_in(clinic_id, priority)
    queue = await hall.queue(clinic_id)
    ids = [queued.ticket.id for queued in queue.waiting]
    places = await hall.reads.places(FACILITY, ids, hall.now_ms)
    assert [place.position for place in places] == [1, 2, 3, 4, 5, 6]
    assert [place.ticket for place in places] == ids == list(queue.clinic.next)


@pytest.mark.parametrize("clinic_id", ["eye", "ear", "heart"])
async def test_places_far_back_are_near_the_truth_and_never_off_the_queue(hall: Hall, clinic_id: str) -> None:
    for n in range(60):
        await hall.check_in(clinic_id, ("ordinary", "priority", "ordinary")[n % 3])
    queue = await hall.queue(clinic_id)
    places = await hall.reads.places(FACILITY, [q.ticket.id for q in queue.waiting], hall.now_ms)
    off = [abs(place.position - queued.position) for place, queued in zip(places, queue.waiting, strict=True)]
    assert max(off) <= (0 if clinic_id == "eye" else 3)
    assert all(1 <= place.position <= 60 for place in places)


async def test_one_call_is_one_round_trip_however_many_wait(hall: Hall) -> None:
    await hall.open()
    for _ in range(30):
        await hall.check_in()
    before = hall.store.round_trips
    await hall.call_next()
    assert hall.store.round_trips == before + 1


async def test_the_same_press_twice_calls_one_patient(hall: Hall) -> None:
    await hall.open("r3")
    await hall.check_in("heart")
    await hall.check_in("heart")
    first = await hall.call_next("r3", once="press")
    second = await hall.call_next("r3", once="press")
    assert second.replayed
    assert first.called is not None
    assert second.called == first.called
    assert len(await hall.numbers("heart")) == 1
