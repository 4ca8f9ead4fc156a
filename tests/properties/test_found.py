"""Days that once broke the engine, kept step by step; every invariant is checked after each step."""

from collections import Counter

import pytest

from queueflow.model.commands import Order
from queueflow.model.ids import ClinicId, PriorityId, ServiceId, TicketId
from queueflow.model.priority import Balance
from queueflow.model.ticket import TicketState
from tests.properties.acts import DECISION
from tests.properties.driver import HOUR_MS, Ground
from tests.properties.moves import Moves

S = TicketState


class Day(Moves):
    """A day that a test writes; rooms are open from the start."""

    def arrive(self, clinic: str, priority: str = "ordinary", *, person: int | None = None, **more: object) -> TicketId:
        self.now_ms += 1000
        before = set(self.kept.tickets)
        self.checks_in(self.check_in_command([clinic], priority, Balance.FIRST, person=person, **more))  # pyright: ignore
        return TicketId(min(set(self.kept.tickets) - before))

    def called(self, room: str) -> TicketId:
        ticket = self.calls_next(room)
        assert ticket is not None
        return ticket

    def state(self, ticket: str) -> TicketState:
        return self.kept.tickets[ticket].state


@pytest.fixture
def day(ground: Ground) -> Day:
    day = type("OneDay", (Day,), {"ground": ground, "made": Counter()})()
    day.publishes("plain")
    for room in sorted(day.kept.rooms):
        day.opens(room, (), "a")
    return day


def order(clinic: str, *, group: int | None = None, waits_for: tuple[str, ...] = ()) -> Order:
    return Order(
        service=ServiceId(f"test-{clinic}"),
        candidates=(ClinicId(clinic),),
        priority=PriorityId("ordinary"),
        balance=Balance.FIRST,
        decision=DECISION,
        group=group,
        waits_for=waits_for,
    )


def test_rules_with_more_classes_are_published_as_the_first_thing_of_a_day(day: Day) -> None:
    day.arrive("eye")
    day.now_ms += 18 * HOUR_MS
    day.publishes("turned")
    assert day.kept.meta["digest"] == "turned"


def test_a_clinic_that_a_room_is_given_twice_has_one_room_more(day: Day) -> None:
    day.opens("r1", ("heart", "ear", "heart"), "a")
    assert day.kept.room("r1").clinics == ("heart", "ear")


def test_the_day_ends_a_visit_as_a_whole(day: Day) -> None:
    first = day.arrive("eye", person=1)
    day.now_ms += 6 * HOUR_MS
    second = day.arrive("heart", person=1, service="s2")
    assert day.state(second) is S.PLANNED
    day.now_ms += 11 * HOUR_MS + HOUR_MS // 2
    day.arrive("ear")
    assert {day.state(first), day.state(second)} == {S.PLANNED, S.WAITING}


def test_a_planned_stop_begins_when_its_patient_missed_the_other_and_comes_for_it(day: Day) -> None:
    first = day.arrive("eye", person=1)
    second = day.arrive("heart", person=1, service="s2")
    assert day.called("r1") == first
    day.moves("no-show", first)
    day.checks_in(day.check_in_command(["heart"], "ordinary", Balance.FIRST, person=1, service="s2"))
    assert day.state(second) is S.WAITING


def test_what_the_days_end_took_away_is_not_brought_back_by_an_undo(day: Day) -> None:
    old = day.arrive("eye")
    day.now_ms += 11 * HOUR_MS
    late = day.arrive("eye")
    day.closes("r1", once=False)
    day.opens("r1", (), "b")
    day.now_ms += 6 * HOUR_MS
    day.calls(late, "r1", once=False)
    assert (day.state(old), day.state(late)) == (S.CANCELLED, S.CALLED)
    day.undoes(late)
    assert (day.state(old), day.state(late)) == (S.CANCELLED, S.WAITING)


def test_an_undo_keeps_the_stop_that_was_added_since(day: Day) -> None:
    first = day.arrive("eye", person=1)
    day.called("r1")
    second = day.arrive("heart", person=1, service="s2")
    day.undoes(first)
    assert day.kept.visits[day.kept.tickets[first].visit].tickets == (first, second)


