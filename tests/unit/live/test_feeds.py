from itertools import count

import msgspec
import pytest

from queueflow.live.close_codes import DRAINING, SLOW, UNAVAILABLE, UNKNOWN
from queueflow.live.feeds import FacilityFeeds
from queueflow.live.frames import Press
from queueflow.live.listener import LONGEST_STALL_S, Listener
from queueflow.live.people import People
from queueflow.live.request import read_since
from queueflow.live.session import MOST_FRAMES
from queueflow.live.snapshot import Snapshot
from queueflow.live.views import BoardView, ConsoleView, FacilityView, FloorView, VisitView, look, look_at_visit
from queueflow.model.errors import StoreUnavailable
from queueflow.model.ids import ClinicId, RoomId, VisitId
from tests.unit.live.day import CANARY, EAR, EYE, HEART, Day, open_patient
from tests.unit.live.wires import Reader, ReaderWire

VIEWS: list[FacilityView] = [BoardView(), BoardView((EYE,)), ConsoleView(RoomId("r2"), (EAR, EYE)), FloorView()]


class Worker:
    """A worker's feeds of one day, as far as it has heard of it."""

    def __init__(self, day: Day, *, knows_past: bool = False) -> None:
        self.day = day
        self.heard = len(day.told)
        self.press = Press()
        chances = count()
        self.feeds = FacilityFeeds(
            self.press, People(open_patient), lambda: day.now_ms, lambda: (next(chances) % 10) / 10
        )
        self.feeds.began(day.state(), day.told if knows_past else [])

    def hear(self, many: int | None = None) -> None:
        """The next events of the day, all or so many."""
        upto = len(self.day.told) if many is None else min(len(self.day.told), self.heard + many)
        for at in range(self.heard, upto):
            self.feeds.told(self.day.first + at + 1, self.day.told[at])
        self.heard = upto

    def join(self, view: FacilityView, reader: Reader, room: int | None = None) -> ReaderWire:
        wire = ReaderWire(reader, room)
        self.feeds.join(view, read_since(reader.since), wire)
        return wire

    def join_visit(self, visit: str, reader: Reader) -> ReaderWire:
        wire = ReaderWire(reader)
        record = None if self.feeds.knows(VisitId(visit)) else self.day.record(visit)
        self.feeds.join_visit(VisitView(VisitId(visit)), record, read_since(reader.since), wire)
        return wire

    def move_visits(self) -> None:
        moved = self.feeds.moved()
        places = [self.day.place(ticket) for ticket in moved.values() if ticket is not None]
        self.feeds.move(moved, [place for place in places if place is not None])

    def leave(self, wire: ReaderWire) -> None:
        self.feeds.leave(the(wire))


def the(wire: ReaderWire) -> Listener:
    assert wire.listener is not None
    return wire.listener


def expected(view: FacilityView, day: Day) -> dict:
    return msgspec.json.decode(msgspec.json.encode(look(view, Snapshot(day.state()), People(open_patient).open)))


def some_events(day: Day) -> None:
    """A morning in which something happens on every view."""
    day.open("r1")
    day.open("r2")
    ticket, other = day.check_in("eye"), day.check_in("ear")
    day.call(ticket, "r1")
    day.check_in("heart")
    day.call(other, "r2")
    day.recall(other)
    day.start(ticket)
    day.complete(ticket)


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_a_listener_gets_the_whole_and_then_every_change(view: FacilityView) -> None:
    day = Day()
    day.check_in("eye")
    worker, reader = Worker(day), Reader()
    worker.join(view, reader)
    some_events(day)
    worker.hear()
    assert [frame["type"] for frame in reader.frames].count("snapshot") == 1
    assert reader.frames[0]["type"] == "snapshot"
    assert reader.picture == expected(view, day)


