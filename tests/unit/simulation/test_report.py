import statistics
from random import Random

import msgspec
import pytest

from queueflow.simulation.checks import Ledger, Promise
from queueflow.simulation.door import Calls
from queueflow.simulation.report import Report, Spread, quantile, report_of, spread
from tests.unit.simulation.days import SEVEN, day, stop


def test_quantiles_are_those_of_the_statistics_module() -> None:
    dice = Random(1)
    values = sorted(dice.random() for _ in range(997))
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    assert [quantile(values, share / 100) for share in range(1, 100)] == pytest.approx(cuts)
    found = spread(values)
    assert (found.p50, found.p90, found.p95, found.p99) == pytest.approx(
        [cuts[share - 1] for share in (50, 90, 95, 99)]
    )
    assert (found.count, found.max) == (997, values[-1])


def test_the_spread_of_nothing_and_of_one_value() -> None:
    assert spread([]) == Spread(0, 0, 0, 0, 0, 0)
    assert spread([3.0]) == Spread(1, 3, 3, 3, 3, 3)


def test_waits_are_wall_time_times_the_speed() -> None:
    report = report_of(day())
    by_clinic = {line.name: line.wait_s for line in report.by_clinic}
    assert by_clinic["internal"].p50 == pytest.approx(5 * 60)
    assert by_clinic["internal"].max == pytest.approx(9 * 60)
    assert by_clinic["eye"].max == pytest.approx(30)
    assert {line.name for line in report.by_priority} == {"ordinary", "emergency"}
    assert report.wait_s.count == 10


def test_hours_count_who_came_and_who_was_served_in_them() -> None:
    seven, eight = report_of(day()).by_hour
    assert (seven.hour, seven.arrived, seven.served) == (7, 9, 9)
    assert (eight.hour, eight.arrived, eight.served) == (8, 1, 0)
    assert seven.wait_s.p50 == pytest.approx(5 * 60)


def test_counts_and_throughput_are_of_the_whole_day() -> None:
    report = report_of(day())
    counts = report.counts
    assert (counts.lines, counts.checked_in, counts.held) == (11, 11, 1)
    assert (counts.tickets, counts.done, counts.no_shows, counts.under_way) == (10, 9, 1, 0)
    assert report.served_an_hour == pytest.approx(9 / 2)
    assert report.calls_a_second == pytest.approx(11 / 720)
    assert report.ends_s == SEVEN + 7200
    assert report.calls[0].took_ms.max == pytest.approx(101)
    assert report.call_to_board_ms.p50 == pytest.approx(5)


def test_whoever_came_to_the_kiosk_in_between_is_counted_apart() -> None:
    stops = {s.ticket: s for s in (stop(100, 10), stop(200, 10))}
    assert report_of(day(stops=stops, ours={"t100"})).counts.strangers == 1


def test_queues_are_told_in_hospital_time() -> None:
    eye, internal = report_of(day()).queues
    assert (eye.clinic, eye.steps) == ("eye", ())
    assert internal.steps == ((SEVEN, 0), (SEVEN + 100, 3), (SEVEN + 600, 0))


def test_a_generator_that_was_late_itself_says_so() -> None:
    assert report_of(day()).lateness.kept_up
    late = report_of(day(late_s=[4.0] * 10))
    assert not late.lateness.kept_up
    assert late.lateness.arrivals_ms.p99 == pytest.approx(4000)
    assert not report_of(day(woke_late_s=[3.1] * 10)).lateness.kept_up


def test_a_broken_promise_a_refusal_or_a_missing_answer_makes_a_report_not_good() -> None:
    assert report_of(day()).good
    broken = Ledger()
    broken.hold(Promise.ONE_ROOM, False, ("floor", 9), "visit v is called to 1 while 2 holds")
    assert not report_of(day(ledger=broken)).good
    assert report_of(day(ledger=broken)).broken[0].what == "visit v is called to 1 while 2 holds"
    assert not report_of(day(calls={"start": Calls(sent=1, refused={"not-allowed-in-state": 1})})).good
    assert not report_of(day(calls={"start": Calls(sent=1, unanswered=1)})).good


def test_a_report_goes_through_json_and_back() -> None:
    report = report_of(day())
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report


def test_a_day_on_which_nothing_happened_is_a_report_too() -> None:
    report = report_of(day(stops={}, waiting={}, calls={}, late_s=[], woke_late_s=[], call_to_board_s=[], wall_s=0.0))
    assert report.by_hour == ()
    assert report.served_an_hour == 0
