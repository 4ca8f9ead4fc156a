"""Each promise is broken on purpose here, and must be seen; and a day without fault must break none."""

import pytest

from queueflow.simulation.checks import Chain, Ledger, Promise
from queueflow.simulation.feed import Frame, Gap
from tests.unit.simulation.frames import JSON, Floor, event, heartbeat, room, served, snapshot, ticket


def test_a_day_without_fault_breaks_no_promise_and_every_promise_was_checked() -> None:
    floor = Floor().tell(snapshot(), *served("t1", 1), *served("t2", 5), heartbeat(8))
    floor.check.finish({"t1": 4, "t2": 4})
    assert floor.broken() == {}
    seen_by_the_floor = set(Promise) - {Promise.PICTURE, Promise.PRIVATE}
    assert {promise for promise in seen_by_the_floor if not floor.ledger.checked[promise]} == set()
    assert floor.ledger.whole


def test_a_gap_is_reported_and_sends_the_listener_back() -> None:
    ledger = Ledger()
    chain = Chain("board", ledger)
    chain.take(snapshot(4))
    chain.take(event(6, "ticket.issued", prev=4))
    with pytest.raises(Gap):
        chain.take(event(9, "ticket.called", prev=8))
    assert ledger.broken[Promise.CHAIN] == 1
    assert ledger.kept[0].view == "board"
    assert ledger.kept[0].offset == 9


def test_after_a_gap_the_missed_frames_mend_the_chain() -> None:
    floor = Floor().tell(snapshot(), *(served("t1", 1)[index] for index in (0, 2)), *served("t1", 1)[1:])
    assert floor.broken() == {Promise.CHAIN: 1}
    assert floor.picture.offset == 4


def test_an_event_told_twice_is_reported() -> None:
    frames = served("t1", 1)
    assert Floor().tell(snapshot(), frames[0], frames[0]).broken() == {Promise.CHAIN: 1}


def test_a_heartbeat_behind_the_last_frame_is_reported_and_one_ahead_of_this_view_is_not() -> None:
    assert Floor().tell(snapshot(3), heartbeat(2)).broken() == {Promise.CHAIN: 1}
    assert Floor().tell(snapshot(3), heartbeat(9)).broken() == {}


def test_a_second_snapshot_that_leads_back_is_reported_and_one_of_a_new_epoch_is_not() -> None:
    assert Floor().tell(snapshot(7), snapshot(5)).broken() == {Promise.CHAIN: 1}
    assert Floor().tell(snapshot(7), snapshot(5, epoch="e2")).broken() == {}


def test_a_number_used_for_a_second_visit_is_reported() -> None:
    again = ticket("t2", "waiting", 1, number="A001")
    floor = Floor().tell(snapshot(), *served("t1", 1), event(5, "ticket.issued", tickets=again))
    assert floor.broken() == {Promise.NUMBERS: 1}


def test_a_second_stop_of_one_visit_keeps_its_number_without_a_word() -> None:
    floor = Floor().tell(
        snapshot(),
        event(1, "ticket.issued", tickets=ticket("t1", "waiting")),
        event(2, "ticket.issued", tickets=ticket("t2", "planned", clinic=None, number="A001", visit="vt1")),
    )
    assert floor.broken() == {}


def test_a_hole_in_a_series_is_reported_at_the_end() -> None:
    floor = Floor().tell(snapshot(), *served("t1", 1), *served("t3", 5))
    floor.check.finish({})
    assert floor.broken() == {Promise.NO_HOLES: 1}


@pytest.mark.parametrize(
    "frames",
    [
        [event(5, "ticket.called", tickets=ticket("t1", "called", 3, room="102"), rooms=room("102", "t1"))],
        [event(5, "ticket.called", tickets=ticket("t2", "called", 2, room="102", visit="vt1"))],
        [event(5, "room.opened", rooms=room("102", "t1"))],
    ],
    ids=["one ticket in two rooms", "two tickets of one visit", "a second room that lists the ticket"],
)
def test_a_patient_called_to_two_rooms_is_reported(frames: list[Frame]) -> None:
    floor = Floor().tell(
        snapshot(),
        event(1, "ticket.issued", tickets=ticket("t1", "waiting")),
        event(2, "ticket.issued", tickets=ticket("t2", "waiting", visit="vt1", number="A001")),
        event(3, "ticket.issued", tickets=ticket("t3", "waiting")),
        event(4, "ticket.called", tickets=ticket("t1", "called", 2, room="101"), rooms=room("101", "t1")),
        *frames,
    )
    assert Promise.ONE_ROOM in floor.broken()


