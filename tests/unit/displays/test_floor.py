"""The floor: visits against the targets of Decision 1313, and which clinic needs care first."""

from typing import Any

import pytest

from tests.unit.displays.conftest import Run

pytestmark = pytest.mark.browser

NOON = 1_795_500_000_000
SETUP = {
    "clinics": [{"id": one} for one in ("ear", "eye", "heart")],
    "rooms": [{"id": f"room-{one}", "clinics": [one]} for one in ("ear", "eye", "heart")],
}


@pytest.mark.parametrize(
    ("tests", "minutes", "state"),
    [
        (0, 95, "within"), (0, 96, "near"), (0, 119, "near"), (0, 120, "past"),
        (1, 143, "within"), (1, 144, "near"), (1, 180, "past"),
        (2, 209, "near"), (2, 210, "past"),
        (3, 239, "near"), (3, 240, "past"), (5, 239, "near"), (5, 240, "past"),
    ],
)  # fmt: skip
def test_a_visit_stands_against_the_target_of_its_tests(run: Run, tests: int, minutes: int, state: str) -> None:
    found = run(
        "desk/targets.js",
        "(m, tests, minutes, now) => m.standing(new Date(now - minutes * 60000).toISOString(), tests, now)",
        tests,
        minutes,
        NOON,
    )
    assert found["state"] == state


def ticket(number: str, clinic: str | None, minutes: int, state: str = "waiting", **more: Any) -> dict[str, Any]:
    visit = f"visit-{number}"
    return {
        "id": f"{visit}-1", "visit": visit, "number": number, "clinic": clinic, "state": state, "waits_for": [],
        "stops": [f"{visit}-1"], "minutes": minutes, **more,
    }  # fmt: skip


FLOOR = """(m, setup, tickets, closed, order, now) => {
  const at = (minutes) => new Date(now - minutes * 60000).toISOString();
  const known = tickets.map(({minutes, ...one}) => [one.id, {...one, opened_at: at(minutes), queued_at: at(minutes)}]);
  const rooms = setup.rooms.map((room) => {
    const state = closed.includes(room.id) ? 'closed' : 'open';
    return [room.id, {...room, state, tickets: []}];
  });
  const picture = {clinics: new Map(), rooms: new Map(rooms), tickets: new Map(known)};
  const floor = m.floorOf(picture, setup, {tests: (all) => all[0].tests ?? 0, order: (id) => order[id] ?? []}, now);
  return {
    order: m.inOrderOfCare(floor.clinics).map((one) => one.id),
    clinics: Object.fromEntries(floor.clinics.map((one) => [one.id, {
      past: one.past, near: one.near, stuck: one.stuck, oldest: one.oldestMinutes,
      queue: one.queue.map((ticket) => ticket.number),
    }])),
    lists: Object.fromEntries(Object.entries(floor.lists).map(([name, all]) => [name, all.map((one) => one.number)])),
  };
}"""


def floor(run: Run, *tickets: dict[str, Any], closed: tuple[str, ...] = (), order: dict[str, Any] | None = None) -> Any:
    return run("desk/floor.js", FLOOR, SETUP, tickets, closed, order or {}, NOON)


def test_what_is_late_stands_before_what_is_long(run: Run) -> None:
    found = floor(
        run,
        ticket("A001", "ear", 60),
        ticket("B001", "eye", 100),
        ticket("C001", "heart", 125),
    )
    assert found["order"] == ["heart", "eye", "ear"]
    assert found["clinics"]["heart"]["past"] == 1
    assert found["clinics"]["eye"]["near"] == 1
    assert (found["lists"]["past"], found["lists"]["near"]) == (["C001"], ["B001"])


def test_a_queue_that_no_room_calls_is_a_matter_of_care(run: Run) -> None:
    found = floor(run, ticket("A001", "ear", 5), ticket("B001", "eye", 100), closed=("room-ear",))
    assert found["order"][0] == "ear"
    assert found["clinics"]["ear"]["stuck"]


def test_who_is_late_already_goes_before_a_queue_that_only_stands(run: Run) -> None:
    found = floor(run, ticket("A001", "ear", 50), ticket("C001", "heart", 125, "serving"), closed=("room-ear",))
    assert found["order"] == ["heart", "ear", "eye"]


def test_a_visit_counts_where_its_patient_is_and_by_its_tests(run: Run) -> None:
    away = {"visit": "visit-A001", "id": "visit-A001-2", "stops": ["visit-A001-1", "visit-A001-2"]}
    found = floor(
        run,
        ticket("A001", "ear", 130, "suspended", tests=1, waits_for=["lab-result"]),
        ticket("A001", "eye", 130, tests=1, **away),
    )
    assert found["clinics"]["ear"] == {"past": 0, "near": 0, "stuck": False, "oldest": None, "queue": []}
    assert found["clinics"]["eye"]["queue"] == ["A001"]
    assert found["lists"]["past"] == []
    assert found["lists"]["outside"] == ["A001"]


def test_who_did_not_come_is_late_for_nothing(run: Run) -> None:
    found = floor(run, ticket("A001", "ear", 300, "no-show"))
    assert (found["lists"]["past"], found["lists"]["missed"]) == ([], ["A001"])


def test_a_queue_stands_in_the_engines_order_as_far_as_it_is_known(run: Run) -> None:
    waiting = [ticket(f"A00{n}", "ear", 60 - n) for n in range(1, 5)]
    found = floor(run, *waiting, order={"ear": ["visit-A003-1", "gone", "visit-A001-1"]})
    assert found["clinics"]["ear"]["queue"] == ["A003", "A001", "A002", "A004"]
    assert found["clinics"]["ear"]["oldest"] == 59
