import asyncio
from typing import cast

import pytest

from queueflow.model.errors import IdempotencyKeyReused, Invalid, UnknownClinic, UnknownFacility
from queueflow.model.ids import ServiceDay, is_ticket_id, is_visit_id
from queueflow.model.priority import Balance
from queueflow.model.ticket import TicketState
from queueflow.model.visit import VisitState
from queueflow.store.keys import LIBRARY
from tests.store.hall import CLINICS, DAY, ROOMS, Hall, room_setup


async def test_a_patient_gets_a_number_a_place_and_an_expected_wait(hall: Hall) -> None:
    result = await hall.check_in("eye")
    ticket, visit = result.ticket, result.visit
    assert (ticket.number, ticket.clinic, ticket.state, ticket.revision) == ("A001", "eye", TicketState.WAITING, 1)
    assert (result.created, result.replayed, result.position) == (True, False, 1)
    assert result.estimated_wait is not None
    assert 0 < result.estimated_wait.p50_s < result.estimated_wait.p90_s
    assert (visit.number, visit.day, visit.state, visit.tickets) == ("A001", DAY, VisitState.ARRIVED, (ticket.id,))
    assert is_visit_id(visit.id)
    assert is_ticket_id(ticket.id)
    assert result.journey == (ticket,)
    assert ticket.issued_at_ms == hall.now_ms


async def test_the_event_carries_the_ticket_its_visit_and_the_clinic_as_it_is_now(hall: Hall) -> None:
    result = await hall.check_in("eye", "priority")
    event = (await hall.events())[-1]
    assert (await hall.names())[-1] == "ticket.issued"
    assert (event.tickets, event.visits) == ((result.ticket,), (result.visit,))
    assert event.actor == "tester"
    (clinic,) = event.clinics
    assert (clinic.id, clinic.waiting, clinic.by_priority, clinic.next) == (
        "eye", 1, {"priority": 1}, (result.ticket.id,),
    )  # fmt: skip
    assert result.offset == len(await hall.events())


async def test_numbers_run_by_series_without_a_gap(hall: Hall) -> None:
    given = [(await hall.check_in(clinic)).ticket.number for clinic in ("eye", "ear", "eye", "heart", "ear", "eye")]
    assert given == ["A001", "B001", "A002", "C001", "B002", "A003"]


async def test_a_hundred_at_once_get_a_hundred_numbers(hall: Hall) -> None:
    results = await asyncio.gather(*(hall.check_in() for _ in range(100)))
    assert {result.ticket.number for result in results} == {f"A{n:03d}" for n in range(1, 101)}
    assert len(await hall.numbers()) == 100


async def test_those_who_come_in_one_millisecond_keep_the_order_in_which_they_came(hall: Hall) -> None:
    given = []
    for _ in range(50):
        hall.now_ms -= 1000
        given.append((await hall.check_in()).ticket.number)
    assert await hall.numbers() == given


async def test_the_same_person_gets_back_the_ticket_they_hold_for_that_service(hall: Hall) -> None:
    first = await hall.check_in(person="p")
    again = await hall.check_in(person="p")
    assert (again.created, again.ticket, again.position) == (False, first.ticket, 1)
    assert await hall.names() == ["ruleset.published", "ticket.issued"]


async def test_two_kiosks_at_once_give_one_person_one_ticket(hall: Hall) -> None:
    results = await asyncio.gather(*(hall.check_in(person="p") for _ in range(20)))
    assert len({result.ticket.id for result in results}) == 1
    assert sum(result.created for result in results) == 1


async def test_another_service_becomes_the_next_stop_of_the_same_visit(hall: Hall) -> None:
    first = await hall.check_in("eye", person="p", service="eyes")
    second = await hall.check_in("ear", person="p", service="ears")
    assert second.created
    assert second.visit.id == first.visit.id
    assert (second.ticket.number, second.ticket.state, second.ticket.clinic) == ("A001", TicketState.PLANNED, None)
    assert [ticket.service for ticket in second.journey] == ["eyes", "ears"]
    assert second.position is None
    assert await hall.numbers("ear") == []
    assert (await hall.check_in("ear", person="p", service="ears")).ticket == second.ticket


