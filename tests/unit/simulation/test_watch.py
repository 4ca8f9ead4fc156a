"""What the watchers must notice: a picture that is not the server's, a name on the wall, a frame out of turn."""

import asyncio

import pytest

from queueflow.simulation.checks import Ledger, Promise
from queueflow.simulation.clock import Clock
from queueflow.simulation.feed import Gap, Picture, SnapshotFrame
from queueflow.simulation.watch import BoardWatch, FloorWatch, Meeting
from tests.unit.simulation.frames import JSON, event, room, served, snapshot, ticket

NAME = "Nguyễn Thị Bình"


def wall_ticket(name: str, state: str, **more: object) -> JSON:
    base = {"id": name, "number": "A001", "state": state, "clinic": "eye", "room": "101", "called_at": None, "calls": 1}
    return {name: base | more}


def board() -> BoardWatch:
    return BoardWatch(Clock(0, 1), frozenset({NAME}), Ledger())


def taken(watch: BoardWatch | FloorWatch, *frames: object) -> None:
    for frame in frames:
        watch.look(frame)  # pyright: ignore[reportArgumentType]
        watch.picture.take(frame)  # pyright: ignore[reportArgumentType]
        watch.drawn(frame)  # pyright: ignore[reportArgumentType]


def test_a_board_with_what_a_wall_may_show_breaks_nothing() -> None:
    watch = board()
    taken(watch, snapshot(), event(1, "ticket.called", tickets=wall_ticket("t1", "called")))
    assert watch._ledger.whole
    assert watch._ledger.checked[Promise.PRIVATE] == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"tickets": wall_ticket("t1", "called", patient={"name": "x"})},
        {"tickets": wall_ticket("t1", "called", priority="emergency")},
        {"tickets": wall_ticket("t1", "called", room=NAME)},
        {"rooms": {"101": {"id": "101", "state": "open", "clinics": [], "tickets": [], "practitioner": "dr-lan"}}},
        {"clinics": {"eye": {"id": "eye", "waiting": 1, "reason": "y"}}},
    ],
    ids=["a field more", "a class", "a name where a room should be", "who works there", "a reason"],
)
def test_anything_more_than_that_is_reported(changed: dict[str, JSON]) -> None:
    watch = board()
    taken(watch, snapshot(), event(1, "ticket.called", **changed))  # pyright: ignore[reportArgumentType]
    assert watch._ledger.broken[Promise.PRIVATE] == 1


def test_an_error_about_privacy_does_not_repeat_the_name() -> None:
    watch = board()
    taken(watch, snapshot(), event(1, "ticket.called", tickets=wall_ticket("t1", "called", room=NAME)))
    assert NAME not in watch._ledger.kept[0].what


def test_each_call_of_a_ticket_is_noted_once_and_a_recall_is_no_call() -> None:
    watch = board()
    taken(
        watch,
        snapshot(),
        event(1, "ticket.called", tickets=wall_ticket("t1", "called")),
        event(2, "ticket.recalled", tickets=wall_ticket("t1", "called", calls=2)),
        event(3, "ticket.requeued", tickets=wall_ticket("t1", "waiting")),
        event(4, "ticket.called", tickets=wall_ticket("t1", "called", calls=3)),
    )
    assert len(watch.called_s["t1"]) == 2


def test_a_gap_reaches_whoever_keeps_the_feed_open() -> None:
    for watch in (board(), FloorWatch(Clock(0, 1), {}, Ledger())):
        taken(watch, snapshot())
        with pytest.raises(Gap):
            watch.look(event(5, "room.opened", prev=4, rooms=room("101")))


async def test_a_picture_is_compared_when_the_feed_comes_to_the_offset_that_was_asked_for() -> None:
    picture = Picture()
    meeting = Meeting(picture)
    picture.take(snapshot(3))
    asked = snapshot(4, tickets=ticket("t1", "waiting"))
    assert isinstance(asked, SnapshotFrame)
    comparing = asyncio.create_task(meeting.differences(asked))
    await asyncio.sleep(0)
    picture.take(event(4, "ticket.issued", tickets=ticket("t1", "waiting")))
    meeting.drawn()
    assert await comparing == []


async def test_every_difference_between_two_pictures_is_named() -> None:
    picture = Picture()
    picture.take(snapshot(4, tickets={**ticket("t1", "waiting"), **ticket("t2", "waiting")}, rooms=room("101")))
    asked = snapshot(4, tickets={**ticket("t1", "called"), **ticket("t3", "waiting")}, rooms=room("101"))
    assert isinstance(asked, SnapshotFrame)
    assert await Meeting(picture).differences(asked) == [
        "tickets.t2 is in one alone",
        "tickets.t3 is in one alone",
        "tickets.t1 differs",
    ]


async def test_a_feed_that_is_past_the_offset_or_of_another_epoch_is_not_compared() -> None:
    picture = Picture()
    picture.take(snapshot(9))
    for asked in (snapshot(8), snapshot(9, epoch="e2")):
        assert isinstance(asked, SnapshotFrame)
        assert await Meeting(picture).differences(asked) is None


def test_the_floor_writes_down_what_became_of_everybody() -> None:
    watch = FloorWatch(Clock(0, 1), {}, Ledger())
    taken(watch, snapshot(), *served("t1", 1))
    missing = [
        event(5, "ticket.issued", tickets=ticket("t2", "planned", clinic=None)),
        event(6, "ticket.issued", tickets=ticket("t2", "waiting", 2)),
        event(7, "ticket.called", tickets=ticket("t2", "called", 3, room="101"), rooms=room("101", "t2")),
        event(8, "ticket.no-show", tickets=ticket("t2", "no-show", 4, room="101"), rooms=room("101")),
    ]
    taken(watch, *missing, event(9, "ticket.issued", tickets=ticket("t3", "waiting")))
    taken(watch, event(10, "ticket.cancelled", tickets={"t3": None}))
    stops = watch.journal.stops
    assert {name: stop.outcome for name, stop in stops.items()} == {"t1": "done", "t2": "no-show", "t3": "cancelled"}
    assert stops["t1"].wait_ms == stops["t2"].wait_ms == 1_000
    assert stops["t3"].wait_ms is None
    assert stops["t2"].clinic == "internal"
    assert watch.check.ended.keys() == stops.keys()
