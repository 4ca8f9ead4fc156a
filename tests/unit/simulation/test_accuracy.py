import pytest

from queueflow.model.ids import ClinicId, PriorityId, RoomId, ServiceId, TicketId
from queueflow.model.ticket import Wait
from queueflow.simulation.accuracy import accuracy_of, by, naive_s, queued, utilisation
from queueflow.simulation.record import Day, Hours, Waited, Why

MEANS_S = {ClinicId("eye"): 600.0}


def waited(real_s: float, p50_s: int = 600, p90_s: int = 900, position: int = 3, rooms: int = 2) -> Waited:
    return Waited(
        serial=1,
        ticket=TicketId("t"),
        service=ServiceId("eye"),
        clinic=ClinicId("eye"),
        priority=PriorityId("ordinary" if p50_s else "emergency"),
        why=Why.CHECK_IN,
        joined_ms=1_000,
        position=position,
        expected=Wait(p50_s, p90_s),
        waiting=2,
        waiting_by_class={PriorityId("ordinary"): 2},
        rooms_open=rooms,
        room=RoomId("r1"),
        called_ms=1_000 + round(real_s * 1000),
        ended_ms=1_000 + round(real_s * 1000) + 60_000,
    )


def test_the_naive_promise_is_the_number_ahead_times_the_mean_over_the_open_rooms() -> None:
    assert naive_s(waited(0), 600.0) == 600.0
    assert naive_s(waited(0, rooms=0), 600.0) == 1200.0
    assert naive_s(waited(0, position=1), 600.0) == 0.0


def test_promises_are_held_against_what_came_of_them() -> None:
    waits = [waited(300), waited(650), waited(900), waited(1500)]
    found = accuracy_of("all", waits, MEANS_S)
    assert found.waits == 4
    assert found.covered == 0.75
    assert found.below == 0.25
    assert found.error_s == 300
    assert found.naive_error_s == 300
    assert found.ratio == 1.0
    assert found.mean_wait_s == 837.5


def test_who_was_called_at_once_or_never_is_no_wait_to_judge() -> None:
    never = waited(0)
    never.called_ms = None
    long = waited(300)
    day = Day((waited(0), never, long), (), (), 0)
    assert queued(day) == (long,)


def test_kinds_of_wait_are_told_apart() -> None:
    waits = [waited(300), waited(300, p50_s=0, p90_s=0), waited(700)]
    assert [(one.name, one.waits) for one in by(lambda one: one.priority, waits, MEANS_S)] == [
        ("emergency", 1),
        ("ordinary", 2),
    ]


def test_a_room_is_busy_from_a_call_to_the_end_of_the_stop_as_far_as_it_lies_in_the_span() -> None:
    day = Day((waited(300), waited(3600)), (), (Hours(RoomId("r1"), 0, 1_001_000), Hours(RoomId("r2"), 0, 100)), 0)
    assert utilisation(day, {"r1": 2, "r2": 1}, 1_000, 601_000) == {"r1": pytest.approx(60 / 1200)}
