import msgspec
import pytest

from queueflow.formats.paper import current as current_of
from queueflow.live.public import visit_ticket
from queueflow.model.ticket import Ticket, TicketState
from tests.unit.displays.conftest import Run
from tests.unit.formats.visits import SIX, WORDS, paper, stop

pytestmark = pytest.mark.browser

S = TicketState


def current(run: Run, *states: str) -> int | None:
    """The stop (from 1) that a phone shows of a journey in these states."""
    tickets = [{"stop": n, "state": state, "waits_for": []} for n, state in enumerate(states, 1)]
    shown = run("shared/way.js", "(m, tickets) => m.currentOf(m.inOrder(tickets))", tickets[::-1])
    return shown and shown["stop"]


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        (["waiting"], 1),
        (["done", "waiting", "planned"], 2),
        (["waiting", "called"], 2),
        (["serving", "planned"], 1),
        (["done", "planned", "planned"], 2),
        (["no-show", "planned"], 1),
        (["done", "done"], 2),
        (["done", "cancelled"], 1),
        (["no-show", "cancelled"], 1),
        (["cancelled"], 1),
    ],
)
def test_the_phone_shows_the_stop_that_matters_now(run: Run, states: list[str], shown: int) -> None:
    assert current(run, *states) == shown


def test_a_visit_without_stops_shows_nothing(run: Run) -> None:
    assert current(run) is None


def test_stops_stand_in_the_order_of_the_way(run: Run) -> None:
    order = run(
        "shared/way.js", "(m, stops) => m.inOrder(stops.map((stop) => ({stop}))).map((one) => one.stop)", [10, 2, 1]
    )
    assert order == [1, 2, 10]


JOURNEYS = {
    "tests under way": SIX,
    "tests to be paid first": (stop(1, "x-ray", S.SUSPENDED), stop(2, "payment", S.PLANNED, waits_for=("payment",))),
    "only a result is missing": (stop(1, "x-ray", S.SUSPENDED, waits_for=("lab-result",)), stop(2, "payment", S.DONE)),
    "missed": (stop(1, "x-ray", S.NO_SHOW), stop(2, "payment", S.PLANNED)),
    "closed": (stop(1, "x-ray", S.DONE), stop(2, "payment", S.CANCELLED, ended_reason="day-closed")),
    "one of a group left": (stop(1, "x-ray", S.DONE, group="g"), stop(2, "blood-test", S.PLANNED, group="g")),
    "what no screen knows": (
        stop(1, "x-ray", S.WAITING),
        stop(2, "payment", S.PLANNED, waits_for=("the-moon", "payment")),
    ),
}


@pytest.mark.parametrize("journey", JOURNEYS.values(), ids=JOURNEYS)
@pytest.mark.parametrize("language", WORDS)
def test_the_phone_says_of_every_stop_what_the_paper_says(run: Run, journey: tuple[Ticket, ...], language: str) -> None:
    way = tuple(one.id for one in journey)
    stops = [msgspec.to_builtins(visit_ticket(one, None, way)) for one in journey]
    say = """(m, words, language, stops, room) => {
      const t = (key, values = {}) => (words[language][key] ?? key).replace("{room}", values.room ?? "");
      return [stops.map((one) => [m.markOf(one), m.wayNoteOf(one, stops, t, room)]), m.currentOf(stops).stop];
    }"""
    said, now = run("shared/way.js", say, WORDS, language, stops, "")
    assert [tuple(one) for one in said] == [(one.mark, one.note) for one in paper(*journey, language=language).way]
    assert now == way.index(current_of(journey).id) + 1
