"""Booking, moving and giving up a place in a slot: capacity, atomicity, what is kept and what is told."""

import asyncio

import pytest

from queueflow.model.appointment import AppointmentState
from queueflow.model.errors import Invalid, NotAllowedInState, RevisionMismatch, SlotFull, UnknownAppointment
from queueflow.model.events import AppointmentBooked, AppointmentCancelled, AppointmentMoved
from queueflow.model.ids import AppointmentId, ServiceDay
from tests.store.booking import DAY_MS, HALF_PAST_8, LENGTH_MS, SCHEDULES, TOMORROW, Desk, schedule
from tests.store.hall import DAY, FACILITY, Hall

DAY_OF_THREE_WEEKS = ServiceDay("20261013")


@pytest.fixture
async def desk(hall: Hall) -> Desk:
    desk = Desk(hall)
    await desk.open()
    return desk


async def test_a_booking_takes_a_place_and_is_found_by_its_day_its_clinic_and_its_id(desk: Desk) -> None:
    result = await desk.book(person="p1")
    booked = result.appointment
    assert result.created
    assert booked.state is AppointmentState.BOOKED
    assert booked.id.startswith(DAY)
    assert (booked.clinic, booked.schedule, booked.start_ms) == ("eye", "eye-any", HALF_PAST_8)
    assert await desk.one(booked.id) == booked
    assert await desk.day() == (booked,)
    assert await desk.day(clinic="eye") == (booked,)
    assert await desk.day(clinic="ear") == ()
    assert await desk.taken() == {("eye-any", 0): 1}


async def test_a_days_appointments_come_by_their_start(desk: Desk) -> None:
    later = await desk.book(HALF_PAST_8 + LENGTH_MS)
    earlier = await desk.book(HALF_PAST_8)
    assert [one.id for one in await desk.day()] == [earlier.appointment.id, later.appointment.id]


async def test_the_last_place_goes_to_exactly_one_of_many_who_book_at_once(desk: Desk) -> None:
    await desk.book()
    tries = await asyncio.gather(*(desk.book(person=f"p{n}") for n in range(60)), return_exceptions=True)
    won = [one for one in tries if not isinstance(one, BaseException)]
    assert len(won) == 1
    assert sum(isinstance(one, SlotFull) for one in tries) == 59
    assert await desk.taken() == {("eye-any", 0): 2}
    assert len(await desk.day()) == 2


async def test_many_bookings_and_moves_at_once_never_take_more_places_than_there_are(desk: Desk) -> None:
    starts = [HALF_PAST_8 + n * LENGTH_MS for n in range(4)]
    made = await asyncio.gather(*(desk.book(starts[n % 4]) for n in range(8)))
    moves = [desk.move(one.appointment.id, starts[(n + 1) % 4]) for n, one in enumerate(made)]
    new = [desk.book(starts[n % 4]) for n in range(20)]
    await asyncio.gather(*moves, *new, return_exceptions=True)
    taken = await desk.taken()
    assert max(taken.values()) <= 2
    booked = [one for one in await desk.day() if one.state is AppointmentState.BOOKED]
    assert sum(taken.values()) == len(booked)


async def test_a_full_slot_is_refused_and_nothing_is_told(desk: Desk) -> None:
    await desk.book()
    await desk.book()
    before = await desk.hall.events()
    with pytest.raises(SlotFull):
        await desk.book()
    assert await desk.hall.events() == before


async def test_of_several_schedules_the_first_with_a_place_is_booked(desk: Desk) -> None:
    whose = [(await desk.book(HALF_PAST_8, "eye-lan", "eye-any")).appointment.schedule for _ in range(3)]
    assert whose == ["eye-lan", "eye-any", "eye-any"]
    assert (await desk.day())[0].practitioner in ("dr-lan", None)
    with pytest.raises(SlotFull):
        await desk.book(HALF_PAST_8, "eye-lan", "eye-any")