def test_an_event_is_encoded_once_for_each_view_that_it_touches_however_many_listen() -> None:
    day = Day()
    worker = Worker(day)
    readers = [Reader() for _ in range(50)]
    for reader in readers:
        worker.join(BoardView(), reader)
    for _ in range(30):
        worker.join(FloorView(), Reader())
        worker.join(BoardView((HEART,)), Reader())
    assert worker.press.encoded == 3
    day.check_in("eye")
    worker.hear()
    assert worker.press.encoded == 5
    assert all(len(reader.of_type("event")) == 1 for reader in readers)


def test_a_frame_that_does_not_touch_a_view_is_not_sent_to_it() -> None:
    day = Day()
    worker, heart = Worker(day), Reader()
    worker.join(BoardView((HEART,)), heart)
    day.check_in("eye")
    day.open("r1")
    worker.hear()
    assert heart.of_type("event") == []
    day.check_in("heart")
    worker.hear()
    (frame,) = heart.of_type("event")
    assert (frame["prev"], frame["offset"]) == (0, 3)


def test_the_board_does_not_tell_by_an_events_name_that_somebody_was_put_first() -> None:
    day = Day()
    worker, board, floor = Worker(day), Reader(), Reader()
    worker.join(BoardView(), board)
    worker.join(FloorView(), floor)
    day.check_in("eye")
    day.prioritise(day.check_in("eye"))
    worker.hear()
    assert [frame["name"] for frame in floor.of_type("event")][2:] == ["ticket.prioritised"]
    assert [frame["name"] for frame in board.of_type("event")][2:] == ["clinic.updated"]


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_who_comes_back_gets_every_missed_event_and_no_snapshot(view: FacilityView) -> None:
    day = Day()
    worker, stayed, went = Worker(day), Reader(), Reader()
    worker.join(view, stayed)
    wire = worker.join(view, went)
    day.check_in("eye")
    worker.hear()
    worker.leave(wire)
    some_events(day)
    worker.hear()
    before = worker.press.encoded
    worker.join(view, went)
    assert worker.press.encoded == before
    assert len(went.of_type("snapshot")) == 1
    assert went.of_type("event") == stayed.of_type("event")
    assert went.picture == expected(view, day)
    assert went.frames[-1]["type"] == "heartbeat"


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_it_is_the_same_when_nobody_else_had_stayed(view: FacilityView) -> None:
    day = Day()
    alone, other = Worker(day), Worker(day)
    stayed, went = Reader(), Reader()
    other.join(view, stayed)
    wire = alone.join(view, went)
    alone.leave(wire)
    some_events(day)
    alone.hear()
    other.hear()
    alone.join(view, went)
    assert went.of_type("event") == stayed.of_type("event")
    day.check_in("eye")
    alone.hear()
    assert went.picture == expected(view, day)
    assert len(went.of_type("snapshot")) == 1


def test_many_who_come_back_at_once_cost_one_encoding() -> None:
    day = Day()
    worker = Worker(day)
    readers = [Reader() for _ in range(20)]
    wires = [worker.join(BoardView(), reader) for reader in readers]
    for wire in wires:
        worker.leave(wire)
    some_events(day)
    worker.hear()
    before = worker.press.encoded
    for reader in readers:
        worker.join(BoardView(), reader)
    told = len(readers[0].of_type("event"))
    assert told > 3
    assert worker.press.encoded == before + told


def test_a_worker_that_started_late_knows_what_was_missed_before_it_was_there() -> None:
    day = Day()
    some_events(day)
    early, reader = Worker(day), Reader()
    early.join(FloorView(), reader)
    day.check_in("eye")
    some_events(day)
    late = Worker(day, knows_past=True)
    late.join(FloorView(), reader)
    assert len(reader.of_type("snapshot")) == 1
    assert reader.picture == expected(FloorView(), day)


@pytest.mark.parametrize("since", ["epoch-0:{head}", "epoch-1:999", "epoch-1:0", "nonsense", ""])
def test_a_position_that_is_not_known_gets_a_snapshot(since: str) -> None:
    day = Day(offset=3)
    some_events(day)
    worker, reader = Worker(day), Reader()
    since = since.format(head=day.offset)
    worker.feeds.join(BoardView(), read_since(since), ReaderWire(reader))
    assert [frame["type"] for frame in reader.frames] == ["snapshot"]


