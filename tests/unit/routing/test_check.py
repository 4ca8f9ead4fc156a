import pytest

from queueflow.routing.read import read_facility, read_ruleset
from queueflow.routing.tables import Finding, RulesInvalid, Severity
from tests.unit.routing.example import FACILITY, FILE, RULES, findings_of, ruleset


def warnings_of(rules: str) -> list[str]:
    return [str(finding) for finding in ruleset(rules).warnings]


def errors_of(rules: str) -> list[str]:
    return [str(finding) for finding in findings_of(rules) if finding.severity is Severity.ERROR]


def test_rules_that_are_right_have_no_findings() -> None:
    assert warnings_of(RULES) == []


CATCH_ALL = """
[[clinic.row]]
name = "everyone"
if = { service = "-" }
then = { candidates = ["desk"] }
"""

NEVER = """
[[clinic.row]]
name = "never"
then = { candidates = ["desk"] }
"""


@pytest.mark.parametrize(
    "conditions", ["", "if = { }\n", 'if = { service = "-" }\n', 'if = { service = "-", age_years = "-" }\n']
)
def test_a_row_after_one_that_takes_everyone_can_never_count(conditions: str) -> None:
    everyone = CATCH_ALL.replace('if = { service = "-" }\n', conditions)
    line = RULES.count("\n") + everyone.count("\n") + 2
    assert warnings_of(RULES + everyone + NEVER) == [
        f"rules.toml:{line}: warning: clinic row 6 (never): can never count: row 5 (everyone) before it takes everyone "
        "whom it would take. Move it up, or take it out."
    ]
    assert warnings_of(RULES + everyone) == []


def never(before: str, after: str) -> bool:
    """Whether the second of two rows with these conditions is found to be unreachable."""
    rows = "".join(
        f'\n[[clinic.row]]\nname = "x{number}"\n{conditions}\nthen = {{ candidates = ["desk"] }}\n'
        for number, conditions in enumerate((before, after))
    )
    table = RULES.replace('inputs = ["service", ', 'inputs = ["sex", "flags", "service", ')
    return any("x1" in warning for warning in warnings_of(table + rows))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if = { age_years = '< 16' }", "if = { age_years = '< 6' }"),
        ("if = { age_years = ['< 6', '>= 75'] }", "if = { age_years = '80..90' }"),
        ("if = { age_years = 'known' }", "if = { age_years = '< 6', sex = 'male' }"),
        ("if = { sex = ['male', 'female'] }", "if = { sex = 'male' }"),
        ("if = { sex = 'not male' }", "if = { sex = 'female' }"),
        ("if = { sex = 'unknown' }", "if = { sex = 'unknown' }\nwhen = 'age_years > 3'"),
        ("if = { flags = ['pregnant', 'emergency'] }", "if = { flags = 'pregnant' }"),
        ("if = { flags = 'not pregnant' }", "if = { flags = 'not in [pregnant, emergency]' }"),
    ],
)
def test_a_row_after_a_wider_one_can_never_count(before: str, after: str) -> None:
    assert never(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("if = { age_years = '< 6' }", "if = { age_years = '< 16' }"),
        ("if = { age_years = ['< 6', '>= 75'] }", "if = { age_years = '70..90' }"),
        ("if = { age_years = 'known' }", ""),
        ("if = { age_years = '< 16', sex = 'male' }", "if = { age_years = '< 6' }"),
        ("if = { sex = ['male', 'female'] }", "if = { sex = 'known' }"),
        ("if = { sex = 'not male' }", "if = { sex = 'unknown' }"),
        ("if = { flags = 'pregnant' }", "if = { flags = ['pregnant', 'emergency'] }"),
        ("if = { flags = 'not pregnant' }", "if = { flags = 'emergency' }"),
        ("if = { flags = 'pregnant' }", "if = { flags = 'not emergency' }"),
        ("when = 'true'", ""),
        ("if = { age_years = '< 16' }\nwhen = 'true'", "if = { age_years = '< 6' }"),
    ],
)
def test_a_row_after_a_narrower_one_may_count(before: str, after: str) -> None:
    assert not never(before, after)


