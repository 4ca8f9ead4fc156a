"""A clinic's and a room's policies beyond the order of classes (those are in test_call_next.py)."""

import msgspec

from queueflow.model.facility import RoomTakes
from queueflow.model.ids import PriorityId
from queueflow.model.ticket import TicketState
from tests.store.hall import CLINICS, FACILITY, ROOMS, Hall, clinic, room_setup


async def classes(hall: Hall, room: str, count: int) -> list[str]:
    called: list[str] = []
    for _ in range(count):
        ticket = await hall.called(room)
        called.append(ticket.priority)
        await hall.no_show(ticket.id)
    return called


async def test_whoever_has_waited_too_long_goes_before_all_but_emergencies(hall: Hall) -> None:
    eye = msgspec.structs.replace(clinic("eye", "A"), longest_wait_s=3600)
    await hall.publish(clinics=(eye, *CLINICS[1:]))
    await hall.open()
    await hall.check_in(priority="ordinary")
    hall.later(3000)
    await hall.check_in(priority="priority")
    assert (await hall.numbers()) == ["A002", "A001"]
    hall.later(700)
    await hall.check_in(priority="emergency")
    assert await hall.numbers() == ["A003", "A001", "A002"]
    assert await classes(hall, "r1", 3) == ["emergency", "ordinary", "priority"]


async def test_a_reserved_class_gets_its_call_out_of_so_many(hall: Hall) -> None:
    eye = msgspec.structs.replace(clinic("eye", "A"), reserved_class=PriorityId("ordinary"), reserved_every=3)
    await hall.publish(clinics=(eye, *CLINICS[1:]))
    await hall.open()
    for _ in range(8):
        await hall.check_in(priority="priority")
    for _ in range(2):
        await hall.check_in(priority="ordinary")
    planned = [queued.ticket.priority for queued in (await hall.queue()).waiting]
    happened = await classes(hall, "r1", 10)
    assert happened == planned
    assert [at for at, priority in enumerate(happened) if priority == "ordinary"] == [2, 5]


async def test_what_a_room_takes_from_several_clinics_is_its_own_choice(hall: Hall) -> None:
    for takes, expected in (
        (RoomTakes.IN_ORDER, ["ear-ordinary", "ear-ordinary", "eye-priority", "eye-ordinary"]),
        (RoomTakes.LONGEST_WAIT, ["ear-ordinary", "eye-priority", "eye-ordinary", "ear-ordinary"]),
        (RoomTakes.BEST_CLASS, ["eye-priority", "eye-ordinary", "ear-ordinary", "ear-ordinary"]),
    ):
        await hall.store.redis.flushall()
        room = msgspec.structs.replace(room_setup("r2", "ear", "eye"), takes=takes)
        await hall.publish(rooms=(ROOMS[0], room, ROOMS[2]))
        await hall.open("r2")
        await hall.check_in("eye", "ordinary")
        await hall.check_in("ear", "ordinary")
        await hall.check_in("eye", "priority")
        await hall.check_in("ear", "ordinary")
        called: list[str] = []
        for _ in range(4):
            ticket = await hall.called("r2")
            called.append(f"{ticket.clinic}-{ticket.priority}")
            await hall.no_show(ticket.id)
        assert called == expected, takes


async def test_the_third_unanswered_call_becomes_a_no_show_after_a_while(hall: Hall) -> None:
    eye = msgspec.structs.replace(clinic("eye", "A"), no_show_after_s=120, no_show_calls=3)
    await hall.publish(clinics=(eye, *CLINICS[1:]))
    await hall.open()
    ticket = await hall.ticket_in(TicketState.CALLED)
    hall.later(600)
    assert (await hall.tick()).no_shows == 0
    await hall.recall(ticket.id)
    await hall.recall(ticket.id)
    hall.later(60)
    assert (await hall.tick()).no_shows == 0
    hall.later(60)
    assert (await hall.tick()).no_shows == 1
    event = (await hall.events())[-1]
    assert (event.tickets[0].state, event.reason) == (TicketState.NO_SHOW, "no-answer")
    await hall.reinstate(ticket.id)


async def test_who_answered_in_time_is_no_no_show(hall: Hall) -> None:
    eye = msgspec.structs.replace(clinic("eye", "A"), no_show_after_s=120, no_show_calls=1)
    await hall.publish(clinics=(eye, *CLINICS[1:]))
    await hall.open()
    ticket = await hall.ticket_in(TicketState.SERVING)
    hall.later(600)
    assert (await hall.tick()).no_shows == 0
    record = await hall.reads.ticket(FACILITY, ticket.id, hall.now_ms)
    assert record.journey[0].state is TicketState.SERVING


async def test_without_such_a_policy_time_never_makes_a_no_show(hall: Hall) -> None:
    await hall.open()
    await hall.ticket_in(TicketState.CALLED)
    hall.later(7200)
    assert (await hall.tick()).no_shows == 0