def test_what_is_past_the_bound_of_the_history_gets_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    day = Day()
    worker, reader = Worker(day), Reader()
    wire = worker.join(BoardView(), reader)
    worker.leave(wire)
    monkeypatch.setattr(worker.feeds._history, "_span", 5)
    some_events(day)
    worker.hear()
    worker.join(BoardView(), reader)
    assert len(reader.of_type("snapshot")) == 2
    assert reader.picture == expected(BoardView(), day)


def test_no_more_frames_are_kept_than_somebody_may_ask_for(monkeypatch: pytest.MonkeyPatch) -> None:
    day = Day()
    visit = day.tickets[day.check_in("eye")].visit
    worker = Worker(day)
    worker.join(FloorView(), Reader())
    worker.join_visit(visit, Reader())
    monkeypatch.setattr(worker.feeds._history, "_span", 5)
    for _ in range(3):
        some_events(day)
        day.recall(day.visits[visit].tickets[0])
    worker.hear()
    audiences = (*worker.feeds._of_facility.values(), *worker.feeds._of_visits.values())
    assert [len(audience._frames) <= 5 for audience in audiences] == [True, True]


def test_a_patient_is_forgotten_when_the_visit_is_over() -> None:
    day = Day()
    people = People(open_patient)
    feeds = FacilityFeeds(Press(), people, lambda: day.now_ms, lambda: 0.0)
    feeds.began(day.state(), [])
    feeds.join(FloorView(), None, ReaderWire(Reader()))
    ticket = day.check_in("eye")
    feeds.told(1, day.told[0])
    assert day.tickets[ticket].visit in people._known
    day.cancel(ticket)
    feeds.told(2, day.told[1])
    assert people._known == {}
    returning = Reader(epoch="epoch-1", offset=0)
    feeds.join(ConsoleView(RoomId("r1"), (EYE,)), read_since(returning.since), ReaderWire(returning))
    assert CANARY in str(returning.frames)
    assert people._known == {}


def test_a_new_epoch_gives_everybody_a_new_snapshot_and_forgets_the_positions_of_the_old() -> None:
    day = Day()
    worker, board, console = Worker(day), Reader(), Reader()
    worker.join(BoardView(), board)
    worker.join(VIEWS[2], console)
    some_events(day)
    worker.hear()
    old = board.since
    # A failover to a store that had not heard of it all.
    after = Day(offset=4, epoch="epoch-2")
    after.check_in("eye")
    worker.feeds.began(after.state(), [])
    for reader, view in ((board, BoardView()), (console, VIEWS[2])):
        assert reader.frames[-1]["type"] == "snapshot"
        assert reader.epoch == "epoch-2"
        assert reader.picture == expected(view, after)
    again = Reader()
    worker.feeds.join(BoardView(), read_since(old), ReaderWire(again))
    assert again.frames[0]["type"] == "snapshot"


def test_heartbeats_come_to_all_and_are_encoded_once() -> None:
    day = Day()
    worker = Worker(day)
    readers = [Reader() for _ in range(3)]
    for reader, view in zip(readers, VIEWS, strict=False):
        worker.join(view, reader)
    day.check_in("heart")
    worker.hear()
    worker.feeds.beat()
    for reader in readers:
        assert reader.frames[-1] == {"type": "heartbeat", "offset": 1, "at": "2026-09-22T00:00:01.000Z"}


