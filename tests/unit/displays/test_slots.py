from typing import Any

import pytest

from tests.unit.displays.conftest import Run

pytestmark = pytest.mark.browser

SLOTS = "board/slots.js"


def ticket(name: str, state: str = "called", at: int = 0) -> dict[str, Any]:
    return {"id": name, "number": name, "state": state, "called_at": f"2026-11-24T00:{at:02d}:00.000Z"}


def place(run: Run, places: list[str | None], tickets: list[dict[str, Any]]) -> list[str | None]:
    return run(SLOTS, "(m, places, tickets) => m.place(places, tickets)", places, tickets)


def per_page(run: Run) -> int:
    return run(SLOTS, "(m) => m.PER_PAGE")


def test_a_new_call_takes_the_first_free_place_and_moves_nobody(run: Run) -> None:
    standing = [ticket("A1", at=1), ticket("A2", at=2), ticket("A3", at=3)]
    assert place(run, ["A1", "A2", "A3"], [standing[0], standing[2], ticket("A4", at=4)]) == ["A1", "A4", "A3"]


def test_a_call_that_is_over_leaves_its_place_empty(run: Run) -> None:
    assert place(run, ["A1", "A2"], [ticket("A2")]) == [None, "A2"]


def test_whoever_is_in_the_room_makes_way_for_a_new_call_the_longest_first(run: Run) -> None:
    names = [f"A{n}" for n in range(per_page(run))]
    tickets = [ticket(name, "serving" if n in {2, 4} else "called", at=20 - n) for n, name in enumerate(names)]
    after = place(run, list(names), [*tickets, ticket("B1", at=30)])
    assert after == [*names[:4], "B1", *names[5:]]


def test_where_all_places_are_called_the_oldest_call_moves_to_the_next_page(run: Run) -> None:
    names = [f"A{n}" for n in range(per_page(run))]
    tickets = [ticket(name, at=n) for n, name in enumerate(names)]
    assert place(run, list(names), [*tickets, ticket("B1", at=30)]) == ["B1", *names[1:], "A0"]


def test_no_call_is_ever_without_a_place(run: Run) -> None:
    tickets = [ticket(f"A{n}", at=n) for n in range(40)]
    placed = place(run, [], tickets)
    assert sorted(filter(None, placed)) == sorted(one["id"] for one in tickets)
    newest = [one["id"] for one in tickets[-per_page(run) :]]
    assert sorted(filter(None, placed[: per_page(run)])) == sorted(newest)


def test_a_later_page_goes_when_its_calls_are_over(run: Run) -> None:
    names = [f"A{n}" for n in range(per_page(run) + 1)]
    assert place(run, list(names), [ticket(name) for name in names[:-1]]) == names[:-1]


def test_closing_up_leaves_no_gap_and_puts_the_newest_call_first(run: Run) -> None:
    names = [f"A{n}" for n in range(per_page(run) + 3)]
    tickets = [ticket(name, "serving" if n == 1 else "called", at=n) for n, name in enumerate(names) if n != 3]
    closed = run(SLOTS, "(m, places, tickets) => m.closeUp(places, tickets)", names, tickets)
    assert closed == [name for name in reversed(names) if name not in {"A1", "A3"}]


def test_on_one_page_nothing_is_moved_up(run: Run) -> None:
    assert run(SLOTS, "(m, p, t) => m.closeUp(p, t)", [None, "A2"], [ticket("A2")]) == [None, "A2"]


def test_a_board_that_was_switched_on_shows_the_calls_and_then_who_went_in_last(run: Run) -> None:
    tickets = [ticket("S1", "serving", 9), ticket("C1", at=1), ticket("C2", at=2), ticket("S2", "serving", 10)]
    assert run(SLOTS, "(m, tickets) => m.first(tickets)", tickets) == ["C2", "C1", "S2", "S1"]
