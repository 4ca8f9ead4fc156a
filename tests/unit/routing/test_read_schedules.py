import pytest

from queueflow.model.ids import ClinicId, PractitionerId, ScheduleId
from queueflow.model.schedule import Schedule, Weekday
from tests.unit.routing.example import FACILITY, facility, facility_findings

SCHEDULE = """
[[schedules]]
id = "internal-lan"
clinic = "internal-1"
practitioner = "dr-lan"
weekdays = ["mon", "wed"]
from = "07:30"
to = "11:00"
slot_minutes = 15
places = 2
overbook = 1
"""
CLASS = 'id = "priority"\nfor_appointments = true'
BOOKABLE = FACILITY.replace('id = "priority"', CLASS, 1) + SCHEDULE
FIRST = BOOKABLE.count("\n") - SCHEDULE.count("\n") + 2
"""The line on which the schedule begins."""


def test_a_schedule_is_read_as_it_is_written() -> None:
    read = facility(BOOKABLE)
    assert read.schedules == (
        Schedule(
            id=ScheduleId("internal-lan"),
            clinic=ClinicId("internal-1"),
            practitioner=PractitionerId("dr-lan"),
            weekdays=(Weekday.MON, Weekday.WED),
            from_minute=450,
            to_minute=660,
            slot_s=900,
            places=2,
            overbook=1,
        ),
    )
    assert [one.id for one in read.priorities if one.for_appointments] == ["priority"]


def test_a_facility_without_schedules_has_none_and_a_schedule_with_little_has_one_place() -> None:
    assert facility().schedules == ()
    little = SCHEDULE.replace('practitioner = "dr-lan"\n', "").replace("places = 2\noverbook = 1\n", "")
    (read,) = facility(BOOKABLE.replace(SCHEDULE, little)).schedules
    assert (read.practitioner, read.places, read.overbook) == (None, 1, 0)


def test_the_times_that_a_clinic_gives_who_has_booked_are_read() -> None:
    times = 'order = "ratio", early_s = 600, late_s = 1200, release_s = 0, late = "after 2"'
    policy = facility(FACILITY.replace('order = "ratio"', times, 1)).clinics[0].policy
    assert (policy.early_s, policy.late_s, policy.release_s, policy.late.after) == (600, 1200, 0, 2)


MISTAKES = [
    (
        'clinic = "internal-1"\npractitioner',
        'clinic = "internal-3"\npractitioner',
        2,
        'column clinic: "internal-3" is not one of the facility\'s clinics. Did you mean "internal-2"?',
    ),
    ('weekdays = ["mon", "wed"]', "", 0, 'column weekdays: "weekdays" is missing: expected a list of words, such as '),
    ('["mon", "wed"]', '["mon", "wen"]', 4, 'column weekdays: "wen" is no day of the week. Did you mean "wed"?'),
    ('["mon", "wed"]', '["mon", "mon"]', 4, 'column weekdays: "mon" is written twice.'),
    ('from = "07:30"', 'from = "7:30"', 5, 'column from: expected a time such as "07:30".'),
    ('to = "11:00"', "to = 11", 6, 'column to: expected a time such as "07:30".'),
    ('to = "11:00"', 'to = "07:40"', 6, "column to: not one slot fits between these times: expected a later one."),
    ('to = "11:00"', 'to = "06:00"', 6, "column to: not one slot fits between these times: expected a later one."),
    ("slot_minutes = 15\n", "", 0, 'column slot_minutes: "slot_minutes" is missing: expected a whole number'),
    ("slot_minutes = 15", "slot_minutes = 0", 7, "column slot_minutes: expected a whole number from 1 to 720."),
    ("places = 2\noverbook", "places = 0\noverbook", 8, "column places: expected a whole number from 1 to 100."),
    ("overbook = 1", "overbook = -1", 9, "column overbook: expected a whole number from 0 to 100."),
    (
        "overbook = 1",
        "overbok = 1",
        9,
        'column overbok: "overbok" is not a key that can stand here. Did you mean "over',
    ),
    ('"dr-lan"', '"Dr. Lan"', 3, "column practitioner: expected an id of 1 to 40 lower-case letters"),
]


@pytest.mark.parametrize(("was", "becomes", "line", "told"), MISTAKES)
def test_a_mistake_in_a_schedule_is_told_with_its_line_its_key_and_what_was_expected(
    was: str, becomes: str, line: int, told: str
) -> None:
    text = BOOKABLE.replace(was, becomes, 1)
    assert text != BOOKABLE
    (finding,) = facility_findings(text)
    where = f"facility.toml:{FIRST + line}: error: schedules 1 (internal-lan), "
    assert str(finding).startswith(where + told), str(finding)


def test_two_schedules_of_one_id_are_told() -> None:
    (finding,) = facility_findings(BOOKABLE + SCHEDULE)
    assert f'"internal-lan" is there already, on line {FIRST + 1}.' in str(finding)


def test_schedules_without_a_class_for_those_who_have_booked_are_told() -> None:
    (finding,) = facility_findings(FACILITY + SCHEDULE)
    assert "no class is for_appointments = true" in str(finding)