def test_while_the_store_is_away_there_are_no_heartbeats_and_nobody_is_let_in() -> None:
    day = Day()
    worker, reader, late = Worker(day), Reader(), Reader()
    worker.join(BoardView(), reader)
    worker.feeds.lost()
    before = len(reader.frames)
    worker.feeds.beat()
    assert len(reader.frames) == before
    assert not worker.feeds.is_live
    wire = worker.join(BoardView(), late)
    assert [frame["type"] for frame in late.frames] == ["bye"]
    assert wire.closed is UNAVAILABLE
    with pytest.raises(StoreUnavailable):
        worker.feeds.board(BoardView())
    day.check_in("heart")
    worker.hear()
    assert worker.feeds.is_live
    assert reader.picture == expected(BoardView(), day)


def test_what_is_back_says_so_to_those_whom_the_next_event_does_not_touch() -> None:
    day = Day()
    worker, heart = Worker(day), Reader()
    worker.join(BoardView((HEART,)), heart)
    worker.feeds.lost()
    day.check_in("eye")
    worker.hear()
    assert heart.frames[-1]["type"] == "heartbeat"


def test_a_drain_sends_everybody_away_spread_over_three_seconds_and_lets_nobody_in() -> None:
    day = Day()
    worker = Worker(day)
    readers = [Reader() for _ in range(10)]
    wires = [worker.join(BoardView(), reader) for reader in readers]
    worker.feeds.drain()
    byes = [reader.frames[-1] for reader in readers]
    assert {bye["type"] for bye in byes} == {"bye"}
    assert {bye["reason"] for bye in byes} == {"draining"}
    assert sorted(bye["retry_after_ms"] for bye in byes) == [300 * n for n in range(10)]
    assert all(wire.closed is DRAINING for wire in wires)
    late = Reader()
    assert worker.join(BoardView(), late).closed is DRAINING
    assert [frame["type"] for frame in late.frames] == ["bye"]


def test_a_slow_board_gets_one_fresh_snapshot_and_delays_nobody() -> None:
    day = Day()
    worker, slow, quick = Worker(day), Reader(), Reader()
    wire = worker.join(BoardView(), slow, room=3)
    worker.join(BoardView(), quick)
    for _ in range(MOST_FRAMES + 20):
        day.check_in("eye")
        worker.hear()
    assert len(slow.frames) == 3
    assert quick.picture == expected(BoardView(), day)
    wire.drain()
    assert [frame["type"] for frame in slow.frames] == ["snapshot", "event", "event", "snapshot"]
    day.check_in("eye")
    worker.hear()
    assert slow.picture == expected(BoardView(), day)


def test_a_slow_console_hears_bye_and_loses_nothing_by_coming_back() -> None:
    day = Day()
    worker, slow = Worker(day), Reader()
    wire = worker.join(FloorView(), slow, room=1)
    for _ in range(MOST_FRAMES + 20):
        day.check_in("eye")
        worker.hear()
    assert wire.closed is None
    wire.drain()
    assert slow.frames[-1]["type"] == "bye"
    assert slow.frames[-1]["reason"] == "slow"
    assert wire.closed is SLOW
    worker.leave(wire)
    worker.join(FloorView(), slow)
    assert len(slow.of_type("snapshot")) == 1
    assert slow.picture == expected(FloorView(), day)


def test_a_write_that_is_pending_too_long_ends_the_connection() -> None:
    worker = Worker(Day())
    wire = worker.join(BoardView(), Reader(), room=1)
    for _ in range(LONGEST_STALL_S):
        worker.feeds.second()
    assert not wire.is_aborted
    worker.feeds.second()
    assert wire.is_aborted


def test_a_wire_that_moves_on_in_time_is_kept() -> None:
    day = Day()
    worker = Worker(day)
    wire = worker.join(BoardView(), Reader(), room=1)
    for _ in range(3 * LONGEST_STALL_S):
        worker.feeds.second()
        wire.drain(room=1)
        wire.fill()
    assert not wire.is_aborted