def test_an_undo_into_a_room_or_a_clinic_that_is_gone_is_refused(day: Day) -> None:
    in_room, moved = day.arrive("heart"), day.arrive("ear")
    assert day.called("r4") == in_room
    day.moves("no-show", in_room)
    day.transfers(moved, "eye", None, None)
    day.publishes("smaller")
    assert day.kept.meta["digest"] == "smaller"
    day.undoes(in_room)
    day.undoes(moved)
    assert (day.state(in_room), day.kept.tickets[moved].clinic) == (S.NO_SHOW, "eye")


def test_an_undo_puts_nobody_at_two_stops(day: Day) -> None:
    first = day.arrive("eye", person=1)
    day.called("r1")
    day.moves("no-show", first)
    second = day.arrive("heart", person=1, service="s2")
    day.undoes(first)
    assert (day.state(first), day.state(second)) == (S.NO_SHOW, S.WAITING)


def test_an_undo_of_the_end_of_a_visit_is_refused_when_its_patient_has_come_anew(day: Day) -> None:
    first = day.arrive("eye", person=1)
    day.moves("cancel", first)
    day.arrive("eye", person=1)
    day.undoes(first)
    assert day.state(first) is S.CANCELLED


def test_an_undo_does_not_say_of_a_begun_visit_that_it_was_not(day: Day) -> None:
    first = day.arrive("eye", person=1)
    second = day.arrive("heart", person=1, service="s2")
    day.moves("prioritise", second, priority=PriorityId("priority"))
    day.called("r1")
    day.moves("start", first)
    day.undoes(second)
    assert day.kept.visits[day.kept.tickets[first].visit].state == "in-progress"


def test_an_undo_opens_a_visit_that_another_stop_has_ended_since(day: Day) -> None:
    first = day.arrive("eye", orders=[order("heart")])
    second = TicketId(f"{first[:-1]}2")
    day.moves("cancel", second)
    day.moves("cancel", first)
    day.undoes(second)
    assert day.state(second) is S.WAITING
    assert day.kept.visits[day.kept.tickets[first].visit].state == "arrived"


def test_an_undo_lets_begin_what_was_only_waiting_for_the_stop(day: Day) -> None:
    first = day.arrive("eye", person=1)
    day.moves("cancel", first)
    day.moves("reopen", first)
    second = day.arrive("heart", person=1, service="s2")
    day.undoes(first)
    assert (day.state(first), day.state(second)) == (S.CANCELLED, S.WAITING)


def test_an_undo_of_a_suspension_takes_back_that_somebody_was_served(day: Day) -> None:
    ticket = day.arrive("eye")
    day.called("r1")
    day.moves("start", ticket)
    day.moves("suspend", ticket, orders=[order("heart")], waits_for=())
    day.undoes(ticket)
    assert day.kept.room("r1").served == 0


def test_an_id_is_not_given_again_after_an_undo(day: Day) -> None:
    ticket = day.arrive("eye")
    day.called("r1")
    day.moves("start", ticket)
    day.moves("complete", ticket, orders=[order("heart")])
    day.undoes(ticket)
    day.moves("complete", ticket, orders=[order("ear")])
    assert len(day.kept.visits[day.kept.tickets[ticket].visit].tickets) == 3


def test_ten_minutes_of_the_facilitys_clock_end_an_undo(day: Day) -> None:
    ticket = day.arrive("eye")
    day.moves("hold", ticket)
    day.now_ms += 601_000
    day.undoes(ticket)
    assert day.state(ticket) is S.ON_HOLD


def test_no_call_that_was_taken_back_makes_a_no_show(day: Day) -> None:
    ticket = day.arrive("eye")
    day.called("r1")
    day.moves("recall", ticket)
    day.undoes(ticket)
    day.now_ms += HOUR_MS
    day.ticks()
    assert day.state(ticket) is S.CALLED