def test_a_room_that_holds_more_than_its_places_is_reported() -> None:
    calls = [
        event(1, "ticket.called", rooms=room("101", "t1", "t2")),
        event(2, "ticket.called", rooms=room("102", "t3", "t4", "t5")),
    ]
    assert Floor(**{"102": 2}).tell(snapshot(), *calls).broken() == {Promise.PLACES: 2}
    assert Floor(**{"101": 2, "102": 3}).tell(snapshot(), *calls).broken() == {}


@pytest.mark.parametrize(
    ("name", "state"),
    [("ticket.started", "serving"), ("ticket.completed", "gone"), ("ticket.no-show", "no-show")],
)
def test_a_move_that_the_table_does_not_have_is_reported(name: str, state: str) -> None:
    changed: JSON = {"t1": None} if state == "gone" else ticket("t1", state, 2)
    floor = Floor().tell(snapshot(), served("t1", 1)[0], event(2, name, tickets=changed))
    assert floor.broken() == {Promise.MOVES: 1}


def test_a_move_told_under_a_later_revision_than_the_next_is_reported() -> None:
    floor = Floor().tell(snapshot(), served("t1", 1)[0], event(2, "ticket.called", tickets=ticket("t1", "called", 3)))
    assert floor.broken() == {Promise.MOVES: 1}


def test_a_recall_and_a_changed_patient_are_no_faults() -> None:
    first, call, *_ = served("t1", 1)
    recalled = event(3, "ticket.recalled", tickets=ticket("t1", "called", 3, room="101"))
    renamed = event(4, "ticket.issued", tickets=ticket("t1", "called", 3, room="101", patient={"name": "B"}))
    assert Floor().tell(snapshot(), first, call, recalled, renamed).broken() == {}


def test_moves_that_staff_may_make_are_no_faults() -> None:
    floor = Floor().tell(
        snapshot(),
        event(1, "ticket.issued", tickets=ticket("t1", "waiting")),
        event(2, "ticket.issued", tickets=ticket("t2", "waiting")),
        event(3, "ticket.transferred", tickets=ticket("t1", "waiting", 2, clinic="eye")),
        event(4, "ticket.called", tickets=ticket("t2", "called", 2, room="101"), rooms=room("101", "t2")),
        event(5, "ticket.undone", tickets=ticket("t2", "waiting", 3), rooms=room("101")),
        event(6, "ticket.prioritised", tickets=ticket("t2", "waiting", 4, priority="emergency")),
        event(7, "ticket.called", tickets=ticket("t2", "called", 5, room="101"), rooms=room("101", "t2")),
        event(8, "ticket.started", tickets=ticket("t2", "serving", 6, room="101")),
        event(9, "ticket.completed", tickets={"t2": None}, rooms=room("101")),
        event(10, "ticket.reopened", tickets=ticket("t2", "waiting", 8)),
        event(11, "visit.merged", tickets=ticket("t1", "waiting", 3, clinic="eye", visit="vt2")),
    )
    assert floor.broken() == {}
    assert floor.check.open == {"t1", "t2"}
    assert floor.check.ended == {}


def test_a_stop_that_is_put_off_for_a_quicker_one_keeps_every_promise() -> None:
    floor = Floor().tell(
        snapshot(),
        event(1, "ticket.issued", tickets=ticket("t1", "waiting") | ticket("t2", "planned", clinic=None, visit="vt1")),
        event(
            2,
            "ticket.replanned",
            tickets=ticket("t1", "planned", 2, clinic=None) | ticket("t2", "waiting", 2, clinic="eye", visit="vt1"),
        ),
    )
    assert floor.broken() == {}