def test_the_last_to_leave_takes_the_audience_along() -> None:
    day = Day()
    worker = Worker(day)
    wires = [worker.join(BoardView(), Reader()) for _ in range(2)]
    visit = worker.join_visit(day.tickets[day.check_in()].visit, Reader())
    assert worker.feeds.listening == 3
    for wire in (*wires, visit, *wires):
        worker.leave(wire)
    assert worker.feeds.listening == 0
    before = worker.press.encoded
    day.check_in("eye")
    worker.hear()
    assert worker.press.encoded == before


def test_the_board_over_http_is_the_state_of_the_feeds_snapshot() -> None:
    day = Day()
    some_events(day)
    worker, reader = Worker(day), Reader()
    view = BoardView((ClinicId("eye"),))
    without_listeners = msgspec.json.decode(worker.feeds.board(view))
    worker.join(view, reader)
    snapshot = {key: value for key, value in reader.frames[0].items() if key != "type"}
    assert without_listeners == snapshot == msgspec.json.decode(worker.feeds.board(view))


def expected_visit(day: Day, visit: str) -> dict:
    record = day.record(visit)
    seen = look_at_visit(Snapshot(day.state()), record.journey, record.place, record.visit.tickets)
    return msgspec.json.decode(msgspec.json.encode(seen))


def test_a_visit_is_told_of_itself_at_once_and_of_its_place_soon() -> None:
    day = Day()
    before, mine = day.check_in("eye"), day.check_in("eye")
    visit = day.tickets[mine].visit
    worker, reader = Worker(day), Reader()
    worker.join_visit(visit, reader)
    assert reader.picture["tickets"][mine]["position"] == 2
    day.open("r1")
    day.call(before, "r1")
    worker.hear()
    assert reader.of_type("event") == []
    worker.move_visits()
    (moved,) = reader.of_type("event")
    assert (moved["name"], moved["prev"], moved["offset"]) == ("clinic.updated", 2, 4)
    assert reader.picture["tickets"][mine]["position"] == 1
    worker.move_visits()
    assert len(reader.of_type("event")) == 1
    day.open("r2")
    day.call(mine, "r2")
    worker.hear()
    assert reader.picture["tickets"][mine]["state"] == "called"
    worker.move_visits()
    assert reader.picture == expected_visit(day, visit)


def test_who_waits_again_has_no_place_until_it_is_known() -> None:
    day = Day()
    mine = day.check_in("eye")
    visit = day.tickets[mine].visit
    worker, reader = Worker(day), Reader()
    worker.join_visit(visit, reader)
    assert reader.picture["tickets"][mine]["position"] == 1
    day.open("r1")
    day.call(mine, "r1")
    day.check_in("eye")
    day.requeue(mine)
    worker.hear()
    assert reader.picture["tickets"][mine]["position"] is None
    worker.move_visits()
    assert reader.picture["tickets"][mine]["position"] == 2


def test_a_visit_is_told_to_its_end_though_it_leaves_every_other_view() -> None:
    day = Day()
    mine = day.check_in("eye", planned="heart")
    visit = day.tickets[mine].visit
    day.open("r1")
    day.open("r3")
    worker, reader = Worker(day), Reader()
    worker.join_visit(visit, reader)
    for ticket, room in ((mine, "r1"), (day.visits[visit].tickets[1], "r3")):
        day.call(ticket, room)
        day.start(ticket)
        day.complete(ticket)
    worker.hear()
    worker.move_visits()
    assert [ticket["state"] for ticket in reader.picture["tickets"].values()] == ["done", "done"]
    assert reader.picture == expected_visit(day, visit)


def test_who_comes_back_to_a_visit_gets_what_happened_and_the_place_as_it_is() -> None:
    day = Day()
    before, mine = day.check_in("eye", planned="ear"), day.check_in("eye")
    visit = day.tickets[mine].visit
    worker, reader = Worker(day), Reader()
    wire = worker.join_visit(visit, reader)
    worker.leave(wire)
    day.open("r1")
    day.call(before, "r1")
    day.open("r2")
    day.call(mine, "r2")
    day.requeue(mine)
    worker.hear()
    worker.join_visit(visit, reader)
    assert len(reader.of_type("snapshot")) == 1
    assert [frame["name"] for frame in reader.of_type("event")] == [
        "ticket.called",
        "ticket.requeued",
        "clinic.updated",
    ]
    assert reader.picture == expected_visit(day, visit)