def test_a_ruleset_without_candidates_is_no_ruleset() -> None:
    only_priority = RULES[: RULES.index("[clinic]")]
    assert errors_of(only_priority) == [
        "rules.toml:7: error: priority, column outputs: no table gives candidates. "
        'One must have outputs = ["candidates", "balance"].'
    ]


def test_a_ruleset_without_a_priority_is_odd() -> None:
    only_clinic = "[answers]\nfever = ['yes']\n" + RULES[RULES.index("[clinic]") :]
    assert warnings_of(only_clinic) == [
        'rules.toml:3: warning: clinic, column outputs: no table gives a priority: everyone is in class "ordinary".'
    ]


def test_a_service_that_no_row_takes_goes_to_the_desk_with_a_warning() -> None:
    assert warnings_of(RULES.replace('service == "help" || service == "children"', "proven")) == []
    without = RULES[: RULES.index('[[clinic.row]]\nname = "by-hand"')]
    assert warnings_of(without) == [
        'rules.toml:22: warning: clinic, column service: no row can reach service "help": it goes to "desk". '
        "Add a row for it."
    ]


def test_a_service_that_no_row_takes_is_an_error_where_there_is_no_desk() -> None:
    text = FACILITY.replace('fallback = "desk"\nfallback_priority = "ordinary"\n', "")
    without = RULES[: RULES.index('[[clinic.row]]\nname = "by-hand"')]
    with pytest.raises(RulesInvalid) as refused:
        read_ruleset(without, FILE, read_facility(text, "facility.toml"))
    assert [(finding.severity, finding.column, finding.sentence) for finding in refused.value.findings] == [
        (Severity.ERROR, "service", 'no row can reach service "help".'),
        (Severity.WARNING, "candidates", 'no row reaches clinic "desk".'),
    ]


def test_candidates_that_do_not_give_the_rows_service_are_odd_but_for_the_desk() -> None:
    stranger = RULES.replace('candidates = ["internal-2"]', 'candidates = ["children", "internal-2", "desk"]')
    assert warnings_of(stranger) == []
    stranger = RULES.replace(
        'if = { service = "internal" }\nthen = { candidates = ["internal-1", "internal-2"] }',
        'if = { service = ["internal", "help"] }\nthen = { candidates = ["internal-1", "children", "desk"] }',
    )
    assert warnings_of(stranger) == [
        f'rules.toml:36: warning: clinic row 3 (internal), column candidates: clinic "{clinic}" does not give help. '
        "Take it out, or add the service to the clinic in facility.toml."
        for clinic in ("internal-1", "children")
    ]


def test_a_clinic_that_no_row_names_is_odd_but_for_the_desk() -> None:
    without = RULES.replace('["internal-1", "internal-2"]', '["internal-2"]').replace('["desk"]', '["children"]')
    assert warnings_of(without) == [
        'rules.toml:22: warning: clinic, column candidates: no row reaches clinic "internal-1".'
    ]


def test_errors_come_with_the_warnings_in_the_files_order() -> None:
    text = FACILITY.replace('fallback = "desk"\nfallback_priority = "ordinary"\n', "")
    both = RULES[: RULES.index('[[clinic.row]]\nname = "by-hand"')] + '[[clinic.row]]\nname = "again"\n'
    both += 'if = { service = "internal" }\nthen = { candidates = ["desk"] }\n'
    with pytest.raises(RulesInvalid) as refused:
        read_ruleset(both, FILE, read_facility(text, "facility.toml"))
    findings = refused.value.findings
    assert {finding.severity for finding in findings} == set(Severity)
    assert [finding.line for finding in findings] == sorted(finding.line for finding in findings)


def test_a_finding_is_told_in_one_line() -> None:
    assert str(Finding(file="f", line=3, sentence="wrong.")) == "f:3: error: wrong."
    whole = Finding(
        file="f", line=3, row="r", column="c", sentence="wrong.", mend="Mend it.", severity=Severity.WARNING
    )
    assert str(whole) == "f:3: warning: r, column c: wrong. Mend it."
    assert str(RulesInvalid((whole, whole))) == f"{whole}\n{whole}"
