from queueflow.live.people import People, details
from queueflow.model.patient import Patient
from queueflow.model.visit import Visit
from tests.unit.live.day import Day, open_patient


def a_visit() -> Visit:
    day = Day()
    return day.visits[day.tickets[day.check_in()].visit]


def test_a_patient_is_opened_once_and_again_only_after_being_forgotten() -> None:
    opened: list[Visit] = []

    def opens(visit: Visit) -> Patient:
        opened.append(visit)
        return open_patient(visit)

    people, visit = People(opens), a_visit()
    first = people.open(visit)
    assert people.open(visit) is first
    assert len(opened) == 1
    people.forget(visit.id)
    assert people.open(visit) == first
    people.forget_all_but({visit.id})
    people.open(visit)
    assert len(opened) == 2
    people.forget_all_but(())
    people.open(visit)
    assert len(opened) == 3


def test_staff_see_the_year_and_not_the_day_of_birth() -> None:
    assert details(a_visit(), Patient(birth_date="1958-05-17")).birth_year == 1958
    assert details(a_visit(), Patient()).birth_year is None