def test_a_no_show_by_one_clinics_policy_does_not_follow_to_another(day: Day) -> None:
    ticket = day.arrive("eye")
    day.called("r1")
    day.moves("recall", ticket)
    day.transfers(ticket, "heart", None, None)
    assert day.called("r3") == ticket
    day.now_ms += HOUR_MS
    day.ticks()
    assert day.state(ticket) is S.CALLED


def test_a_no_show_is_by_the_policy_in_force_and_not_by_the_one_at_the_call(day: Day) -> None:
    ticket = day.arrive("eye")
    day.called("r1")
    day.moves("recall", ticket)
    day.publishes("turned")
    day.now_ms += HOUR_MS
    day.ticks()
    assert day.state(ticket) is S.CALLED


def test_what_a_stop_waited_for_has_come_and_the_answer_says_that_it_waits(day: Day) -> None:
    first = day.arrive("eye", orders=[order("heart", waits_for=("lab",))])
    day.called("r1")
    day.moves("start", first)
    day.moves("complete", first)
    second = day.kept.visits[day.kept.tickets[first].visit].tickets[1]
    day.moves("release", second, what="lab")
    assert day.state(second) is S.WAITING


def test_orders_of_a_test_have_their_turn_before_the_patient_returns(day: Day) -> None:
    ticket = day.arrive("eye")
    day.called("r1")
    day.moves("start", ticket)
    day.moves("suspend", ticket, orders=[order("heart")], waits_for=())
    test = day.called("r3")
    day.moves("start", test)
    day.moves("complete", test, orders=[order("ear")])
    further = day.called("r2")
    assert day.state(ticket) is S.SUSPENDED
    day.moves("start", further)
    day.moves("complete", further)
    assert day.state(ticket) is S.WAITING


def test_rules_that_would_strand_a_planned_stop_are_refused(day: Day) -> None:
    day.arrive("eye", orders=[order("ear")])
    day.publishes("smaller")
    assert day.kept.meta["digest"] == "plain"


def test_who_was_merged_holds_the_stop_that_they_came_for(day: Day) -> None:
    by_card, by_name = day.arrive("eye", person=1), day.arrive("heart", person=2, service="s2")
    visits = [day.kept.tickets[one].visit for one in (by_card, by_name)]
    day.merges(visits[0], visits[1], once=False)
    tickets = len(day.kept.tickets)
    day.checks_in(day.check_in_command(["heart"], "ordinary", Balance.FIRST, person=2, service="s2"))
    assert len(day.kept.tickets) == tickets


def test_a_visit_that_is_over_is_not_merged_into_another(day: Day) -> None:
    first, second = day.arrive("eye"), day.arrive("eye")
    assert day.called("r1") == first
    day.moves("start", first)
    day.moves("complete", first)
    day.merges(day.kept.tickets[second].visit, day.kept.tickets[first].visit, once=False)
    assert day.kept.visits[day.kept.tickets[first].visit].merged_into is None


def test_nobody_is_on_two_visits_because_one_was_reopened(day: Day) -> None:
    first = day.arrive("eye", person=1)
    day.moves("cancel", first)
    day.arrive("eye", person=1)
    day.moves("reopen", first)
    assert day.state(first) is S.CANCELLED


def test_a_stop_of_another_day_is_not_reopened_under_a_number_that_others_have(day: Day) -> None:
    first = day.arrive("eye")
    day.moves("cancel", first)
    day.now_ms += 24 * HOUR_MS
    day.arrive("eye")
    day.moves("reopen", first)
    assert day.state(first) is S.CANCELLED


def test_a_number_that_another_brought_over_midnight_lets_nobody_elses_stop_be_reopened(day: Day) -> None:
    first = day.arrive("eye")
    day.moves("cancel", first)
    day.now_ms += 33 * HOUR_MS
    second = day.arrive("eye")
    assert day.kept.tickets[first].number == day.kept.tickets[second].number
    day.now_ms += 10 * HOUR_MS
    day.arrive("ear")
    assert day.state(second) is S.WAITING
    day.moves("reopen", first)
    assert day.state(first) is S.CANCELLED
