"""Who has booked and comes: the appointment is found, and they wait by the time at which they came."""

import pytest
from msgspec.structs import replace

from queueflow.model.appointment import AppointmentState
from queueflow.model.errors import NotAllowedInState, UnknownAppointment
from queueflow.model.events import AppointmentNoShow, TicketIssued, TicketPrioritised
from queueflow.model.facility import Reenter, Reentry
from queueflow.model.ids import AppointmentId, ServiceId
from queueflow.model.priority import ServingOrder
from queueflow.model.ticket import Booked, Ticket, TicketState
from tests.store.booking import (
    BOOKED,
    DAY_MS,
    HALF_PAST_8,
    LENGTH_MS,
    MINUTE_MS,
    TOMORROW,
    Desk,
    booking_clinic,
)
from tests.store.hall import FACILITY, Hall, order


@pytest.fixture
async def desk(hall: Hall) -> Desk:
    desk = Desk(hall)
    await desk.open()
    return desk


async def test_a_check_in_without_a_service_takes_todays_appointment(desk: Desk) -> None:
    booked = (await desk.book(HALF_PAST_8, "eye-lan", person="p1")).appointment
    result = await desk.arrive("p1", at_ms=HALF_PAST_8 - 5 * MINUTE_MS)
    ticket = result.ticket
    assert result.created
    assert (ticket.clinic, ticket.service, ticket.priority) == ("eye", "exam", "appointment")
    assert ticket.wish == "practitioner:dr-lan"
    assert ticket.appointment == Booked(booked.id, HALF_PAST_8)
    assert ticket.decision is not None
    assert ticket.decision.rule == "booked"
    kept = await desk.one(booked.id)
    assert (kept.state, kept.ticket) == (AppointmentState.CHECKED_IN, ticket.id)
    told = (await desk.hall.events())[-1]
    assert isinstance(told, TicketIssued)
    assert (told.tickets, told.appointments) == ((ticket,), (kept,))


async def test_it_is_found_in_the_same_round_trip(desk: Desk) -> None:
    await desk.book(person="p1")
    before = desk.hall.store.round_trips
    await desk.arrive("p1", at_ms=HALF_PAST_8)
    assert desk.hall.store.round_trips == before + 1


async def test_who_names_its_service_takes_it_and_who_names_another_does_not(desk: Desk) -> None:
    await desk.book(person="p1")
    await desk.book(person="p2")
    same = await desk.arrive("p1", at_ms=HALF_PAST_8, service="exam")
    other = await desk.arrive("p2", service="heart")
    assert (same.ticket.clinic, same.ticket.priority) == ("eye", "appointment")
    assert (other.ticket.clinic, other.ticket.appointment, other.ticket.priority) == ("heart", None, "ordinary")


async def test_nobody_takes_anothers_appointment_nor_one_of_another_day(desk: Desk) -> None:
    await desk.book(person="p1")
    await desk.book(HALF_PAST_8 + DAY_MS, person="p2", on=TOMORROW)
    for person in ("p2", "p3", None):
        assert (await desk.arrive(person, at_ms=HALF_PAST_8)).ticket.appointment is None


async def test_who_scans_their_card_twice_has_one_ticket(desk: Desk) -> None:
    await desk.book(person="p1")
    first = await desk.arrive("p1", at_ms=HALF_PAST_8)
    again = await desk.arrive("p1")
    assert (again.created, again.ticket.id) == (False, first.ticket.id)
    assert len(again.journey) == 1


async def test_of_two_appointments_the_earlier_comes_first_and_then_the_other(desk: Desk) -> None:
    await desk.book(HALF_PAST_8 + 4 * LENGTH_MS, "ear-any", person="p1", service="hearing")
    await desk.book(HALF_PAST_8, person="p1")
    await desk.hall.open()
    first = (await desk.arrive("p1", at_ms=HALF_PAST_8)).ticket
    assert first.clinic == "eye"
    await desk.hall.serve(seconds=60)
    second = (await desk.arrive("p1", at_ms=HALF_PAST_8 + 4 * LENGTH_MS)).ticket
    assert (second.clinic, second.service) == ("ear", "hearing")


