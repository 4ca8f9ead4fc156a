from pathlib import Path
from random import Random
from statistics import fmean, pstdev

import msgspec
import pytest

from queueflow.simulation.arrivals import (
    LONGEST_S,
    MORNING,
    SHORTEST_S,
    Empirical,
    InputInvalid,
    Lognormal,
    arrival_times,
    mix_of,
    read_consultations,
    read_profile,
    seconds_of,
    time_of,
)
from tests.unit.simulation.facilities import BLOOD, HIDDEN, INTERNAL, PAEDIATRICS, small_hospital

CONSULTATIONS = next(
    (
        folder / "shared/data/hangu-consultations.csv"
        for folder in Path(__file__).parents
        if (folder / "shared/data/hangu-consultations.csv").exists()
    ),
    None,
)
HOUR = 3600


def share_between(times: list[int], first: str, last: str) -> float:
    return sum(seconds_of(first) <= at < seconds_of(last) for at in times) / len(times)


def test_six_of_ten_come_from_half_past_six_to_half_past_nine_and_most_of_them_after_seven() -> None:
    times = arrival_times(MORNING, 20_000, Random(1))
    assert 0.58 < share_between(times, "06:30", "09:30") < 0.62
    by_hour = [share_between(times, f"{hour:02d}:00", f"{hour + 1:02d}:00") for hour in range(24 - 1)]
    assert max(range(23), key=by_hour.__getitem__) == 7
    assert by_hour[13] > by_hour[12]
    assert by_hour[13] > by_hour[14]
    assert sum(by_hour[:6]) == sum(by_hour[17:]) == 0


def test_arrivals_come_in_order_and_are_as_many_as_asked_for() -> None:
    times = arrival_times(MORNING, 1_500, Random(2))
    assert len(times) == 1_500
    assert times == sorted(times)


def test_the_same_dice_give_the_same_arrivals_and_others_do_not() -> None:
    assert arrival_times(MORNING, 300, Random(3)) == arrival_times(MORNING, 300, Random(3))
    assert arrival_times(MORNING, 300, Random(3)) != arrival_times(MORNING, 300, Random(4))


def test_lognormal_times_have_the_mean_and_variation_they_are_named_by() -> None:
    dice = Random(5)
    drawn = [Lognormal(480, 0.6).draw(dice) for _ in range(40_000)]
    assert fmean(drawn) == pytest.approx(480, rel=0.02)
    assert pstdev(drawn) / fmean(drawn) == pytest.approx(0.6, rel=0.05)


def test_nobody_is_served_in_no_time_or_for_half_a_day() -> None:
    dice = Random(6)
    drawn = [Lognormal(60, 9.0).draw(dice) for _ in range(5_000)]
    assert min(drawn) == SHORTEST_S
    assert max(drawn) <= LONGEST_S
    assert Empirical((1, 99_999)).draw(dice) in (SHORTEST_S, LONGEST_S)


def test_only_services_of_the_kiosk_are_come_for_weighed_by_what_their_rooms_can_serve() -> None:
    mix = {share.service: share for share in mix_of(small_hospital())}
    assert set(mix) == {INTERNAL, PAEDIATRICS, BLOOD}
    assert HIDDEN not in mix
    assert mix[INTERNAL].weight == pytest.approx(1.5 * HOUR / 540)
    assert mix[PAEDIATRICS].weight == pytest.approx(0.5 * HOUR / 480)
    assert mix[BLOOD].weight == pytest.approx(0.2 * 2 * HOUR / 180)
    assert mix[INTERNAL].times == Lognormal(540, 0.6)


def test_a_clinic_is_there_for_the_service_it_lists_first_twice_as_much_as_for_the_second() -> None:
    hospital = small_hospital()
    both = msgspec.structs.replace(hospital.clinics[0], services=(INTERNAL, PAEDIATRICS))
    mix = {s.service: s for s in mix_of(msgspec.structs.replace(hospital, clinics=(both, *hospital.clinics[2:])))}
    assert mix[INTERNAL].weight == pytest.approx(2 * mix[PAEDIATRICS].weight)


def test_measured_consultations_stand_in_for_doctors_and_not_for_counters() -> None:
    measured = Empirical((600, 700))
    mix = {share.service: share.times for share in mix_of(small_hospital(), measured)}
    assert mix[INTERNAL] is measured
    assert mix[PAEDIATRICS] is measured
    assert mix[BLOOD] == Lognormal(180, 0.6)


@pytest.mark.skipif(CONSULTATIONS is None, reason="the measured consultations are no part of the repository")
def test_drawing_from_the_measured_consultations_keeps_their_distribution() -> None:
    assert CONSULTATIONS is not None
    measured = read_consultations(CONSULTATIONS.read_text(), CONSULTATIONS.name)
    assert len(measured.seconds) > 3_000
    dice = Random(7)
    drawn = sorted(measured.draw(dice) for _ in range(20_000))
    assert set(drawn) <= set(measured.seconds)
    assert fmean(drawn) == pytest.approx(fmean(measured.seconds), rel=0.02)
    median = sorted(measured.seconds)[len(measured.seconds) // 2]
    assert drawn[len(drawn) // 2] == pytest.approx(median, rel=0.03)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "f.csv, line 1: a column service_s"),
        ("n,service_s\n1,300\n2,\n", "f.csv, line 3, column service_s"),
        ("n,service_s\n1,-4\n", "f.csv, line 2, column service_s"),
        ("service_s\n", "f.csv: there is no consultation"),
    ],
)
def test_a_wrong_file_of_consultations_says_where(text: str, says: str) -> None:
    with pytest.raises(InputInvalid, match=says):
        read_consultations(text, "f.csv")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = ", "p.toml: "),
        ('name = "a"\nassumption = ""\nstep_minutes = 30\n', "missing required field `share`"),
        ('name = "a"\nassumption = ""\nstep_minutes = 30\nshare = {"7" = 1}', "'7' is not a time of day"),
        ('name = "a"\nassumption = ""\nstep_minutes = 30\nshare = {"07:00" = -1}', "share of 07:00"),
        ('name = "a"\nassumption = ""\nstep_minutes = 0\nshare = {"07:00" = 1}', "step_minutes"),
        ('name = "a"\nassumption = ""\nstep_minutes = 30\nshare = {"07:00" = 0}', "nobody comes"),
    ],
)
def test_a_wrong_profile_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(InputInvalid, match=says):
        read_profile(text, "p.toml")


def test_times_of_day_are_written_and_read_alike() -> None:
    assert time_of(seconds_of("07:05:09")) == "07:05:09"
    assert time_of(25 * HOUR) == "25:00:00"
    for wrong in ("7:05", "24:00", "07:60", "07", "0७:00", "07:00:00:00"):
        with pytest.raises(ValueError, match="a time of day"):
            seconds_of(wrong)


def test_the_profile_for_load_tests_is_the_generators_own() -> None:
    file = Path(__file__).parents[3] / "loadtests" / "profiles" / "morning.toml"
    assert read_profile(file.read_text(encoding="utf-8"), file.name) == MORNING
