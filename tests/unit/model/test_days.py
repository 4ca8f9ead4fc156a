from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueflow.model.days import from_rfc3339, local_time, rfc3339, service_day, zone

HANOI = "Asia/Ho_Chi_Minh"
LAST_MS = 253_402_300_799_999
"""9999-12-31T23:59:59.999Z"""


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def test_a_service_day_turns_at_midnight_of_the_facility() -> None:
    assert service_day(ms("2026-11-23T16:59:59.999+00:00"), HANOI) == "20261123"
    assert service_day(ms("2026-11-23T17:00:00+00:00"), HANOI) == "20261124"
    assert service_day(ms("2026-11-23T17:00:00+00:00"), "UTC") == "20261123"


def test_a_service_day_follows_summer_time() -> None:
    assert service_day(ms("2026-10-24T22:30:00+00:00"), "Europe/Berlin") == "20261025"
    assert service_day(ms("2026-10-25T22:30:00+00:00"), "Europe/Berlin") == "20261025"
    assert service_day(ms("2026-10-25T23:30:00+00:00"), "Europe/Berlin") == "20261026"


def test_local_time_is_the_wall_clocks() -> None:
    assert local_time(ms("2026-11-24T00:30:00+00:00"), HANOI).strftime("%Y-%m-%d %H:%M %z") == "2026-11-24 07:30 +0700"


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "", "../etc/passwd", "/etc/passwd", "\x00", "Asia", "a" * 3_000, "Asia/\ud800"]
)
def test_what_is_no_time_zone_is_refused_by_a_known_error(name: str) -> None:
    with pytest.raises((ZoneInfoNotFoundError, ValueError)):
        zone(name)


@pytest.mark.parametrize(
    ("at_ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (1_795_480_200_007, "2026-11-24T00:30:00.007Z"),
        (LAST_MS, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_an_instant_is_written_in_utc_with_milliseconds(at_ms: int, text: str) -> None:
    assert rfc3339(at_ms) == text
    assert from_rfc3339(text) == at_ms


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T07:30:00.007+07:00",
        "2026-11-24T00:30:00.007Z",
        "2026-11-24T00:30:00.007000Z",
        "2026-11-23T14:00:00.007-10:30",
    ],
)
def test_an_instant_is_read_with_any_offset(text: str) -> None:
    assert from_rfc3339(text) == 1_795_480_200_007


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-24",
        "2026-11-24T00:30:00",
        "2026-11-24T24:30:00Z",
        "2026-11-24T00:30:60Z",
        "2026-02-30T00:30:00Z",
        "2026-13-01T00:00:00Z",
        "2026-11-24T00:30:00+99:00",
        "20261124T003000Z",
        "2026-W48-2T00:30:00Z",
        "2026-11-24T00:30Z",
        "2026-11-24X00:30:00Z",
        "2026-11-24T00:30:00,5Z",
        "2026-11-24T00:30:00+0700",
        "٢٠٢٦-11-24T00:30:00Z",
        "2026-11-24T00:30:00Z\n",
        "\ud800",
    ],
)
def test_what_is_no_rfc_3339_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        from_rfc3339(text)


@given(st.integers(0, LAST_MS))
def test_every_instant_round_trips(at_ms: int) -> None:
    text = rfc3339(at_ms)
    assert from_rfc3339(text) == at_ms
    assert datetime.fromisoformat(text).tzinfo == UTC


@given(st.lists(st.integers(0, LAST_MS), min_size=2, max_size=2))
def test_instants_sort_as_their_texts_do(instants: list[int]) -> None:
    assert sorted(instants) == sorted(instants, key=rfc3339)


@given(st.text())
def test_any_text_is_an_instant_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert isinstance(from_rfc3339(text), int)