async def test_who_waits_for_one_appointment_comes_for_the_next_when_it_is_time_for_that(desk: Desk) -> None:
    await desk.book(HALF_PAST_8, person="p1")
    await desk.book(HALF_PAST_8 + 4 * LENGTH_MS, "ear-any", person="p1", service="hearing")
    first = await desk.arrive("p1", at_ms=HALF_PAST_8)
    too_early = await desk.arrive("p1", at_ms=HALF_PAST_8 + 44 * MINUTE_MS)
    assert (too_early.created, len(too_early.journey)) == (False, 1)
    second = await desk.arrive("p1", at_ms=HALF_PAST_8 + 46 * MINUTE_MS)
    assert (second.created, second.visit.id) == (True, first.visit.id)
    assert [(stop.service, stop.state) for stop in second.journey] == [
        ("exam", TicketState.WAITING),
        ("hearing", TicketState.PLANNED),
    ]
    assert all(stop.appointment for stop in second.journey)
    again = await desk.arrive("p1")
    assert (again.created, len(again.journey)) == (False, 2)


async def test_an_appointment_is_named_by_its_id_or_its_code_whoever_it_was_booked_for(desk: Desk) -> None:
    by_id = (await desk.book(person="by-telephone")).appointment
    by_code = (await desk.book(person="by-telephone-too")).appointment
    one = await desk.arrive("card-1", at_ms=HALF_PAST_8, appointment=by_id.id)
    other = await desk.arrive("card-2", appointment=by_code.code)
    assert [ticket.appointment and ticket.appointment.id for ticket in (one.ticket, other.ticket)] == [
        by_id.id,
        by_code.id,
    ]
    again = await desk.arrive("card-2", appointment=by_code.code)
    assert (again.created, again.ticket.id) == (False, other.ticket.id)


async def test_a_named_appointment_that_is_not_to_be_had_is_refused_and_no_ticket_is_given(desk: Desk) -> None:
    taken = (await desk.book()).appointment
    await desk.arrive("card-1", at_ms=HALF_PAST_8, appointment=taken.id)
    cancelled = (await desk.book()).appointment
    await desk.cancel(cancelled.id)
    tomorrow = (await desk.book(HALF_PAST_8 + DAY_MS, on=TOMORROW)).appointment
    before = await desk.hall.events()
    for named, refusal in (
        (taken.id, NotAllowedInState),
        (cancelled.id, NotAllowedInState),
        (cancelled.code, UnknownAppointment),
        (tomorrow.id, UnknownAppointment),
        (tomorrow.code, UnknownAppointment),
        (AppointmentId("20260922-zzzzzzzzzzzzz"), UnknownAppointment),
    ):
        with pytest.raises(refusal):
            await desk.arrive("card-9", appointment=named)
    assert await desk.hall.events() == before


async def test_a_better_class_than_that_of_the_booked_is_kept(desk: Desk) -> None:
    await desk.book(person="p1")
    ticket = (await desk.arrive("p1", at_ms=HALF_PAST_8, priority="priority")).ticket
    assert (ticket.priority, ticket.clinic) == ("priority", "eye")
    assert ticket.appointment is not None


async def test_those_on_time_wait_by_their_slots_and_those_of_one_slot_by_their_arrival(desk: Desk) -> None:
    for person, start in (("late-slot", LENGTH_MS), ("slot-b", 0), ("slot-a", 0)):
        await desk.book(HALF_PAST_8 + start, person=person)
    at = HALF_PAST_8 - 10 * MINUTE_MS
    numbers: dict[str, str] = {}
    for n, person in enumerate(("walk-in", "slot-a", "late-slot", "slot-b")):
        # The later somebody comes, the earlier their id, so that it is not the id that decides.
        arrived = await desk.arrive(person, at_ms=at + n * 5 * MINUTE_MS, clinic="eye", nonce=f"{9 - n:013d}")
        numbers[arrived.ticket.number] = person
    assert [numbers[one] for one in await desk.hall.numbers()] == ["slot-a", "slot-b", "late-slot", "walk-in"]


