from datetime import date
from random import Random

from queueflow.formats import bhyt, cccd
from queueflow.model.patient import Sex, clean_name
from queueflow.simulation.day_file import scheme_and_value
from queueflow.simulation.people import Kind, Person, kind_for, person

ON = date(2026, 1, 1)
ANYBODY = Kind()


def crowd(count: int = 6_000, kind: Kind = ANYBODY, seed: int = 1) -> list[Person]:
    dice = Random(seed)
    return [person(serial, kind, ON, dice) for serial in range(1, count + 1)]


def of_scheme(people: list[Person], scheme: str) -> list[tuple[Person, str]]:
    read = [(somebody, *scheme_and_value(somebody.identity)) for somebody in people]
    return [(somebody, value) for somebody, found, value in read if found == scheme]


def test_every_identity_card_reads_without_a_warning_as_the_person_it_was_made_for() -> None:
    cards = of_scheme(crowd(), "cccd-qr")
    assert len(cards) > 3_500
    for somebody, line in cards:
        identity = cccd.read(line)
        assert identity.warnings == ()
        assert (identity.name, str(identity.birth_date), identity.sex) == (
            somebody.name,
            somebody.birth_date,
            somebody.sex,
        )


def test_every_insurance_card_and_number_reads_without_a_warning() -> None:
    cards = of_scheme(crowd(), "bhyt")
    assert {len(value) for _, value in cards if "|" not in value} == {10, 12, 15}
    assert any("|" in value for _, value in cards)
    for somebody, value in cards:
        identity = bhyt.read(value, ON)
        assert identity.warnings == ()
        assert identity.name in (None, somebody.name)


def test_no_two_people_have_one_identity() -> None:
    people = [p for p in crowd() if not p.identity.startswith("name:")]
    assert len({p.identity.split("|")[0] for p in people}) == len(people)


def test_some_are_old_some_are_small_and_some_birth_dates_are_a_year_only() -> None:
    people = crowd()
    ages = [ON.year - int(p.birth_date[:4]) for p in people]
    assert 0.05 < sum(age < 6 for age in ages) / len(ages) < 0.12
    assert 0.07 < sum(age > 75 for age in ages) / len(ages) < 0.13
    assert 0.02 < sum(len(p.birth_date) == 4 for p in people) / len(people) < 0.06
    assert all(p.birth_date <= ON.isoformat() for p in people)


def test_names_have_vietnamese_letters_and_are_ones_a_check_in_takes() -> None:
    people = crowd(2_000)
    assert all(clean_name(p.name, "name") == p.name for p in people)
    assert sum(not p.name.isascii() for p in people) > 1_900


def test_priority_flags_come_at_plausible_rates_and_only_to_whom_they_can() -> None:
    people = crowd(20_000)
    rates = {flag: sum(flag in p.flags for p in people) / len(people) for flag in {f for p in people for f in p.flags}}
    assert set(rates) == {"pregnant", "meritorious", "emergency", "disabled-severe", "disabled-extremely-severe"}
    assert 0.003 < rates["emergency"] < 0.02
    assert 0.005 < rates["pregnant"] < 0.03
    assert all(rate < 0.03 for rate in rates.values())
    for p in people:
        if "pregnant" in p.flags:
            assert p.sex is Sex.FEMALE
            assert 17 <= ON.year - int(p.birth_date[:4]) <= 43


def test_a_clinic_for_women_or_children_gets_only_them() -> None:
    mothers = crowd(500, kind_for("obstetrics"))
    assert {p.sex for p in mothers} == {Sex.FEMALE}
    assert all(17 <= ON.year - int(p.birth_date[:4]) <= 46 for p in mothers)
    children = crowd(500, kind_for("paediatrics"))
    assert all(ON.year - int(p.birth_date[:4]) <= 16 for p in children)
    assert kind_for("internal-medicine") == Kind()
