from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from queueflow.live import frames
from queueflow.live.close_codes import DRAINING, SLOW
from queueflow.live.frames import Frame, Press
from queueflow.live.session import MOST_BYTES, MOST_FRAMES, Session
from queueflow.live.views import Picture
from queueflow.model.ids import TicketId

AT_MS = 1_790_035_200_000


def event(offset: int, prev: int, padding: int = 0) -> Frame:
    return Press().event(offset, prev, AT_MS, "x" * padding, Picture({}, {}, {TicketId(str(offset)): None}))


def snapshot(offset: int) -> Frame:
    return frames.snapshot("epoch-1", offset, AT_MS, Press().encode(Picture({}, {}, {})))


def shown(offset: int, *, coalesces: bool = False) -> Session:
    session = Session(coalesces=coalesces)
    session.show(snapshot(offset))
    return session


def drained(session: Session) -> list[Frame]:
    return list(iter(session.next, None))


def test_a_frame_is_given_back_at_once_while_nothing_holds_the_wire() -> None:
    session = shown(5)
    frame = event(7, 5)
    assert session.push(frame) is frame
    assert session.offset == 7


def test_frames_wait_in_order_while_the_wire_is_paused() -> None:
    session = shown(5)
    session.is_paused = True
    first, second = event(6, 5), event(9, 6)
    assert session.push(first) is None
    assert session.push(second) is None
    assert session.next() is None
    session.is_paused = False
    assert drained(session) == [first, second]


def test_a_new_frame_never_overtakes_one_that_waits() -> None:
    session = shown(5)
    session.is_paused = True
    session.push(event(6, 5))
    session.is_paused = False
    assert session.push(event(7, 6)) is None
    assert [frame.offset for frame in drained(session)] == [6, 7]


def test_who_comes_back_gets_what_was_missed_linked_to_where_they_were() -> None:
    session = Session(coalesces=False)
    session.resume(6, [event(7, 5), event(9, 7)], 9)
    told = drained(session)
    assert [(frame.prev, frame.offset) for frame in told] == [(6, 7), (7, 9)]
    assert session.push(event(10, 9)).offset == 10  # type: ignore[union-attr]


def test_who_comes_back_having_missed_nothing_is_linked_by_the_next_frame() -> None:
    session = Session(coalesces=False)
    session.resume(8, [], 5)
    assert drained(session) == []
    told = session.push(event(10, 5))
    assert told is not None
    assert (told.prev, told.offset) == (8, 10)
    assert session.push(event(11, 10)).prev == 10  # type: ignore[union-attr]


def test_a_gap_is_never_passed_on() -> None:
    board, console = shown(5, coalesces=True), shown(5)
    for session in (board, console):
        assert session.push(event(8, 7)) is None
        assert session.push(event(9, 8)) is None
    assert board.wants_snapshot
    assert console.is_slow
    assert board.show(snapshot(9)).offset == 9  # type: ignore[union-attr]
    assert board.push(event(10, 9)).offset == 10  # type: ignore[union-attr]


def test_a_slow_board_gets_one_fresh_snapshot_instead_of_its_backlog() -> None:
    session = shown(0, coalesces=True)
    session.is_paused = True
    for offset in range(1, MOST_FRAMES + 1):
        session.push(event(offset, offset - 1))
    assert not session.wants_snapshot
    session.push(event(MOST_FRAMES + 1, MOST_FRAMES))
    assert session.wants_snapshot
    session.push(event(MOST_FRAMES + 2, MOST_FRAMES + 1))
    session.is_paused = False
    assert drained(session) == []
    fresh = snapshot(MOST_FRAMES + 2)
    assert session.show(fresh) is fresh
    assert not session.wants_snapshot


def test_a_console_that_does_not_read_is_too_slow() -> None:
    session = shown(0)
    session.is_paused = True
    for offset in range(1, MOST_FRAMES + 2):
        assert not session.is_slow
        session.push(event(offset, offset - 1))
    assert session.is_slow
    bye = frames.bye("slow", 1)
    session.end(SLOW, bye)
    assert not session.is_over
    session.is_paused = False
    assert drained(session) == [bye]
    assert session.is_over
    assert session.code is SLOW


def test_the_bytes_that_wait_are_bounded_too() -> None:
    session = shown(0)
    session.is_paused = True
    size = MOST_BYTES // 4
    for offset in range(1, 4):
        session.push(event(offset, offset - 1, size))
    assert not session.is_slow
    session.push(event(4, 3, size))
    assert session.is_slow