async def test_who_was_done_for_the_day_gets_a_new_visit(hall: Hall) -> None:
    await hall.open()
    first = await hall.check_in(person="p")
    await hall.serve()
    second = await hall.check_in(person="p")
    assert second.created
    assert second.visit.id != first.visit.id
    assert second.ticket.number == "A002"


async def test_who_missed_their_call_waits_anew_in_the_same_visit(hall: Hall) -> None:
    await hall.open()
    first = await hall.check_in(person="p")
    await hall.no_show((await hall.called()).id)
    second = await hall.check_in(person="p")
    assert (second.visit.id, second.ticket.number) == (first.visit.id, "A001")
    assert (second.ticket.state, second.ticket.id) == (TicketState.WAITING, f"{first.visit.id}-2")


async def test_people_without_a_proven_identity_are_never_taken_for_one_another(hall: Hall) -> None:
    assert (await hall.check_in()).visit.id != (await hall.check_in()).visit.id


async def test_the_same_request_gives_the_same_answer_and_one_ticket(hall: Hall) -> None:
    first = await hall.check_in(once="key", nonce="0" * 13)
    hall.later(3600)
    again = await hall.check_in(once="key", nonce="1" * 13)
    assert again.replayed
    assert again.ticket == first.ticket
    assert (again.position, again.offset) == (first.position, first.offset)
    assert await hall.numbers() == ["A001"]


async def test_a_key_used_for_another_request_is_refused_and_changes_nothing(hall: Hall) -> None:
    await hall.check_in(once="key")
    with pytest.raises(IdempotencyKeyReused):
        await hall.check_in(once="key", fingerprint="another")
    assert await hall.numbers() == ["A001"]


async def test_fifty_tries_of_one_request_at_once_have_one_effect(hall: Hall) -> None:
    results = await asyncio.gather(*(hall.check_in(once="key", nonce="0" * 13) for _ in range(50)))
    assert {result.ticket.id for result in results} == {results[0].ticket.id}
    assert sum(not result.replayed for result in results) == 1
    assert await hall.numbers() == ["A001"]


async def test_a_refusal_is_kept_with_its_request_too(hall: Hall) -> None:
    with pytest.raises(UnknownClinic):
        await hall.check_in("nose", once="key")
    with pytest.raises(UnknownClinic):
        await hall.check_in("nose", once="key")


async def test_a_facility_that_was_never_published_is_unknown(store) -> None:
    hall = Hall(store)
    with pytest.raises(UnknownFacility):
        await hall.check_in()
    assert await store.redis.dbsize() == 0


async def test_candidates_that_are_gone_are_passed_over(hall: Hall) -> None:
    assert (await hall.check_in(("nose", "ear"))).ticket.clinic == "ear"
    with pytest.raises(UnknownClinic):
        await hall.check_in(("nose", "throat"))


async def test_an_unknown_class_is_refused(hall: Hall) -> None:
    with pytest.raises(Invalid) as refused:
        await hall.check_in(priority="royal")
    assert refused.value.field == "priority"


async def test_shortest_wait_takes_the_clinic_whose_rooms_will_be_free_first(hall: Hall) -> None:
    await hall.publish(rooms=(*ROOMS, room_setup("r4", "eye")))
    for room in ("r1", "r4"):
        await hall.open(room)
    await hall.open("r3")
    for _ in range(5):
        await hall.check_in("eye")
    for _ in range(6):
        await hall.check_in("heart")
    # Five wait for two rooms, six for one room with two places; a turn takes ten minutes in both.
    result = await hall.check_in(("heart", "eye"), balance=Balance.SHORTEST_WAIT)
    assert result.ticket.clinic == "eye"


async def test_shortest_wait_prefers_any_clinic_with_an_open_room(hall: Hall) -> None:
    await hall.open("r3")
    for _ in range(10):
        await hall.check_in("heart")
    result = await hall.check_in(("eye", "heart"), balance=Balance.SHORTEST_WAIT)
    assert result.ticket.clinic == "heart"


