import calendar
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueflow.model.errors import Invalid
from queueflow.model.patient import Identity, PartialDate, Patient, Sex
from queueflow.routing.columns import CHILD_UNDER_6, ELDERLY_75, FLAGS, Column, Kind
from queueflow.routing.facts import Age, Answer, Facts, possible_ages
from tests.people import birth_dates
from tests.unit.routing.example import NOW_MS, facility, facts

TODAY = date(2026, 11, 24)
NOBODY = Identity("mrn", None)


def days_of(birth: PartialDate) -> list[date]:
    """Every day that a partial birth date may mean."""
    months = [birth.month] if birth.month else range(1, 13)
    return [
        date(birth.year, month, day)
        for month in months
        for day in ([birth.day] if birth.day else range(1, calendar.monthrange(birth.year, month)[1] + 1))
    ]


def age_on(born: date, today: date) -> int:
    """Birthdays had so far; who was born on 29 February has theirs on 1 March in other years."""
    had = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not had)


@given(birth_dates(1930, 2026), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_the_possible_ages_are_those_of_every_day_that_the_birth_date_may_mean(birth: PartialDate, today: date) -> None:
    born = [day for day in days_of(birth) if day <= today]
    assert {age.years for age in possible_ages(birth, today)} == {age_on(day, today) for day in born}


@given(birth_dates(1930, 2026), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_a_group_is_given_only_where_it_is_certain(birth: PartialDate, today: date) -> None:
    now_ms = int(datetime(today.year, today.month, today.day, 5, tzinfo=UTC).timestamp() * 1000)
    ages = [age_on(day, today) for day in days_of(birth) if day <= today]
    flags = facts(born=birth, now_ms=now_ms).flags
    assert (CHILD_UNDER_6 in flags) is (bool(ages) and max(ages) < 6)
    assert (ELDERLY_75 in flags) is (bool(ages) and min(ages) >= 75)


@pytest.mark.parametrize(
    ("birth", "ages"),
    [
        (PartialDate(1951, 11, 24), [75]),
        (PartialDate(1951, 11, 25), [74]),
        (PartialDate(1951, 11), [74, 75]),
        (PartialDate(1951, 10), [75]),
        (PartialDate(1951), [74, 75]),
        (PartialDate(1950), [75, 76]),
        (PartialDate(2026, 11, 24), [0]),
        (PartialDate(2026, 11, 25), []),
        (PartialDate(2026), [0]),
        (PartialDate(2027), []),
        (PartialDate(2024, 2, 29), [2]),
    ],
)
def test_ages_on_one_day(birth: PartialDate, ages: list[int]) -> None:
    assert [age.years for age in possible_ages(birth, TODAY)] == ages


@pytest.mark.parametrize(
    ("birth", "months"),
    [
        (PartialDate(2026, 11, 24), 0),
        (PartialDate(2026, 10, 25), 0),
        (PartialDate(2026, 10, 24), 1),
        (PartialDate(2020, 11, 25), 71),
        (PartialDate(2020, 11, 24), None),
        (PartialDate(2024, 5), None),
        (PartialDate(2024), None),
    ],
)
def test_months_are_told_only_under_6_and_where_they_are_certain(birth: PartialDate, months: int | None) -> None:
    assert {age.months for age in possible_ages(birth, TODAY)} == {months}


def test_the_age_is_told_only_where_there_is_but_one() -> None:
    assert facts(born=PartialDate(1985, 9, 2)).age_years == 41
    assert facts(born=PartialDate(1985)).age_years is None
    assert facts(born=PartialDate(1985)).ages == (Age(40), Age(41))
    assert facts().age_years is None


def test_the_day_is_the_facilitys_own() -> None:
    sixth_birthday = PartialDate(2020, 11, 24)
    midnight = datetime(2026, 11, 23, 17, tzinfo=UTC)
    before, after = (int((midnight + timedelta(minutes=m)).timestamp() * 1000) for m in (-1, 0))
    assert facts(born=sixth_birthday, now_ms=before).age_years == 5
    assert facts(born=sixth_birthday, now_ms=after).age_years == 6
    assert (facts(now_ms=before).minute, facts(now_ms=before).weekday) == (23 * 60 + 59, "mon")
    assert (facts(now_ms=after).minute, facts(now_ms=after).weekday) == (0, "tue")


@pytest.mark.parametrize("birth", [None, PartialDate(2020), PartialDate(2021, 11, 25)])
def test_an_insurance_card_of_code_te_proves_a_child_under_6(birth: PartialDate | None) -> None:
    assert facts(born=birth, insurance="TE1200000000001").flags == (CHILD_UNDER_6,)


def test_a_birth_date_that_rules_a_group_out_goes_before_the_card_and_the_claim() -> None:
    six = PartialDate(2020, 11, 24)
    assert facts(born=six, insurance="TE1200000000001", flags=(CHILD_UNDER_6, ELDERLY_75)).flags == ()


def test_a_claim_stands_where_the_birth_date_leaves_it_open() -> None:
    assert facts(born=PartialDate(1951), flags=(ELDERLY_75,)).flags == (ELDERLY_75,)
    assert facts(flags=(CHILD_UNDER_6,)).flags == (CHILD_UNDER_6,)


def test_claimed_and_proven_groups_come_in_the_laws_order_once_each() -> None:
    claimed = ("meritorious", "pregnant", "emergency", "pregnant")
    assert facts(born=PartialDate(1940), flags=claimed).flags == ("emergency", "pregnant", ELDERLY_75, "meritorious")
    assert set(FLAGS) >= set(claimed)


def test_a_flag_that_is_not_known_is_refused_without_being_repeated() -> None:
    with pytest.raises(Invalid) as refused:
        facts(flags=("pregnant", "my-cousin"))
    assert refused.value.field == "flags"
    assert "my-cousin" not in str(refused.value)
    assert "pregnant" in str(refused.value)


@pytest.mark.parametrize(
    ("insurance", "code"),
    [("TE1200000000001", "TE"), ("CC1202000000001", "CC"), ("0200000001", None), ("020185000002", None), (None, None)],
)
def test_only_a_number_of_15_characters_tells_the_object_code(insurance: str | None, code: str | None) -> None:
    assert facts(insurance=insurance).insurance_code == code


def test_the_card_goes_before_what_the_patient_adds() -> None:
    card = Identity("cccd-qr", None, birth_date=PartialDate(1985, 9, 2), sex=Sex.FEMALE, proven=True)
    said = Patient(birth_date="1940-01-01", sex=Sex.MALE)
    both = Facts.of(card, said, None, {}, (), "vi", NOW_MS, facility())
    assert (both.age_years, both.sex, both.proven, both.scheme) == (41, Sex.FEMALE, True, "cccd-qr")
    alone = Facts.of(NOBODY, said, None, {}, (), "vi", NOW_MS, facility())
    assert (alone.age_years, alone.sex, alone.proven, alone.scheme) == (86, Sex.MALE, False, "mrn")
    nobody = Facts.of(None, Patient(), None, {}, (), "vi", NOW_MS, facility())
    assert (nobody.age_years, nobody.sex, nobody.proven, nobody.scheme) == (None, None, False, None)


def test_a_birth_date_that_no_calendar_has_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        Facts.of(NOBODY, Patient(birth_date="1985-13"), None, {}, (), "vi", NOW_MS, facility())
    assert refused.value.field == "patient.birth_date"


def test_an_unknown_sex_is_unknown() -> None:
    assert "sex" not in facts(sex=Sex.UNKNOWN).worlds(())[0]
    assert facts(sex=Sex.OTHER).worlds(())[0]["sex"] == "other"


def test_what_is_unknown_is_left_out() -> None:
    assert facts(None).worlds(()) == (
        {"flags": [], "proven": True, "scheme": "cccd-qr", "language": "vi", "weekday": "tue", "time": 480},
    )


def test_a_partial_birth_date_makes_two_worlds() -> None:
    young, old = facts(born=PartialDate(1985)).worlds(())
    assert (young["age_years"], old["age_years"]) == (40, 41)
    assert {**young, "age_years": 41} == old


@pytest.mark.parametrize(
    ("kind", "answer", "value"),
    [
        (Kind.NUMBER, 36, 36),
        (Kind.NUMBER, "36", None),
        (Kind.NUMBER, True, None),
        (Kind.NUMBER, 2**63, None),
        (Kind.WORD, "yes", "yes"),
        (Kind.WORD, "perhaps", None),
        (Kind.WORD, 1, None),
        (Kind.TRUTH, True, True),
        (Kind.TRUTH, 1, None),
        (Kind.TRUTH, "true", None),
        (Kind.TIME, "07:30", 450),
        (Kind.TIME, "7", None),
        (Kind.TIME, 450, None),
    ],
)
def test_an_answer_of_another_kind_than_declared_is_unknown(kind: Kind, answer: Answer, value: Answer | None) -> None:
    column = Column("answers.asked", kind, ("yes", "no") if kind is Kind.WORD else None)
    world = facts(answers={"asked": answer}).worlds((column,))[0]
    assert world.get("answers.asked") == value
    assert type(world.get("answers.asked")) is type(value)


def test_an_answer_that_no_rule_declares_is_nothing_to_them() -> None:
    assert facts(answers={"shoe_size": 42}).worlds(()) == facts().worlds(())
