import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueflow.model.patient import PartialDate, Sex
from queueflow.model.priority import Balance
from queueflow.routing.columns import FLAGS
from queueflow.routing.decide import decide, matches
from queueflow.routing.facts import Answer, Facts
from queueflow.routing.tables import Choice
from tests.people import birth_dates
from tests.unit.routing.example import RULES, facts, ruleset

SET = ruleset()


def choice(known: Facts) -> Choice:
    made = decide(SET, known)
    assert made is not None
    return made


def test_the_first_row_of_each_table_that_matches_counts() -> None:
    made = choice(facts(born=PartialDate(2015, 1, 1), answers={"fever": "yes"}, flags=("emergency",)))
    assert (made.candidates, made.priority, made.balance) == (("children",), "emergency", Balance.FIRST)
    assert made.decision.rule == "clinic.child"
    assert made.decision.reasons == (
        "priority row 1 (emergency) matched because flags has emergency",
        "clinic row 1 (child) matched because service is internal or children and age_years < 16",
    )


def test_a_row_whose_condition_needs_an_unknown_value_does_not_match() -> None:
    assert choice(facts(answers={"fever": "yes"})).decision.rule == "clinic.fever"
    assert choice(facts()).decision.rule == "clinic.internal"


def test_without_a_row_that_gives_a_priority_it_is_the_last_class() -> None:
    assert choice(facts(born=PartialDate(1985, 1, 1))).priority == "ordinary"


def test_without_a_balance_it_is_the_shortest_wait() -> None:
    assert choice(facts()).balance is Balance.SHORTEST_WAIT


def test_a_free_condition_matches_and_is_told_as_it_is_written() -> None:
    made = choice(facts("help"))
    assert made.candidates == ("desk",)
    assert made.decision.reasons == (
        'clinic row 4 (by-hand) matched because service == "help" || service == "children"',
    )


def test_where_no_row_gives_candidates_there_is_no_choice() -> None:
    assert decide(SET, facts(None)) is None


def test_the_decision_carries_the_rulesets_version() -> None:
    assert choice(facts()).decision.ruleset == SET.version == 0


@pytest.mark.parametrize(
    ("year", "priority"), [(1950, "priority"), (1951, "ordinary"), (1952, "ordinary")], ids=["75-76", "74-75", "73-74"]
)
def test_a_birth_year_counts_for_a_row_only_where_every_day_of_it_would(year: int, priority: str) -> None:
    assert choice(facts(born=PartialDate(year))).priority == priority


CHAIN = """\
[values]
age_group = ["child", "adult"]
floor = "number"
upstairs = "true or false"

[group]
inputs = ["age_years"]
outputs = ["age_group", "floor", "upstairs"]
[[group.row]]
name = "child"
if = { age_years = "< 16" }
then = { age_group = "child", floor = 1, upstairs = false }
[[group.row]]
name = "adult"
if = { age_years = ">= 16" }
then = { age_group = "adult", floor = 2, upstairs = true }

[priority]
inputs = ["age_group"]
outputs = ["priority"]
[[priority.row]]
name = "child"
if = { age_group = "child" }
then = { priority = "priority" }

[clinic]
inputs = ["age_group", "priority", "floor"]
outputs = ["candidates"]
[[clinic.row]]
name = "child"
if = { priority = "priority", floor = "< 2" }
when = '!upstairs && age_group == "child"'
then = { candidates = ["children"] }
[[clinic.row]]
name = "adult"
if = { priority = "unknown", floor = ">= 2" }
then = { candidates = ["internal-1", "internal-2"] }
[[clinic.row]]
name = "nobody-knows"
if = { age_group = "unknown" }
then = { candidates = ["desk"] }
"""


@pytest.mark.parametrize(
    ("born", "rule", "priority"),
    [
        (PartialDate(2015), "clinic.child", "priority"),
        (PartialDate(1985), "clinic.adult", "ordinary"),
        (PartialDate(2010), "clinic.nobody-knows", "ordinary"),
        (None, "clinic.nobody-knows", "ordinary"),
    ],
    ids=["child", "adult", "15-or-16", "unknown"],
)
def test_a_table_asks_about_what_earlier_ones_gave(born: PartialDate | None, rule: str, priority: str) -> None:
    made = decide(ruleset(CHAIN), facts(born=born))
    assert made is not None
    assert (made.decision.rule, made.priority) == (rule, priority)


LATER = (
    RULES
    + """
[night]
inputs = ["time"]
outputs = ["candidates", "priority", "balance"]
[[night.row]]
name = "night"
if = { time = ">= 20:00" }
then = { candidates = ["desk"], priority = "emergency", balance = "round-robin" }
"""
)


def test_a_later_table_replaces_what_an_earlier_one_gave() -> None:
    evening = facts(now_ms=1_795_482_000_000 + 12 * 3_600_000)
    made = decide(ruleset(LATER), evening)
    assert made is not None
    assert (made.candidates, made.priority, made.balance) == (("desk",), "emergency", Balance.ROUND_ROBIN)
    assert made.decision.rule == "night.night"
    assert len(made.decision.reasons) == 2


def test_candidates_do_not_inherit_the_balance_of_others() -> None:
    evening = facts("children", now_ms=1_795_482_000_000 + 12 * 3_600_000)
    made = decide(ruleset(LATER.replace(', balance = "round-robin"', "")), evening)
    assert made is not None
    assert (made.candidates, made.balance) == (("desk",), Balance.SHORTEST_WAIT)


def test_the_rows_that_make_a_decision_are_told_table_by_table() -> None:
    rows = matches(SET, facts(flags=("emergency",)))
    assert [(table.name, row.name) for table, row in rows] == [("priority", "emergency"), ("clinic", "internal")]


ANSWERS: st.SearchStrategy[dict[str, Answer]] = st.dictionaries(
    st.sampled_from(("fever", "weeks", "since", "alone", "other")),
    st.text(max_size=5) | st.integers() | st.booleans() | st.sampled_from(("yes", "no", "07:30")),
)


@given(
    service=st.sampled_from((None, "internal", "children", "help", "elsewhere")),
    born=st.none() | birth_dates(),
    sex=st.none() | st.sampled_from(Sex),
    answers=ANSWERS,
    flags=st.lists(st.sampled_from(FLAGS)),
    insurance=st.none() | st.sampled_from(("TE1200000000001", "0200000001")),
)
def test_every_patient_gets_a_decision_or_none_and_reasons_without_anything_of_theirs(
    *,
    service: str | None,
    born: PartialDate | None,
    sex: Sex | None,
    answers: dict[str, Answer],
    flags: list[str],
    insurance: str | None,
) -> None:
    known = facts(service, born=born, sex=sex, answers=answers, flags=tuple(flags), insurance=insurance)
    made = decide(SET, known)
    told = {row.reason for table in SET.tables for row in table.rows}
    assert made is None or set(made.decision.reasons) <= told