def test_an_undone_move_that_nobody_could_have_made_is_reported() -> None:
    planned = event(1, "ticket.issued", tickets=ticket("t1", "planned"))
    undone = event(2, "ticket.undone", tickets=ticket("t1", "called", 2, room="101"))
    assert Floor().tell(snapshot(), planned, undone).broken() == {Promise.MOVES: 1}


def test_whoever_is_called_before_somebody_who_waited_longer_in_their_class_is_reported() -> None:
    floor = Floor().tell(
        snapshot(),
        event(1, "ticket.issued", tickets=ticket("t1", "waiting")),
        event(2, "ticket.issued", tickets=ticket("t2", "waiting")),
        event(3, "ticket.called", tickets=ticket("t2", "called", 2, room="101"), rooms=room("101", "t2")),
    )
    assert floor.broken() == {Promise.ORDER: 1}
    assert "t1" in floor.ledger.kept[0].what


def test_another_class_and_another_clinic_may_be_called_first() -> None:
    floor = Floor().tell(
        snapshot(),
        event(1, "ticket.issued", tickets=ticket("t1", "waiting")),
        event(2, "ticket.issued", tickets=ticket("t2", "waiting", priority="emergency")),
        event(3, "ticket.issued", tickets=ticket("t3", "waiting", clinic="eye")),
        event(4, "ticket.called", tickets=ticket("t2", "called", 2, room="101", priority="emergency")),
        event(5, "ticket.called", tickets=ticket("t3", "called", 2, room="102", clinic="eye")),
    )
    assert floor.broken() == {}


def test_whoever_was_put_back_is_compared_with_nobody() -> None:
    first, call, *_ = served("t1", 1)
    floor = Floor().tell(
        snapshot(),
        first,
        call,
        event(3, "ticket.issued", tickets=ticket("t2", "waiting")),
        event(4, "ticket.requeued", tickets=ticket("t1", "waiting", 3), rooms=room("101")),
        event(5, "ticket.called", tickets=ticket("t1", "called", 4, room="101"), rooms=room("101", "t1")),
        event(6, "ticket.called", tickets=ticket("t2", "called", 2, room="102"), rooms=room("102", "t2")),
    )
    assert floor.broken() == {}


def test_whoever_never_ends_is_reported() -> None:
    floor = Floor().tell(snapshot(), *served("t1", 1)[:3])
    floor.check.finish({"t1": 3})
    assert floor.broken() == {Promise.FINAL: 1}
    assert "serving" in floor.ledger.kept[0].what


def test_an_answer_that_was_never_told_is_reported() -> None:
    floor = Floor().tell(snapshot(), *served("t1", 1))
    floor.check.finish({"t1": 4, "t9": 1})
    assert floor.broken() == {Promise.ANSWERED: 1}
    behind = Floor().tell(snapshot(), *served("t1", 1)[:2])
    behind.check.finish({"t1": 4})
    assert behind.broken()[Promise.ANSWERED] == 1


def test_a_snapshot_in_the_middle_of_a_day_is_checked_too() -> None:
    twice = {**ticket("t1", "called", 2, room="101"), **ticket("t2", "waiting", 1, number="A001")}
    floor = Floor().tell(snapshot(9, tickets=twice, rooms={**room("101", "t1"), **room("102", "t1")}))
    assert set(floor.broken()) == {Promise.NUMBERS, Promise.ONE_ROOM}
    assert floor.check.open == {"t1", "t2"}


def test_whoever_ended_while_a_feed_was_lost_for_good_is_left_to_the_server_to_tell() -> None:
    floor = Floor().tell(snapshot(), *served("t1", 1)[:2], snapshot(9, epoch="e2"))
    floor.check.finish({"t1": 4})
    assert floor.broken() == {}
    assert floor.check.ended == {"t1": "unseen"}


def test_a_day_that_ends_cancels_whoever_waits_and_that_is_a_final_state() -> None:
    floor = Floor().tell(
        snapshot(),
        *served("t1", 1)[:2],
        event(3, "ticket.issued", tickets=ticket("t2", "waiting")),
        event(4, "day.closed", tickets={"t1": None, "t2": None}, rooms=room("101", state="closed")),
    )
    floor.check.finish({"t1": 2, "t2": 1})
    assert floor.broken() == {}
