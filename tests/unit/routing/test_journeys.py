"""The stops that rules give whoever comes: how they are read, what is wrong with them, and which row counts."""

import pytest

from queueflow.routing.decide import decide, journey
from queueflow.routing.facts import Facts
from queueflow.routing.read import read_facility, read_ruleset
from queueflow.routing.tables import RulesInvalid, Severity
from tests.unit.routing.example import FACILITY, FILE, RULES, facts, findings_of, ruleset

START = RULES.count("\n") + 1
"""The line of the table that is put behind the example's."""


def with_stops(*rows: str) -> str:
    """The example's rules and a table of stops: each row its conditions, `=>`, its stops."""
    table = '[journey]\ninputs = ["service", "flags", "insured", "insurance_code"]\noutputs = ["stops"]\n'
    for number, row in enumerate(rows, 1):
        conditions, _, stops = row.partition("=>")
        table += f'[[journey.row]]\nname = "r{number}"\nif = {{ {conditions.strip()} }}\n'
        table += f"then = {{ stops = {stops.strip()} }}\n"
    return RULES.replace("[answers]\n", '[answers]\ninsured = "true or false"\n') + table


def stops(text: str, known: Facts) -> list[tuple[str | None, int | None, tuple[str, ...]]] | None:
    given = journey(ruleset(text), known)
    return None if given is None else [(stop.service, stop.group, stop.waits_for) for stop in given.stops]


def test_a_row_gives_stops_in_order_with_their_groups_and_what_they_wait_for() -> None:
    text = with_stops(
        '=> [ { service = "help", group = 2 }, { service = "children", group = 2 }, '
        '{ service = "service", waits_for = ["consent", "result"] } ]'
    )
    assert stops(text, facts()) == [("help", 2, ()), ("children", 2, ()), (None, None, ("consent", "result"))]


def test_one_stop_alone_needs_no_list() -> None:
    assert stops(with_stops('=> "service"'), facts()) == [(None, None, ())]


def test_the_first_row_that_matches_gives_the_stops_and_a_later_table_replaces_them() -> None:
    text = with_stops('insured = true => ["service"]', 'insured = false => ["help", "service"]')
    assert stops(text, facts(insurance="GD4202000000001")) == [(None, None, ())]
    assert stops(text, facts(answers={"insured": False})) == [("help", None, ()), (None, None, ())]
    assert stops(text, facts()) is None
    later = '[later]\noutputs = ["stops"]\n[[later.row]]\nname = "all"\nthen = { stops = ["children"] }\n'
    assert stops(text + later, facts(answers={"insured": False})) == [("children", None, ())]


def test_a_card_goes_before_what_the_patient_says_of_insurance() -> None:
    text = with_stops('insured = true => ["service"]', 'insured = false => ["help", "service"]')
    known = facts(insurance="GD4202000000001", answers={"insured": False})
    assert stops(text, known) == [(None, None, ())]


def test_the_reason_of_a_journey_is_its_rows_and_no_reason_of_a_stops_decision() -> None:
    rules = ruleset(with_stops('service = "internal" => ["help", "service"]'))
    given, made = journey(rules, facts()), decide(rules, facts())
    assert given is not None
    assert made is not None
    assert given.reason == "journey row 1 (r1) matched because service is internal"
    assert given.reason not in made.decision.reasons


def test_a_table_may_give_stops_and_candidates_together() -> None:
    both = RULES.replace('outputs = ["candidates", "balance"]', 'outputs = ["candidates", "balance", "stops"]')
    both = both.replace("then = { candidates", 'then = { stops = ["service"], candidates')
    rules = ruleset(both)
    made = decide(rules, facts())
    assert made is not None
    assert len(made.decision.reasons) == 1
    assert journey(rules, facts()) is not None