def test_a_record_that_is_ahead_of_the_stream_is_not_undone_by_it() -> None:
    day = Day()
    mine = day.check_in("eye")
    visit = day.tickets[mine].visit
    worker, reader = Worker(day), Reader()
    day.open("r1")
    day.call(mine, "r1")
    day.start(mine)
    worker.join_visit(visit, reader)
    assert reader.picture["tickets"][mine]["state"] == "serving"
    for _ in range(3):
        worker.hear(1)
        assert reader.picture["tickets"][mine]["state"] == "serving"


def test_a_record_that_is_behind_the_stream_is_brought_up_to_it() -> None:
    day = Day()
    mine = day.check_in("eye")
    visit = day.tickets[mine].visit
    worker, reader = Worker(day), Reader()
    record = day.record(visit)
    day.open("r1")
    day.call(mine, "r1")
    worker.hear()
    worker.feeds.join_visit(VisitView(visit), record, None, ReaderWire(reader))
    assert reader.picture["tickets"][mine]["state"] == "called"


def test_a_new_epoch_reaches_a_visit_when_its_record_was_read_again() -> None:
    day = Day()
    mine = day.check_in("eye")
    visit = day.tickets[mine].visit
    worker, reader, late = Worker(day), Reader(), Reader()
    worker.join_visit(visit, reader)
    after = Day(offset=1, epoch="epoch-2")
    after.check_in("ear")
    worker.feeds.began(after.state(), [])
    assert worker.feeds.outdated() == (visit,)
    assert not worker.feeds.knows(visit)
    after.open("r2")
    after.call(mine, "r2")
    worker.feeds.told(3, after.told[1])
    worker.feeds.told(4, after.told[2])
    worker.move_visits()
    assert len(reader.frames) == 1, "nothing of another history is told onto the old one"
    worker.day = after
    worker.join_visit(visit, late)
    assert worker.feeds.outdated() == ()
    assert reader.frames[-1]["type"] == "snapshot"
    for one in (reader, late):
        assert one.epoch == "epoch-2"
        assert one.picture == expected_visit(after, visit)


def test_a_visit_that_the_new_history_does_not_have_is_sent_away() -> None:
    day = Day()
    visit = day.tickets[day.check_in("eye")].visit
    worker, reader = Worker(day), Reader()
    wire = worker.join_visit(visit, reader)
    worker.feeds.began(Day(epoch="epoch-2").state(), [])
    worker.feeds.send_away(visit, UNKNOWN)
    assert wire.closed is UNKNOWN


def test_a_record_of_another_history_lets_nobody_in() -> None:
    day = Day()
    visit = day.tickets[day.check_in("eye")].visit
    worker, reader = Worker(day), Reader()
    record = msgspec.structs.replace(day.record(visit), epoch="epoch-0")
    wire = ReaderWire(reader)
    worker.feeds.join_visit(VisitView(visit), record, None, wire)
    assert wire.closed is UNAVAILABLE
    assert [frame["type"] for frame in reader.frames] == ["bye"]


def test_an_appointment_is_told_to_nobody_and_leaves_no_gap() -> None:
    day = Day()
    some_events(day)
    worker = Worker(day)
    readers = [Reader() for _ in VIEWS]
    for view, reader in zip(VIEWS, readers, strict=True):
        worker.join(view, reader)
    shown = [len(reader.frames) for reader in readers]
    day.book()
    worker.hear()
    assert [len(reader.frames) for reader in readers] == shown
    day.call(day.check_in("eye"), "r1")
    worker.hear()
    for view, reader in zip(VIEWS, readers, strict=True):
        assert reader.picture == expected(view, day)
    assert all("0123456789abc" not in str(reader.frames) for reader in readers)
