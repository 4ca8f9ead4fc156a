import pytest

from tests.unit.displays.conftest import Run

pytestmark = pytest.mark.browser


def current(run: Run, *states: str) -> int | None:
    """The stop (from 1) that a phone shows of a journey in these states."""
    tickets = [{"id": f"20261124-0000000000000-{n}", "state": state} for n, state in enumerate(states, 1)]
    shown = run("patient/journey.js", "(m, tickets) => m.currentOf(m.inOrder(tickets))", tickets[::-1])
    return shown and int(shown["id"].rpartition("-")[2])


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


def test_the_tenth_stop_comes_after_the_second(run: Run) -> None:
    ids = [f"20261124-0000000000000-{n}" for n in (10, 2, 1)]
    order = run("patient/journey.js", "(m, ids) => m.inOrder(ids.map((id) => ({id}))).map((one) => one.id)", ids)
    assert order == ids[::-1]
