from datetime import date
from random import Random

from queueflow.model.ids import ServiceId
from queueflow.simulation.arrivals import MORNING, Lognormal, ServiceShare, mix_of
from queueflow.simulation.day import USUAL, Attendance, make_day
from queueflow.simulation.day_file import Arriving, read_day, write_day
from tests.unit.simulation.facilities import small_hospital

ON = date(2026, 1, 1)


def day_of(patients: int, seed: int, attendance: Attendance = USUAL) -> tuple[Arriving, ...]:
    mix = mix_of(small_hospital())
    return make_day(mix=mix, profile=MORNING, patients=patients, on=ON, dice=Random(seed), attendance=attendance)


def test_one_seed_gives_one_day_to_the_last_byte() -> None:
    assert write_day(day_of(400, 9)) == write_day(day_of(400, 9))
    assert write_day(day_of(400, 9)) != write_day(day_of(400, 10))


def test_a_made_up_day_is_read_back_as_it_was_made() -> None:
    day = day_of(1_500, 1)
    assert read_day(write_day(day), "day.csv") == day


def test_services_are_come_for_by_their_weights() -> None:
    mix = tuple(ServiceShare(ServiceId(name), weight, Lognormal(300, 0.5)) for name, weight in (("a", 3.0), ("b", 1.0)))
    day = make_day(mix=mix, profile=MORNING, patients=8_000, on=ON, dice=Random(2))
    assert 0.72 < sum(line.service == "a" for line in day) / len(day) < 0.78


def test_a_few_scan_twice_and_a_few_come_for_two_services() -> None:
    day = day_of(6_000, 3)
    seen: dict[str, list[Arriving]] = {}
    for line in day:
        seen.setdefault(line.value + line.birth_date, []).append(line)
    # Who says their name may share it and the birth date with somebody else; cards and numbers are one's own.
    twice = [lines for lines in seen.values() if len(lines) == 2 and lines[0].scheme != "name"]
    again = sum(a.service == b.service for a, b in twice)
    assert 0.01 < again / 6_000 < 0.03
    assert 0.02 < (len(twice) - again) / 6_000 < 0.04


def test_the_shares_of_late_and_missing_patients_are_as_asked_for() -> None:
    day = day_of(5_000, 4, Attendance(late=0.1, no_show=0.2))
    assert 0.08 < sum(line.late for line in day) / len(day) < 0.12
    assert 0.17 < sum(line.no_show for line in day) / len(day) < 0.23
    assert not any(line.late and line.no_show for line in day)
    assert not any(line.late or line.no_show for line in day_of(500, 4, Attendance(0, 0)))