async def test_who_comes_early_waits_as_a_walk_in_until_the_tick_says_that_it_is_time(desk: Desk) -> None:
    await desk.book(person="p1")
    walk_in = (await desk.arrive("w1", at_ms=HALF_PAST_8 - 60 * MINUTE_MS, clinic="eye")).ticket
    early = (await desk.arrive("p1", at_ms=HALF_PAST_8 - 50 * MINUTE_MS)).ticket
    assert early.priority == "ordinary"
    assert await desk.hall.numbers() == [walk_in.number, early.number]
    assert await desk.tick(HALF_PAST_8 - 16 * MINUTE_MS) == (0, 0)
    assert await desk.tick(HALF_PAST_8 - 15 * MINUTE_MS) == (1, 0)
    assert await desk.hall.numbers() == [early.number, walk_in.number]
    told = (await desk.hall.events())[-1]
    assert isinstance(told, TicketPrioritised)
    assert told.reason == "slot-begins"
    assert told.tickets[0].priority == BOOKED
    assert await desk.tick(HALF_PAST_8) == (0, 0)


async def test_who_came_early_and_is_on_hold_is_lifted_and_resumes_by_their_slot(desk: Desk) -> None:
    await desk.book(person="p1")
    early = (await desk.arrive("p1", at_ms=HALF_PAST_8 - 50 * MINUTE_MS)).ticket
    await desk.hall.hold(early.id)
    assert await desk.tick(HALF_PAST_8 - 15 * MINUTE_MS) == (1, 0)
    resumed = (await desk.hall.resume(early.id)).ticket
    assert resumed.priority == BOOKED
    assert await desk.hall.numbers() == [early.number]


async def test_who_came_early_and_is_called_just_then_is_lifted_once_they_wait_again(desk: Desk) -> None:
    await desk.hall.open()
    await desk.book(person="p1")
    early = (await desk.arrive("p1", at_ms=HALF_PAST_8 - 16 * MINUTE_MS)).ticket
    called = await desk.hall.called()
    assert called.id == early.id
    assert await desk.tick(HALF_PAST_8 - 14 * MINUTE_MS) == (0, 0)
    assert (await desk.hall.requeue(early.id)).ticket.priority == "ordinary"
    assert await desk.tick(HALF_PAST_8 - 12 * MINUTE_MS) == (1, 0)


async def test_who_came_early_and_was_served_before_is_left_alone(desk: Desk) -> None:
    await desk.hall.open()
    await desk.book(person="p1")
    await desk.arrive("p1", at_ms=HALF_PAST_8 - 50 * MINUTE_MS)
    done = await desk.hall.serve(seconds=60)
    assert await desk.tick(HALF_PAST_8) == (0, 0)
    assert done.priority == "ordinary"


@pytest.mark.parametrize(
    ("late", "place"),
    [(Reenter(Reentry.END), 4), (Reenter(Reentry.AFTER, 1), 2), (Reenter(Reentry.OLD_PLACE), 1)],
    ids=["end", "after-1", "old-place"],
)
async def test_who_comes_late_has_the_place_that_the_clinic_says(desk: Desk, late: Reenter, place: int) -> None:
    await desk.open(booking_clinic("eye", "A", late=late))
    await desk.book(HALF_PAST_8, person="late")
    for n in range(3):
        await desk.book(HALF_PAST_8 + (1 + n) * LENGTH_MS, person=f"p{n}")
    for n in range(3):
        await desk.arrive(f"p{n}", at_ms=HALF_PAST_8 + (14 + n) * MINUTE_MS + n * 10 * MINUTE_MS)
    # The last of the three slots begins at 9:15, and all of them are on time or lifted by 9:00.
    await desk.tick(HALF_PAST_8 + 40 * MINUTE_MS)
    ticket = (await desk.arrive("late", at_ms=HALF_PAST_8 + 41 * MINUTE_MS)).ticket
    assert ticket.priority == BOOKED
    assert (await desk.hall.numbers()).index(ticket.number) + 1 == place


async def test_on_time_is_as_long_as_the_clinic_says(desk: Desk) -> None:
    await desk.book(HALF_PAST_8, person="a")
    await desk.book(HALF_PAST_8, person="b")
    on_time = (await desk.arrive("a", at_ms=HALF_PAST_8 + 15 * MINUTE_MS)).ticket
    late = (await desk.arrive("b", at_ms=HALF_PAST_8 + 15 * MINUTE_MS + 1000)).ticket
    assert HALF_PAST_8 <= on_time.order_at < HALF_PAST_8 + MINUTE_MS
    assert late.order_at >= HALF_PAST_8 + 15 * MINUTE_MS


