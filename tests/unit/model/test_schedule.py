from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueflow.model.days import from_rfc3339, local_time
from queueflow.model.ids import ClinicId, ScheduleId, ServiceDay
from queueflow.model.schedule import Schedule, Weekday, date_of, slots_at, slots_of

LANG_SON = "Asia/Ho_Chi_Minh"
TUESDAY = date(2026, 9, 22)


def schedule(from_minute: int = 450, to_minute: int = 690, slot_s: int = 900, *days: Weekday) -> Schedule:
    return Schedule(
        id=ScheduleId("eye"),
        clinic=ClinicId("eye"),
        weekdays=days or tuple(Weekday),
        from_minute=from_minute,
        to_minute=to_minute,
        slot_s=slot_s,
    )


def local(start_ms: int, zone: str = LANG_SON) -> str:
    return f"{local_time(start_ms, zone):%d.%m. %H:%M}"


def test_slots_begin_by_the_facilitys_clock_and_the_last_one_ends_in_time() -> None:
    slots = slots_of(schedule(450, 520), TUESDAY, LANG_SON)
    assert [local(slot.start_ms) for slot in slots] == ["22.09. 07:30", "22.09. 07:45", "22.09. 08:00", "22.09. 08:15"]
    assert slots[0].start_ms == from_rfc3339("2026-09-22T00:30:00Z")
    assert {slot.end_ms - slot.start_ms for slot in slots} == {900_000}


def test_a_schedule_has_slots_on_its_weekdays_alone() -> None:
    only = schedule(450, 690, 900, Weekday.MON, Weekday.SAT)
    has = [bool(slots_of(only, date(2026, 9, 21 + day), LANG_SON)) for day in range(7)]
    assert has == [True, False, False, False, False, True, False]


def test_an_instant_is_a_slot_only_where_one_begins() -> None:
    one, other = schedule(), schedule(450, 690, 1200)
    half_past = from_rfc3339("2026-09-22T08:30:00+07:00")
    assert [slot.schedule for slot in slots_at((one, other), half_past, LANG_SON)] == [one, other]
    assert [slot.schedule for slot in slots_at((one, other), half_past + 15 * 60_000, LANG_SON)] == [one]
    assert slots_at((one, other), half_past + 1, LANG_SON) == ()
    assert slots_at((one, other), half_past + 12 * 3_600_000, LANG_SON) == ()


def test_the_hour_that_summer_time_leaves_out_has_no_slot_and_the_one_it_repeats_has_one() -> None:
    night = schedule(60, 240, 1800)
    spring = slots_of(night, date(2026, 3, 29), "Europe/Berlin")
    assert [local(slot.start_ms, "Europe/Berlin") for slot in spring] == [
        "29.03. 01:00", "29.03. 01:30", "29.03. 03:00", "29.03. 03:30",
    ]  # fmt: skip
    autumn = slots_of(night, date(2026, 10, 25), "Europe/Berlin")
    assert len(autumn) == 6
    assert datetime.fromtimestamp(autumn[2].start_ms / 1000, UTC).hour == 0


@given(
    st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    st.integers(0, 1439),
    st.integers(1, 1439),
    st.integers(1, 240),
    st.sampled_from([LANG_SON, "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]),
)
def test_slots_are_in_order_of_one_day_and_found_again_by_their_start(
    on: date, opens: int, length: int, minutes: int, zone: str
) -> None:
    one = schedule(opens, min(1440, opens + length), minutes * 60)
    slots = slots_of(one, on, zone)
    for slot in slots:
        assert local_time(slot.start_ms, zone).date() == on
        assert slots_at((one,), slot.start_ms, zone) == (slot,)
    for before, after in pairwise(slots):
        assert before.start_ms < after.start_ms


def test_a_service_day_is_a_date_and_eight_other_digits_are_none() -> None:
    assert date_of(ServiceDay("20260922")) == TUESDAY
    with pytest.raises(ValueError, match="month"):
        date_of(ServiceDay("20261322"))
