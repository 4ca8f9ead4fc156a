from hypothesis import given

from queueflow.live.snapshot import Change, Snapshot
from queueflow.model.ids import ClinicId
from queueflow.model.live_state import FacilityState
from queueflow.model.ticket import TicketState
from tests.unit.live.day import MOVES, Day, move


def content(snapshot: Snapshot) -> tuple[object, ...]:
    return (snapshot.epoch, snapshot.offset, snapshot.clinics, snapshot.rooms, snapshot.tickets, snapshot.visits)


def follow(day: Day, start: FacilityState) -> tuple[Snapshot, list[Change]]:
    snapshot = Snapshot(start)
    events = enumerate(day.told[start.offset - day.first :], start.offset + 1)
    return snapshot, [snapshot.apply(offset, event) for offset, event in events]


@given(MOVES, MOVES)
def test_events_one_by_one_lead_to_what_the_store_would_answer(before: list, after: list) -> None:
    day = Day(offset=7)
    for step in before:
        move(day, *step)
    start = day.state()
    for step in after:
        move(day, *step)
    snapshot, _ = follow(day, start)
    assert content(snapshot) == content(Snapshot(day.state()))


@given(MOVES)
def test_what_an_event_replaced_leads_back(moves: list) -> None:
    day = Day()
    states = [day.state()]
    for step in moves:
        move(day, *step)
    snapshot, changes = follow(day, states[0])
    before = [content(Snapshot(states[0]))]
    again = Snapshot(states[0])
    for change in changes:
        again.apply(change.offset, change.event)
        before.append(content(again.copy()))
    for change in reversed(changes):
        assert content(snapshot) == before.pop()
        snapshot.undo(change)
    assert content(snapshot) == before.pop()


def test_who_is_done_or_cancelled_leaves_with_the_visit() -> None:
    day = Day()
    day.open("r1")
    ticket, other = day.check_in(), day.check_in()
    day.call(ticket, "r1")
    day.start(ticket)
    day.complete(ticket)
    day.cancel(other)
    snapshot, _ = follow(day, Day().state())
    assert snapshot.tickets == {}
    assert snapshot.visits == {}


def test_who_has_a_stop_to_come_stays() -> None:
    day = Day()
    day.open("r1")
    ticket = day.check_in(planned="heart")
    day.call(ticket, "r1")
    day.start(ticket)
    day.complete(ticket)
    snapshot, _ = follow(day, Day().state())
    assert [ticket.state for ticket in snapshot.tickets.values()] == [TicketState.WAITING]
    assert len(snapshot.visits) == 1


def test_a_no_show_stays_in_case_they_come_after_all() -> None:
    day = Day()
    day.open("r1")
    ticket = day.check_in()
    day.call(ticket, "r1")
    day.no_show(ticket)
    snapshot, _ = follow(day, Day().state())
    assert list(snapshot.tickets) == [ticket]


def test_a_clinic_that_a_new_version_leaves_out_is_no_more() -> None:
    day = Day()
    day.publish(without="heart")
    snapshot, (change,) = follow(day, Day().state())
    assert "heart" not in snapshot.clinics
    assert change.clinics[ClinicId("heart")] is not None
    snapshot.undo(change)
    assert "heart" in snapshot.clinics
