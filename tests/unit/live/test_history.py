from hypothesis import example, given
from hypothesis import strategies as st

from queueflow.live.history import History, remembered
from queueflow.live.snapshot import Snapshot
from queueflow.model.ticket import TicketState
from tests.unit.live.day import MOVES, Day, move
from tests.unit.live.test_snapshot import content


def walk(moves: list, span: int = 1000) -> tuple[Day, Snapshot, History, dict[int, tuple]]:
    """A day, and the content of its snapshot at every offset."""
    day = Day()
    snapshot, history = Snapshot(day.state()), History(0, span)
    at = {0: content(snapshot.copy())}
    for step in moves:
        told = len(day.told)
        move(day, *step)
        for event in day.told[told:]:
            history.add(snapshot.apply(snapshot.offset + 1, event))
            at[snapshot.offset] = content(snapshot.copy())
    return day, snapshot, history, at


@given(MOVES, st.integers(1, 40))
def test_every_moment_since_the_floor_can_be_looked_at_again(moves: list, span: int) -> None:
    day, snapshot, history, at = walk(moves, span)
    assert history.floor == max(0, day.offset - span)
    for offset in range(history.floor, day.offset + 1):
        assert content(history.rewound(snapshot, offset)) == at[offset]
        assert [change.offset for change in history.since(offset)] == list(range(offset + 1, day.offset + 1))


# Rules that take away a clinic which this worker has never seen.
@example([(0, 1), (0, 1), (286, 193), (363, 0), (971, 0), (101, 0), (44, 0)], 4)
@given(MOVES, st.integers(0, 60))
def test_a_worker_that_starts_late_knows_every_moment_since_its_floor(moves: list, known: int) -> None:
    day, _, _, at = walk(moves)
    past = day.told[-known:] if known else []
    history = remembered(day.state(), past)
    snapshot = Snapshot(day.state())
    assert day.offset - len(past) <= history.floor <= day.offset
    for offset in range(history.floor, day.offset + 1):
        assert content(history.rewound(snapshot, offset)) == at[offset]


def test_a_worker_that_knows_the_whole_stream_can_go_back_to_its_start_for_what_was_made_in_it() -> None:
    day = Day()
    day.check_in()
    day.check_in()
    day.open("r1")
    history = remembered(day.state(), day.told)
    # The clinic was there before the stream, so its state before the first check-in is not known.
    assert history.floor == 3
    day.call(day.in_state(TicketState.WAITING)[0], "r1")
    assert remembered(day.state(), day.told).floor == 3
    assert remembered(day.state(), day.told[2:]).floor == 4


def test_the_oldest_goes_when_there_are_too_many() -> None:
    day, _, history, _ = walk([(0, 0)] * 10, span=3)
    assert history.floor == day.offset - 3
    assert len(history.since(history.floor)) == 3


def test_a_visit_whose_other_stop_was_made_before_is_not_taken_for_known() -> None:
    day = Day()
    ticket = day.check_in("eye", planned="heart")
    day.check_in("heart")
    _, second = day.visits[day.tickets[ticket].visit].tickets
    day.cancel(second)
    day.undo(second)
    assert remembered(day.state(), day.told[2:]).floor == 5