async def test_a_slot_is_released_some_time_after_its_end_and_its_patient_is_a_walk_in(desk: Desk) -> None:
    booked = (await desk.book(person="p1")).appointment
    over = booked.end_ms + 30 * MINUTE_MS
    assert await desk.tick(over - 1) == (0, 0)
    assert await desk.tick(over) == (0, 1)
    kept = await desk.one(booked.id)
    assert kept.state is AppointmentState.NO_SHOW
    assert await desk.taken() == {}
    told = (await desk.hall.events())[-1]
    assert isinstance(told, AppointmentNoShow)
    assert (told.reason, told.appointments) == ("not-come", (kept,))
    assert await desk.tick(over + MINUTE_MS) == (0, 0)
    late = await desk.arrive("p1", at_ms=over + 5 * MINUTE_MS)
    assert (late.ticket.clinic, late.ticket.priority, late.ticket.appointment) == ("heart", "ordinary", None)
    named = await desk.arrive("p2", appointment=booked.code)
    assert named.ticket.appointment is None


async def test_who_comes_after_the_release_is_a_walk_in_though_no_tick_came_yet(desk: Desk) -> None:
    booked = (await desk.book(person="p1")).appointment
    late = await desk.arrive("p1", at_ms=booked.end_ms + 31 * MINUTE_MS)
    assert late.ticket.appointment is None
    assert await desk.tick(booked.end_ms + 32 * MINUTE_MS) == (0, 1)


async def test_who_was_checked_in_moved_or_cancelled_is_no_no_show(desk: Desk) -> None:
    await desk.book(person="came")
    await desk.arrive("came", at_ms=HALF_PAST_8)
    assert await desk.to_release() == 0
    moved = (await desk.book()).appointment
    await desk.move(moved.id, HALF_PAST_8 + 8 * LENGTH_MS)
    await desk.cancel((await desk.book()).appointment.id)
    assert await desk.to_release() == 1
    assert await desk.tick(HALF_PAST_8 + 60 * MINUTE_MS) == (0, 0)
    assert await desk.tick(HALF_PAST_8 + 4 * 60 * MINUTE_MS) == (0, 1)


async def test_a_tick_releases_a_bounded_number_and_the_next_goes_on(desk: Desk) -> None:
    starts = range(60)
    for n in starts:
        await desk.book(HALF_PAST_8 + n * MINUTE_MS)
        await desk.book(HALF_PAST_8 + n * MINUTE_MS)
    over = HALF_PAST_8 + 5 * 60 * MINUTE_MS
    assert [await desk.tick(over + n) for n in range(3)] == [(0, 100), (0, 20), (0, 0)]


async def test_the_release_is_by_the_policy_in_force_when_it_is_due(desk: Desk) -> None:
    booked = (await desk.book()).appointment
    longer = booking_clinic("eye", "A")
    await desk.open(replace(longer, release_s=7200.0))
    assert await desk.tick(booked.end_ms + 30 * MINUTE_MS) == (0, 0)
    assert await desk.tick(booked.end_ms + 120 * MINUTE_MS) == (0, 1)


async def test_the_appointment_is_for_the_stop_of_its_service_whichever_that_is(desk: Desk) -> None:
    await desk.book(person="p1")
    await desk.hall.open("r3")
    paying = await desk.arrive("p1", at_ms=HALF_PAST_8 - 20 * MINUTE_MS, service="pay", then=(order("exam"),))
    first, then = paying.journey
    assert (first.service, first.clinic, first.appointment) == ("pay", "heart", None)
    assert (then.state, then.appointment and then.appointment.at_ms) == (TicketState.PLANNED, HALF_PAST_8)
    await desk.hall.serve("r3", seconds=8 * 60)
    waiting = (await desk.hall.queue()).waiting[0].ticket
    assert (waiting.id, waiting.priority, waiting.clinic) == (then.id, BOOKED, "eye")


async def test_who_was_at_another_stop_of_theirs_in_time_is_not_late(desk: Desk) -> None:
    await desk.book(person="p1")
    await desk.hall.open("r3")
    await desk.arrive("p1", at_ms=HALF_PAST_8 - 5 * MINUTE_MS, service="pay", then=(order("exam"),))
    await desk.hall.serve("r3", seconds=50 * 60)
    waiting = (await desk.hall.queue()).waiting[0].ticket
    assert waiting.priority == BOOKED
    assert HALF_PAST_8 - MINUTE_MS < waiting.order_at < HALF_PAST_8 + MINUTE_MS