def test_bytes_that_were_written_do_not_count_any_more() -> None:
    session = shown(0)
    for offset in range(1, 20):
        session.is_paused = True
        session.push(event(offset, offset - 1, MOST_BYTES // 2))
        session.is_paused = False
        assert len(drained(session)) == 1
    assert not session.is_slow


def test_what_was_missed_does_not_count_against_the_bounds() -> None:
    session = Session(coalesces=False)
    session.is_paused = True
    missed = [event(offset, offset - 1) for offset in range(1, 3 * MOST_FRAMES)]
    session.resume(0, missed, missed[-1].offset)
    session.push(event(3 * MOST_FRAMES, 3 * MOST_FRAMES - 1))
    assert not session.is_slow
    session.is_paused = False
    assert len(drained(session)) == 3 * MOST_FRAMES


def test_a_heartbeat_is_for_now_or_never() -> None:
    session = shown(5)
    heartbeat = frames.heartbeat(9, AT_MS)
    assert session.mention(heartbeat) is heartbeat
    session.is_paused = True
    assert session.mention(heartbeat) is None
    session.is_paused = False
    assert drained(session) == []


def test_after_bye_nothing_more_is_said() -> None:
    session = shown(5)
    bye = frames.bye("draining", 1)
    session.end(DRAINING, bye)
    assert session.push(event(6, 5)) is None
    assert session.show(snapshot(6)) is None
    assert session.mention(frames.heartbeat(6, AT_MS)) is None
    session.end(SLOW, frames.bye("slow", 1))
    assert drained(session) == [bye]
    assert session.code is DRAINING


class OneListener(RuleBasedStateMachine):
    """A view's frames go through a session to a listener as feed.js is one, with every fault that there can be.

    The view is a set of facts, one an event. Whatever happens, the listener knows a gap from `prev` alone, and so it
    must never lack a fact that lies before its offset.
    """

    @initialize(coalesces=st.booleans(), head=st.integers(0, 3))
    def begin(self, coalesces: bool, head: int) -> None:
        self.head = self.chain = head
        self.frames: list[Frame] = []
        self.session = Session(coalesces=coalesces)
        self.knows: set[int] = set()
        self.offset = -1
        self.is_lost = False
        self.take(self.session.show(self.snapshot()))

    def snapshot(self) -> Frame:
        return snapshot(self.chain)

    def facts(self, offset: int) -> set[int]:
        return {frame.offset for frame in self.frames if frame.offset <= offset}

    def take(self, frame: Frame | None) -> None:
        """As feed.js takes a frame."""
        if frame is None or frame.offset < 0:
            return
        if frame.prev < 0:
            self.knows, self.offset = self.facts(frame.offset), frame.offset
            return
        assert frame.prev == self.offset, "a gap was passed on"
        assert frame.offset > self.offset, "an event was told twice"
        self.knows.add(frame.offset)
        self.offset = frame.offset

    def write_on(self) -> None:
        while (frame := self.session.next()) is not None:
            self.take(frame)

    @rule(others=st.integers(0, 2))
    def something_happens(self, others: int) -> None:
        """`others`: events before it that this view does not see."""
        self.head += others + 1
        frame = event(self.head, self.chain)
        self.frames.append(frame)
        self.chain = self.head
        self.take(self.session.push(frame))

    @rule()
    def something_is_not_handed_on(self) -> None:
        self.head += 1
        self.frames.append(event(self.head, self.chain))
        self.chain = self.head

    @rule()
    def something_happens_elsewhere(self) -> None:
        self.head += 1

    @rule()
    def the_wire_is_full(self) -> None:
        self.session.is_paused = True

    @rule()
    def the_wire_takes_more(self) -> None:
        self.session.is_paused = False
        if self.session.wants_snapshot:
            self.take(self.session.show(self.snapshot()))
        self.write_on()

    @precondition(lambda self: self.session.wants_snapshot)
    @rule()
    def a_snapshot_is_made_while_it_waits(self) -> None:
        self.take(self.session.show(self.snapshot()))

    @rule(ahead=st.integers(0, 2))
    def the_listener_comes_back_to_another_worker(self, ahead: int) -> None:
        """There the view began at another offset, at which it was the same."""
        self.session = Session(coalesces=self.session.coalesces)
        if self.frames:
            last = self.frames[-1].offset
            self.chain = min(self.head, last + ahead)
        missed = [frame for frame in self.frames if frame.offset > self.offset]
        self.session.resume(self.offset, missed, self.chain)
        self.write_on()

    @precondition(lambda self: self.session.is_slow)
    @rule()
    def the_listener_is_sent_away(self) -> None:
        self.session.end(SLOW, frames.bye("slow", 0))

    @invariant()
    def nothing_before_its_offset_is_unknown_to_the_listener(self) -> None:
        assert self.knows == self.facts(self.offset)

    def teardown(self) -> None:
        """In the end, read to the end, the listener knows everything or knows that it has to come back."""
        if not hasattr(self, "session"):
            return
        self.the_wire_takes_more()
        if not self.session.is_slow and self.session.code is None:
            something = event(self.head + 1, self.chain)
            self.frames.append(something)
            told = self.session.push(something)
            if told is None:
                self.take(self.session.show(snapshot(self.head + 1)) if self.session.coalesces else None)
            self.take(told)
            assert self.session.is_slow or self.knows == self.facts(self.head + 1)


OneListener.TestCase.settings = settings(max_examples=300, stateful_step_count=40)
TestOneListener = OneListener.TestCase
