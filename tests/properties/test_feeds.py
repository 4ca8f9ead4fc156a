"""Random days against the real engine: what feeds make of the events is what the store holds, at every offset."""

from collections import Counter

import msgspec
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from queueflow.live.history import remembered
from queueflow.live.people import details
from queueflow.live.public import PatientDetails
from queueflow.live.snapshot import Snapshot
from queueflow.live.views import (
    BoardView,
    ConsoleView,
    FacilityView,
    FloorView,
    Picture,
    difference,
    glance,
    keep,
    look,
)
from queueflow.model.events import AnyEvent
from queueflow.model.ids import ClinicId, RoomId
from queueflow.model.live_state import ClinicState, FacilityState
from queueflow.model.patient import Patient
from queueflow.model.ticket import Wait
from queueflow.model.visit import Visit
from tests.properties.audit import hold
from tests.properties.driver import Ground
from tests.properties.engine_machine import EngineMachine
from tests.properties.setups import FACILITY

VIEWS: tuple[FacilityView, ...] = (
    BoardView(),
    BoardView((ClinicId("ear"), ClinicId("eye"))),
    ConsoleView(),
    ConsoleView(RoomId("r2"), (ClinicId("ear"), ClinicId("eye"))),
    ConsoleView(RoomId("r3"), (ClinicId("heart"),)),
    FloorView(),
)
FORM = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
Content = tuple[object, ...]


def of_no_moment(clinic: ClinicState) -> ClinicState:
    """A clinic without what depends on when it is asked: whom an accumulating clinic has next, how long it takes."""
    return msgspec.structs.replace(clinic, next=(), estimated_wait=Wait(0, 0), service_mean_s=0.0)


def content(snapshot: Snapshot) -> Content:
    clinics = {id_: of_no_moment(clinic) for id_, clinic in snapshot.clinics.items()}
    return snapshot.offset, clinics, dict(snapshot.rooms), dict(snapshot.tickets), dict(snapshot.visits)


def anonymous(visit: Visit) -> PatientDetails:
    return details(visit, Patient())


class FeedMachine(EngineMachine):
    """The engine's random days, listened to from their first event on."""

    def __init__(self) -> None:
        super().__init__()
        self.snapshot = Snapshot(FacilityState(epoch="", offset=0, at_ms=0))
        self.shown: dict[FacilityView, Picture] = {view: look(view, self.snapshot, anonymous) for view in VIEWS}
        self.told: list[AnyEvent] = []
        self.was: dict[int, Content] = {}

    def look(self) -> None:
        super().look()
        for offset, event in self.kept.events:
            change = self.snapshot.apply(offset, event)
            self.told.append(event)
            self.was[offset] = content(self.snapshot.copy())
            for view, shown in self.shown.items():
                keep(shown, difference(shown, glance(view, self.snapshot, change, anonymous)))
                hold("feeds: a view", shown == look(view, self.snapshot, anonymous), view, event)
        board = self.ground.run(self.ground.reads.board(FACILITY, self.kept.last_ms))
        hold("feeds: the state", content(self.snapshot) == content(Snapshot(board)), self.told[-1:])

    def teardown(self) -> None:
        """A worker that starts now, with the last events alone, knows every moment back to its floor."""
        for known in (0, len(self.told) // 2, len(self.told)):
            past = self.told[len(self.told) - known :]
            state = self.ground.run(self.ground.reads.board(FACILITY, self.kept.last_ms)) if self.told else None
            if state is None:
                return
            history = remembered(state, past)
            hold("feeds: the floor", state.offset - len(past) <= history.floor <= state.offset, history.floor)
            for offset in range(history.floor + 1, state.offset + 1):
                again = content(history.rewound(Snapshot(state), offset))
                hold("feeds: a moment again", again == self.was[offset], offset, known)


def test_what_screens_are_told_of_any_day_is_what_the_store_holds(ground: Ground) -> None:
    machine = type("Machine", (FeedMachine,), {"ground": ground, "made": Counter()})
    run_state_machine_as_test(machine, settings=FORM)