async def test_shortest_queue_counts_only_those_who_would_go_before(hall: Hall) -> None:
    for _ in range(3):
        await hall.check_in("eye", "ordinary")
    await hall.check_in("heart", "emergency")
    both = ("heart", "eye")
    # Three ordinary patients do not go before an emergency, one emergency does.
    assert (await hall.check_in(both, "emergency", balance=Balance.SHORTEST_QUEUE)).ticket.clinic == "eye"
    assert (await hall.check_in(both, "ordinary", balance=Balance.SHORTEST_QUEUE)).ticket.clinic == "heart"


async def test_round_robin_takes_the_candidates_in_turn(hall: Hall) -> None:
    taken = [
        (await hall.check_in(("eye", "ear", "heart"), balance=Balance.ROUND_ROBIN)).ticket.clinic for _ in range(5)
    ]
    assert taken == ["eye", "ear", "heart", "eye", "ear"]


async def test_one_check_in_is_one_round_trip(hall: Hall) -> None:
    before = hall.store.round_trips
    await hall.check_in()
    assert hall.store.round_trips == before + 1


async def test_every_key_lies_under_the_facilitys_tag(hall: Hall) -> None:
    await hall.open()
    await hall.check_in(person="p", once="key", balance=Balance.ROUND_ROBIN)
    await hall.check_in(("eye", "ear"), balance=Balance.ROUND_ROBIN)
    await hall.serve()
    keys = cast("list[bytes]", await hall.store.redis.execute_command("KEYS", "*"))
    assert len(keys) > 8
    assert all(key.startswith(b"qf:{test-hospital}:") or key == LIBRARY.encode() for key in keys)


async def test_a_new_day_begins_with_number_one(hall: Hall) -> None:
    await hall.check_in()
    hall.later(24 * 3600)
    hall.day = ServiceDay("20260923")
    result = await hall.check_in()
    assert result.ticket.number == "A001"
    assert result.visit.day == "20260923"


async def test_what_was_left_over_from_yesterday_is_ended_and_told(hall: Hall) -> None:
    await hall.open("r1")
    await hall.open("r3")
    left = [(await hall.check_in()).ticket for _ in range(3)]
    called = await hall.called()
    served = await hall.check_in("heart")
    await hall.start((await hall.called("r3")).id)
    hall.later(20 * 3600)
    hall.day = ServiceDay("20260923")
    await hall.check_in("ear")
    event = (await hall.events())[-2]
    assert (event.__struct_config__.tag, event.day, event.reason) == ("day.closed", "20260923", "day-closed")
    ended = {ticket.id: ticket.state for ticket in event.tickets}
    assert ended == {**{ticket.id: "cancelled" for ticket in left}, served.ticket.id: "done"}
    assert called.id in ended
    assert {room.state for room in event.rooms} == {"closed"}
    assert {visit.state for visit in event.visits} == {"cancelled", "finished"}
    board = await hall.board()
    assert [ticket.number for ticket in board.tickets] == ["B001"]
    assert {clinic.id: clinic.waiting for clinic in board.clinics} == {"eye": 0, "ear": 1, "heart": 0}


async def test_who_came_before_midnight_waits_on_and_keeps_a_number_that_nobody_else_gets(hall: Hall) -> None:
    hall.later(16.9 * 3600)
    await hall.open()
    before = await hall.check_in(person="p")
    hall.later(600)
    hall.day = ServiceDay("20260923")
    after = await hall.check_in()
    assert await hall.numbers() == ["A001", "A002"]
    assert after.ticket.number == "A002"
    assert (await hall.check_in(person="p")).ticket.id == before.ticket.id
    assert (await hall.called()).id == before.ticket.id


async def test_a_worker_whose_clock_is_behind_neither_turns_back_the_day_nor_the_time(hall: Hall) -> None:
    hall.day = ServiceDay("20260923")
    first = await hall.check_in()
    hall.day, hall.now_ms = DAY, hall.now_ms - 3_600_000
    second = await hall.check_in()
    assert second.visit.day == "20260923"
    assert second.ticket.issued_at_ms >= first.ticket.issued_at_ms
    assert await hall.numbers() == ["A001", "A002"]


async def test_setups_of_a_thousand_rooms_are_no_burden_for_a_check_in(hall: Hall) -> None:
    rooms = tuple(room_setup(f"room-{n}", "eye") for n in range(1000))
    await hall.publish(clinics=CLINICS, rooms=rooms)
    assert (await hall.check_in()).ticket.number == "A001"