async def test_walk_ins_and_the_booked_share_a_clinic_by_its_policy(desk: Desk) -> None:
    for policy, expected in (
        (ServingOrder.STRICT, "bbbbbbooo"),
        (ServingOrder.RATIO, "bobbobbob"),
    ):
        await desk.hall.store.redis.flushall()
        desk.hall.now_ms = HALF_PAST_8 - 90 * MINUTE_MS
        await desk.open(booking_clinic("eye", "A", policy))
        await desk.hall.open()
        for n in range(6):
            await desk.book(HALF_PAST_8 + (n // 2) * MINUTE_MS, person=f"p{n}")
        for n in range(3):
            await desk.arrive(f"w{n}", at_ms=HALF_PAST_8 - (20 - n) * MINUTE_MS, clinic="eye")
        for n in range(6):
            await desk.arrive(f"p{n}", at_ms=HALF_PAST_8 - 10 * MINUTE_MS + n * 2000)
        called = [await _served(desk) for _ in range(9)]
        assert "".join("b" if one.priority == BOOKED else "o" for one in called) == expected


async def _served(desk: Desk) -> Ticket:
    ticket = await desk.hall.called()
    await desk.hall.no_show(ticket.id)
    return ticket


async def test_by_accumulating_priority_a_walk_in_who_has_waited_long_goes_before_the_booked(desk: Desk) -> None:
    await desk.open(booking_clinic("eye", "A", ServingOrder.ACCUMULATING))
    await desk.hall.open()
    await desk.book(person="p1")
    await desk.arrive("long", at_ms=HALF_PAST_8 - 60 * MINUTE_MS, clinic="eye")
    await desk.arrive("p1", at_ms=HALF_PAST_8)
    await desk.arrive("short", at_ms=HALF_PAST_8 + MINUTE_MS, clinic="eye")
    desk.hall.now_ms = HALF_PAST_8 + 30 * MINUTE_MS
    called = [await _served(desk) for _ in range(3)]
    # 1.5 points a second since half past eight against one since half past seven, and one since 8:31.
    assert [ticket.priority for ticket in called] == ["ordinary", "appointment", "ordinary"]


async def test_a_merged_visit_keeps_the_appointment_of_the_stop_that_goes_on(desk: Desk) -> None:
    booked = (await desk.book(HALF_PAST_8, "eye-lan", person="p1")).appointment
    other = await desk.arrive("p1", at_ms=HALF_PAST_8)
    mine = await desk.arrive("by-name", service="heart")
    merged = await desk.hall.merge(mine.visit.id, other.visit.id)
    stop = merged.journey[-1]
    assert stop.appointment == Booked(booked.id, HALF_PAST_8)
    assert stop.wish == "practitioner:dr-lan"


@pytest.mark.parametrize("named", ["exam", None])
async def test_who_has_booked_does_first_what_is_needed_for_it(desk: Desk, named: str | None) -> None:
    booked = (await desk.book(HALF_PAST_8, "eye-lan", person="p1")).appointment
    # Who names no service would come for the ear clinic by the rules, after the heart; they come for what they booked.
    then = (replace(order("ear", "eye"), service=ServiceId(named or "ear")),)
    result = await desk.arrive(
        "p1", at_ms=HALF_PAST_8 - 20 * MINUTE_MS, service=named and "heart", then=then, came_for=named or "ear"
    )
    assert [(one.service, one.state) for one in result.journey] == [
        ("heart", TicketState.WAITING),
        ("exam", TicketState.PLANNED),
    ]
    assert result.ticket.service == "heart"
    assert (await desk.one(booked.id)).ticket == result.journey[1].id
    again = await desk.arrive("p1", service=named and "heart", then=then, came_for=named or "ear")
    assert (again.created, again.ticket.id) == (False, result.ticket.id)
    await desk.hall.open("r3")
    await desk.hall.serve("r3", seconds=600)
    record = await desk.hall.reads.visit(FACILITY, result.visit.id, desk.hall.now_ms)
    exam = record.journey[1]
    assert (exam.state, exam.clinic, exam.priority) == (TicketState.WAITING, "eye", "appointment")
    assert exam.wish == "practitioner:dr-lan"
