"""Readers of every view go to and fro between two workers that hear of one day at different times, with every fault."""

import copy

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from queueflow.live import session
from queueflow.live.close_codes import SLOW
from queueflow.live.views import BoardView, ConsoleView, FloorView
from queueflow.model.ids import RoomId
from tests.unit.live.day import EAR, EYE, HEART, Day, move
from tests.unit.live.test_feeds import Worker, expected, expected_visit
from tests.unit.live.wires import Reader, ReaderWire

VIEWS = [
    BoardView(),
    BoardView((EYE,)),
    BoardView((EAR, HEART)),
    ConsoleView(),
    ConsoleView(RoomId("r2"), (EAR, EYE)),
    ConsoleView(RoomId("r3"), (HEART,)),
    FloorView(),
]
NUMBERS = st.integers(0, 2**16)
WHICH = st.integers(0, 1)


class Screen:
    """A reader with what it looks at, where it is connected and by which wire."""

    def __init__(self, view: int, visit: str | None) -> None:
        self.view = VIEWS[view]
        self.visit = visit
        self.reader = Reader()
        self.at: int | None = None
        self.wire: ReaderWire | None = None

    def expected(self, day: Day) -> dict:
        return expected(self.view, day) if self.visit is None else expected_visit(day, self.visit)


class TwoWorkers(RuleBasedStateMachine):
    @initialize(moves=st.lists(st.tuples(NUMBERS, NUMBERS), max_size=10))
    def begin(self, moves: list[tuple[int, int]]) -> None:
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(session, "MOST_FRAMES", 4)
        self.day = Day()
        for one in moves:
            move(self.day, *one)
        self.saved = copy.deepcopy(self.day)
        self.workers = [self.new_worker(), self.new_worker()]
        self.screens: list[Screen] = []

    def new_worker(self, *, knows_past: bool = False) -> Worker:
        worker = Worker(self.day, knows_past=knows_past)
        self.patch.setattr(worker.feeds._history, "_span", 12)
        return worker

    def connect(self, screen: Screen, at: int) -> None:
        worker = self.workers[at]
        if worker.feeds.epoch == screen.reader.epoch and worker.feeds.offset < screen.reader.offset:
            worker.hear()  # the hub waits for that
        screen.at = at
        if screen.visit is None:
            screen.wire = worker.join(screen.view, screen.reader)
        elif screen.visit in worker.day.visits:
            screen.wire = worker.join_visit(screen.visit, screen.reader)

    def disconnect(self, screen: Screen) -> None:
        if screen.at is not None and screen.wire is not None:
            self.workers[screen.at].leave(screen.wire)
        screen.at = screen.wire = None

    @rule(what=NUMBERS, which=NUMBERS)
    def something_happens(self, what: int, which: int) -> None:
        move(self.day, what, which)

    @rule(at=WHICH, many=st.integers(1, 5))
    def a_worker_hears_of_it(self, at: int, many: int) -> None:
        self.learn(at)
        self.workers[at].hear(many)

    @rule(at=WHICH)
    def a_worker_asks_for_places(self, at: int) -> None:
        self.workers[at].hear()
        self.workers[at].move_visits()

    @rule(at=WHICH)
    def a_worker_loses_the_store_for_a_while(self, at: int) -> None:
        self.workers[at].feeds.lost()

    @rule(at=WHICH, knows_past=st.booleans())
    def a_worker_is_replaced(self, at: int, knows_past: bool) -> None:
        for screen in self.screens:
            if screen.at == at:
                screen.at = screen.wire = None
        self.workers[at] = self.new_worker(knows_past=knows_past)

    @precondition(lambda self: len(self.screens) < 8)
    @rule(view=st.integers(0, len(VIEWS) - 1), at=WHICH)
    def a_screen_is_switched_on(self, view: int, at: int) -> None:
        self.screens.append(Screen(view, None))
        self.connect(self.screens[-1], at)

    @precondition(lambda self: len(self.screens) < 8 and self.day.visits)
    @rule(which=NUMBERS, at=WHICH)
    def a_patient_looks_at_the_phone(self, which: int, at: int) -> None:
        visits = list(self.workers[at].day.visits)
        if visits:
            self.screens.append(Screen(0, visits[which % len(visits)]))
            self.connect(self.screens[-1], at)

    @precondition(lambda self: self.screens)
    @rule(which=NUMBERS, at=WHICH)
    def a_screen_comes_back(self, which: int, at: int) -> None:
        screen = self.screens[which % len(self.screens)]
        self.disconnect(screen)
        self.connect(screen, at)

    @precondition(lambda self: self.screens)
    @rule(which=NUMBERS)
    def a_screen_loses_its_connection(self, which: int) -> None:
        self.disconnect(self.screens[which % len(self.screens)])

    @precondition(lambda self: self.screens)
    @rule(which=NUMBERS)
    def a_screen_stops_reading(self, which: int) -> None:
        wire = self.screens[which % len(self.screens)].wire
        if wire is not None and wire.closed is None:
            wire.fill()

    @precondition(lambda self: self.screens)
    @rule(which=NUMBERS)
    def a_screen_reads_on(self, which: int) -> None:
        wire = self.screens[which % len(self.screens)].wire
        if wire is not None:
            wire.drain()

    @rule()
    def the_store_is_copied(self) -> None:
        self.saved = copy.deepcopy(self.day)

    @rule()
    def the_store_comes_back_as_the_copy(self) -> None:
        epoch = f"epoch-{int(self.day.epoch.rpartition('-')[2]) + 1}"
        self.day = copy.deepcopy(self.saved)
        self.day.epoch = epoch

    def forget_lost_visits(self) -> None:
        for screen in self.screens:
            if screen.visit is not None and screen.visit not in self.day.visits:
                self.disconnect(screen)
        self.screens = [one for one in self.screens if one.visit is None or one.visit in self.day.visits]

    def learn(self, at: int) -> None:
        """A worker finds that history is another one."""
        worker = self.workers[at]
        if worker.feeds.epoch == self.day.epoch:
            return
        self.forget_lost_visits()
        worker.day, worker.heard = self.day, len(self.day.told)
        worker.feeds.began(self.day.state(), self.day.told)
        for visit in worker.feeds.outdated():
            worker.feeds.renew(visit, self.day.record(visit))

    def teardown(self) -> None:
        """In the end every screen shows what is."""
        if not hasattr(self, "screens"):
            return
        self.forget_lost_visits()
        for at, worker in enumerate(self.workers):
            self.learn(at)
            worker.feeds.began(self.day.state(), self.day.told) if not worker.feeds.is_live else worker.hear()
            for visit in worker.feeds.outdated():
                worker.feeds.renew(visit, self.day.record(visit))
            worker.heard = len(self.day.told)
            worker.move_visits()
        for screen in self.screens:
            if screen.wire is not None:
                screen.wire.drain()
            if screen.wire is None or screen.wire.closed is not None:
                assert screen.wire is None or screen.wire.closed is SLOW or screen.reader.frames[-1]["type"] == "bye"
                self.disconnect(screen)
                self.connect(screen, 0)
        for worker in self.workers:
            worker.move_visits()
        for screen in self.screens:
            assert screen.reader.picture == screen.expected(self.day)
        self.patch.undo()


TwoWorkers.TestCase.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
TestTwoWorkers = TwoWorkers.TestCase