async def test_staff_may_overbook_as_far_as_the_schedule_lets_them_and_who_is_beyond_is_marked(desk: Desk) -> None:
    first = await desk.book(HALF_PAST_8, "eye-lan", overbook=True)
    assert not first.appointment.overbooked
    with pytest.raises(SlotFull):
        await desk.book(HALF_PAST_8, "eye-lan")
    second = await desk.book(HALF_PAST_8, "eye-lan", overbook=True)
    assert second.appointment.overbooked
    with pytest.raises(SlotFull):
        await desk.book(HALF_PAST_8, "eye-lan", overbook=True)


async def test_overbooking_takes_a_free_place_elsewhere_first(desk: Desk) -> None:
    await desk.book(HALF_PAST_8, "eye-lan")
    result = await desk.book(HALF_PAST_8, "eye-lan", "eye-any", overbook=True)
    assert (result.appointment.schedule, result.appointment.overbooked) == ("eye-any", False)


async def test_a_schedule_that_the_facility_has_no_more_is_no_slot(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        await desk.book(HALF_PAST_8, "gone")
    assert refused.value.field == "start"


async def test_who_books_the_very_slot_again_has_the_place_they_have(desk: Desk) -> None:
    first = await desk.book(person="p1")
    again = await desk.book(person="p1")
    assert (again.appointment, again.created) == (first.appointment, False)
    assert await desk.taken() == {("eye-any", 0): 1}
    other = await desk.book(HALF_PAST_8 + LENGTH_MS, person="p1")
    assert other.created


async def test_a_booking_under_an_id_that_was_given_changes_nothing_even_when_it_was_cancelled(desk: Desk) -> None:
    first = await desk.book(nonce="1234567890abc")
    assert not (await desk.book(nonce="1234567890abc")).created
    await desk.cancel(first.appointment.id)
    again = await desk.book(nonce="1234567890abc")
    assert (again.created, again.appointment.state) == (False, AppointmentState.CANCELLED)
    assert await desk.taken() == {}


async def test_a_request_that_is_repeated_books_once(desk: Desk) -> None:
    first = await desk.book(once="key")
    again = await desk.book(once="key")
    assert again.replayed
    assert again.appointment == first.appointment
    assert await desk.taken() == {("eye-any", 0): 1}


async def test_a_move_takes_the_new_place_and_frees_the_old(desk: Desk) -> None:
    booked = (await desk.book(person="p1")).appointment
    moved = (await desk.move(booked.id, HALF_PAST_8 + LENGTH_MS)).appointment
    assert moved.id == booked.id
    assert moved.start_ms == HALF_PAST_8 + LENGTH_MS
    assert (moved.revision, moved.code) == (booked.revision + 1, booked.code)
    assert await desk.taken() == {("eye-any", 15): 1}


async def test_a_move_into_a_full_slot_changes_nothing(desk: Desk) -> None:
    for _ in range(2):
        await desk.book(HALF_PAST_8 + LENGTH_MS)
    booked = (await desk.book(person="p1")).appointment
    before = await desk.hall.events()
    with pytest.raises(SlotFull):
        await desk.move(booked.id, HALF_PAST_8 + LENGTH_MS)
    assert await desk.one(booked.id) == booked
    assert await desk.taken() == {("eye-any", 0): 1, ("eye-any", 15): 2}
    assert await desk.hall.events() == before


async def test_a_move_to_where_it_is_changes_nothing(desk: Desk) -> None:
    booked = (await desk.book()).appointment
    await desk.book()
    before = await desk.hall.events()
    assert (await desk.move(booked.id, HALF_PAST_8)).appointment == booked
    assert await desk.hall.events() == before


async def test_on_another_day_it_goes_on_under_that_days_id_and_the_one_before_says_where(desk: Desk) -> None:
    booked = (await desk.book(person="p1")).appointment
    moved = (await desk.move(booked.id, HALF_PAST_8 + DAY_MS, on=TOMORROW)).appointment
    assert moved.id == AppointmentId(TOMORROW + booked.id[8:])
    assert await desk.taken() == {}
    assert await desk.day(TOMORROW) == (moved,)
    left = await desk.one(booked.id)
    assert (left.state, left.moved_to) == (AppointmentState.CANCELLED, moved.id)
    with pytest.raises(UnknownAppointment):
        await desk.arrive("p1", appointment=booked.code)
    back = (await desk.move(moved.id, HALF_PAST_8)).appointment
    assert (back.id, back.state, back.moved_to) == (booked.id, AppointmentState.BOOKED, None)
    assert await desk.taken(TOMORROW) == {}


async def test_a_cancelled_place_is_free_again(desk: Desk) -> None:
    first = (await desk.book()).appointment
    await desk.book()
    cancelled = (await desk.cancel(first.id)).appointment
    assert cancelled.state is AppointmentState.CANCELLED
    assert (await desk.book()).created


async def test_what_is_not_booked_any_more_is_neither_moved_nor_cancelled(desk: Desk) -> None:
    booked = (await desk.book()).appointment
    await desk.cancel(booked.id)
    with pytest.raises(NotAllowedInState):
        await desk.cancel(booked.id)
    with pytest.raises(NotAllowedInState):
        await desk.move(booked.id, HALF_PAST_8 + LENGTH_MS)
    assert await desk.taken() == {}


async def test_a_change_of_what_somebody_else_changed_is_refused(desk: Desk) -> None:
    booked = (await desk.book()).appointment
    await desk.move(booked.id, HALF_PAST_8 + LENGTH_MS, if_revision=booked.revision)
    with pytest.raises(RevisionMismatch):
        await desk.cancel(booked.id, if_revision=booked.revision)
    with pytest.raises(RevisionMismatch):
        await desk.move(booked.id, HALF_PAST_8, if_revision=booked.revision)


async def test_an_appointment_that_never_was_is_unknown(desk: Desk) -> None:
    nobodys = AppointmentId(f"{DAY}-0000000000zzz")
    for attempt in (desk.one(nobodys), desk.cancel(nobodys), desk.move(nobodys, HALF_PAST_8)):
        with pytest.raises(UnknownAppointment):
            await attempt


async def test_every_change_is_told_with_what_it_changed(desk: Desk) -> None:
    booked = (await desk.book(person="p1")).appointment
    moved = (await desk.move(booked.id, HALF_PAST_8 + DAY_MS, on=TOMORROW)).appointment
    cancelled = (await desk.cancel(moved.id)).appointment
    *_, first, second, third = await desk.hall.events()
    assert isinstance(first, AppointmentBooked)
    assert first.appointments == (booked,)
    assert isinstance(second, AppointmentMoved)
    assert second.appointments[0] == moved
    assert second.appointments[1].moved_to == moved.id
    assert isinstance(third, AppointmentCancelled)
    assert third.appointments == (cancelled,)
    assert [event.clinics + event.tickets + event.visits for event in (first, second, third)] == [(), (), ()]


async def test_codes_of_one_day_are_different_though_the_ids_begin_alike(desk: Desk) -> None:
    codes = [
        (await desk.book(HALF_PAST_8 + n * LENGTH_MS, nonce=f"abcdef{n}000000")).appointment.code for n in range(3)
    ]
    assert len(set(codes)) == 3
    assert codes[0] == "abcdef"


async def test_one_booking_is_one_round_trip(desk: Desk) -> None:
    before = desk.hall.store.round_trips
    await desk.book(person="p1")
    assert desk.hall.store.round_trips == before + 1


async def test_keys_of_a_day_that_is_far_ahead_outlive_it(desk: Desk) -> None:
    weeks = 21 * DAY_MS
    booked = (await desk.book(HALF_PAST_8 + weeks, on=DAY_OF_THREE_WEEKS)).appointment
    keys = [f"qf:{{{FACILITY}}}:{kind}:{DAY_OF_THREE_WEEKS}" for kind in ("appointments", "taken", "bookings")]
    left_s = [await desk.hall.store.redis.ttl(key) for key in keys]
    assert all(21 * 86_400 < left < 31 * 86_400 for left in left_s), left_s
    assert await desk.one(booked.id) == booked


async def test_a_published_schedule_changes_how_many_may_book(desk: Desk) -> None:
    for _ in range(2):
        await desk.book()
    await desk.open(schedules=(schedule("eye-any", "eye", places=3), *SCHEDULES[1:]))
    assert (await desk.book()).created
    await desk.open(schedules=(schedule("eye-any", "eye"), *SCHEDULES[1:]))
    with pytest.raises(SlotFull):
        await desk.book()
