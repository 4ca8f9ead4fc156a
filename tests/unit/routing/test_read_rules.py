from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueflow.model.priority import Balance
from queueflow.routing.columns import Kind
from queueflow.routing.tables import HitPolicy, Outcome, Severity
from tests.unit.routing.example import RULES, findings_of, ruleset


def test_rules_are_read_as_they_are_written() -> None:
    read = ruleset()
    priority, clinic = read.tables
    assert [column.name for column in clinic.inputs] == ["service", "age_years", "answers.fever"]
    assert (clinic.name, clinic.outputs, clinic.line) == ("clinic", ("candidates", "balance"), 22)
    assert clinic.hit_policy is HitPolicy.FIRST
    assert [row.name for row in priority.rows] == ["emergency", "elderly"]
    elderly = priority.rows[1]
    assert (elderly.number, elderly.line, elderly.note) == (2, 16, "Từ đủ 75 tuổi")
    assert [(cell.column.name, cell.line) for cell in elderly.cells] == [("age_years", 18)]
    assert elderly.outcome.priority == "priority"
    assert clinic.rows[2].outcome == Outcome(candidates=clinic.rows[2].outcome.candidates, balance=None)
    assert clinic.rows[0].outcome.balance is Balance.FIRST
    by_hand = clinic.rows[3]
    assert (by_hand.when, by_hand.when_line) == ('service == "help" || service == "children"', 43)
    assert {column.name: column.kind for column in read.answers} == {
        "answers.fever": Kind.WORD,
        "answers.weeks": Kind.NUMBER,
        "answers.since": Kind.TIME,
        "answers.alone": Kind.TRUTH,
    }
    assert read.last_priority == "ordinary"
    assert read.warnings == ()


def test_conditions_may_be_spread_over_lines() -> None:
    spread = RULES.replace(
        'if = { service = "internal", answers.fever = "yes" }', 'if.service = "internal"\nif.answers.fever = "yes"'
    )
    cells = ruleset(spread).tables[1].rows[1].cells
    assert [(cell.column.name, cell.line) for cell in cells] == [("service", 33), ("answers.fever", 34)]


MISTAKES = (Path(__file__).parent / "mistakes.txt").read_text("utf-8").removesuffix("\n").split("\n\n")
"""Blocks of what is taken out of the rules (-), what is put there instead (+), and what is told of it (!)."""


def _lines(block: str, mark: str) -> list[str]:
    return [line[2:] for line in block.split("\n") if line.startswith(mark)]


@pytest.mark.parametrize("block", MISTAKES)
def test_a_mistake_is_told_with_its_line_its_row_its_column_and_what_was_expected(block: str) -> None:
    taken, put, told = (_lines(block, mark) for mark in "-+!")
    text = RULES.replace("\n".join(taken) + ("" if put else "\n"), "\n".join(put), 1)
    assert text != RULES
    assert told
    assert [str(finding) for finding in findings_of(text)] == told


def test_a_file_without_a_table_is_told_so() -> None:
    (finding,) = findings_of("")
    assert str(finding) == (
        "rules.toml:1: error: there is no table. A table begins with [name], and its rows with [[name.row]]."
    )


def test_rows_are_a_list_of_tables() -> None:
    findings = findings_of('[clinic]\noutputs = ["candidates"]\nrow = 3')
    assert [str(finding) for finding in findings] == [
        "rules.toml:3: error: clinic, column row: expected a list of tables, each begun with [[clinic.row]]."
    ]


def test_a_condition_that_is_too_deep_together_with_its_row_is_told_at_the_row() -> None:
    deep = "(" * 40 + "true" + ")" * 40
    findings = findings_of(RULES.replace('service == "help" || service == "children"', deep))
    assert [str(finding) for finding in findings] == [
        "rules.toml:43: error: clinic row 4 (by-hand), column when: nests too deeply: at most 32 levels."
    ]


@pytest.mark.parametrize("depth", range(20, 36))
def test_a_condition_of_any_depth_is_read_or_refused(depth: int) -> None:
    deep = "(" * depth + "true" + ")" * depth
    findings = findings_of(RULES.replace('service == "help" || service == "children"', deep))
    assert all(finding.column == "when" for finding in findings)


@given(st.integers(0, len(RULES)), st.integers(0, 40), st.text(max_size=3))
def test_a_file_that_was_damaged_anywhere_is_read_or_refused(at: int, lost: int, put: str) -> None:
    text = RULES[:at] + put + RULES[at + lost :]
    lines = text.count("\n") + 1
    findings = findings_of(text)
    assert all(1 <= finding.line <= lines for finding in findings)
    assert all(finding.severity in Severity for finding in findings)