def test_rules_without_stops_give_no_journey() -> None:
    assert journey(ruleset(), facts()) is None


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("[]", 'column stops: expected a list of stops, such as ["payment", "service"].'),
        ("3", 'column stops: expected a list of stops, such as ["payment", "service"].'),
        ("[3]", 'column stops: expected a list of stops, such as ["payment", "service"].'),
        (
            '["helb"]',
            'column stops: "helb" is not one of the facility\'s services, nor "service", what the patient came for. '
            'Did you mean "help"?',
        ),
        ('["help", "service", "help"]', 'column stops: "help" is written twice.'),
        ('["service", { service = "service" }]', 'column stops: "service" is written twice.'),
        ("[{ group = 1 }]", 'stop 1, column service: "service" is missing: expected a service, or "service".'),
        (
            '["help", { service = "helb" }]',
            'stop 2, column service: "helb" is not one of the facility\'s services, nor "service", what the patient '
            'came for. Did you mean "help"?',
        ),
        ('[{ service = "help", group = 10 }]', "stop 1, column group: expected a whole number from 1 to 9."),
        (
            '[{ service = "help", waits_for = ["Máu"] }]',
            'stop 1, column waits_for: "Máu" is no word of lower-case letters, digits and hyphens.',
        ),
        ('[{ service = "help", waits_for = [1] }]',
            'stop 1, column waits_for: expected a list of words, such as ["a", "b"].'),
        (
            '[{ service = "help", waits_for = ["a", "b", "c", "d", "e", "f", "g", "h", "i"] }]',
            "stop 1, column waits_for: a stop waits for at most 8 things.",
        ),
        (
            '[{ service = "help", wait = "a" }]',
            'stop 1, column wait: "wait" is not a key that can stand here. Did you mean "waits_for"?',
        ),
        (
            '[{ service = "help", group = 1 }, "service", { service = "children", group = 1 }]',
            "column stops: the stops of group 1 do not stand next to each other. "
            "Move them together, or give them different numbers.",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_stops_is_told_with_its_row_its_column_and_how_to_mend_it(written: str, told: str) -> None:
    place = told if told.startswith("stop") else f", {told}"
    separator = ", " if told.startswith("stop") else ""
    line = START + 7
    assert [str(finding) for finding in findings_of(with_stops(f"=> {written}"))] == [
        f"rules.toml:{line}: error: journey row 1 (r1){separator}{place}"
    ]


def test_a_mistake_in_a_long_list_is_told_on_its_own_line() -> None:
    (finding,) = findings_of(with_stops('=> [\n  "service",\n  { service = "helb" },\n]'))
    assert finding.line == START + 9


def test_more_than_twenty_stops_are_too_many() -> None:
    names = ", ".join(f'"x{number}"' for number in range(21))
    told = [finding.sentence for finding in findings_of(with_stops(f"=> [{names}]"))]
    assert "21 stops are too many: a row gives at most 20." in told


def test_a_service_that_is_called_service_cannot_be_told_from_what_the_patient_came_for() -> None:
    facility = read_facility(FACILITY.replace('"help"', '"service"'), "facility.toml")
    with pytest.raises(RulesInvalid) as refused:
        read_ruleset(with_stops('=> ["service"]'), FILE, facility)
    assert [str(finding) for finding in refused.value.findings if finding.column == "stops"] == [
        f'rules.toml:{START + 7}: error: journey row 1 (r1), column stops: "service" is what the patient came for, and '
        "also one of the facility's services. Give that service another id in facility.toml."
    ]


WITHOUT_HELP = RULES.index('[[clinic.row]]\nname = "by-hand"')


def test_a_stop_that_no_row_gives_a_clinic_for_is_at_the_desk_with_a_warning_or_an_error_where_there_is_none() -> None:
    rest = with_stops('service = "internal" => [\n"help",\n"service"]').replace(RULES[WITHOUT_HELP:], "")
    line = rest.splitlines().index('"help",') + 1
    told = f'rules.toml:{line}: warning: journey row 1 (r1), column stops: no row gives a clinic for "help"'
    assert f'{told}: this stop is at "desk". Add a row for it.' in [str(one) for one in ruleset(rest).warnings]
    facility = FACILITY.replace('fallback = "desk"\nfallback_priority = "ordinary"\n', "")
    with pytest.raises(RulesInvalid) as refused:
        read_ruleset(rest, FILE, read_facility(facility, "facility.toml"))
    assert (line, Severity.ERROR, 'no row gives a clinic for "help".') in [
        (finding.line, finding.severity, finding.sentence) for finding in refused.value.findings
    ]


def test_stops_for_whoever_comes_that_leave_out_what_they_came_for_are_odd() -> None:
    told = [str(finding) for finding in ruleset(with_stops('insured = false => ["help"]')).warnings]
    assert told == [
        f"rules.toml:{START + 7}: warning: journey row 1 (r1), column stops: whatever the patient came for is none of "
        'the stops. Add "service", or ask for the services that it is for.'
    ]
    assert ruleset(with_stops('service = "internal" => ["help"]')).warnings == ()
