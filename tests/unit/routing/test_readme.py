"""Every example of routing_rules/README.md is run."""

import re
import tomllib
from datetime import datetime
from pathlib import Path
from typing import cast

import msgspec
import pytest

from queueflow.model.facility import ClinicPolicy, Facility
from queueflow.routing.columns import Column, Kind, Value, columns_of, minutes
from queueflow.routing.conditions import Language, Rows
from queueflow.routing.decide import matches
from queueflow.routing.read import read_facility, read_ruleset
from queueflow.routing.tables import Ruleset, RulesInvalid
from queueflow.routing.unary import holds, read_cell
from tests.unit.routing.example import FILE
from tests.unit.routing.test_shipped import Patients, stops_of

README = (Path(__file__).parents[3] / "routing_rules" / "README.md").read_text("utf-8")
BLOCK = re.compile(r"```toml (\w+)\n([\s\S]*?)```\n((?:\n?    .*\n)*)")
BLOCKS = [(kind, text, told) for kind, text, told in BLOCK.findall(README)]


def blocks(kind: str) -> list[str]:
    return [text for of, text, _ in BLOCKS if of == kind]


FACILITY = read_facility(blocks("facility")[0], "facility.toml")
RULES, FEEDING = blocks("rules")


def test_the_readme_shows_every_kind_of_example() -> None:
    kinds = [kind for kind, _, _ in BLOCKS]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "facility": 1,
        "schedules": 1,
        "rules": 2,
        "row": 2,
        "journey": 1,
        "mistake": 4,
        "patients": 1,
        "patients_with_stops": 1,
    }


def test_the_schedule_of_the_readme_is_right_and_its_times_are_those_that_hold_where_none_are_said() -> None:
    (schedule,) = read_facility(blocks("facility")[0] + blocks("schedules")[0], "facility.toml").schedules
    assert (schedule.places, schedule.overbook, schedule.practitioner) == (2, 1, "dr-lan")
    said = dict(re.findall(r"`(early_s|late_s|release_s) = (\d+)`", README))
    usual = ClinicPolicy()
    assert said == {name: f"{getattr(usual, name):.0f}" for name in ("early_s", "late_s", "release_s")}
    assert f'`late = "{usual.late.at}"`' in README


@pytest.mark.parametrize("rules", [RULES, FEEDING])
def test_the_rules_of_the_readme_are_right(rules: str) -> None:
    assert read_ruleset(rules, FILE, FACILITY).warnings == ()


MORE_SERVICES = "payment", "blood-test", "x-ray", "check-up", "operation"
"""What the journeys' example takes for granted: these services, each with a clinic, a room and a row."""
MORE = "".join(
    f'''
[[services]]
id = "{service}"
name = {{ vi = "{service}", en = "{service}" }}
[[clinics]]
id = "{service}"
name = {{ vi = "{service}", en = "{service}" }}
services = ["{service}"]
series = "D"
[[rooms]]
id = "{service}"
name = {{ vi = "{service}", en = "{service}" }}
clinics = ["{service}"]
'''
    for service in MORE_SERVICES
)
MORE_ROWS = "".join(
    f'''
[[clinic.row]]
name = "{service}"
if = {{ service = "{service}" }}
then = {{ candidates = ["{service}"] }}
'''
    for service in MORE_SERVICES
)


def with_journeys() -> tuple[Facility, Ruleset]:
    facility = read_facility(blocks("facility")[0] + MORE, "facility.toml")
    asking = RULES.replace('fever = ["yes", "no"]', 'fever = ["yes", "no"]\ninsured = "true or false"')
    return facility, read_ruleset(asking + MORE_ROWS + blocks("journey")[0], FILE, facility)


def test_the_journeys_of_the_readme_are_right_and_its_patients_have_the_stops_that_it_says() -> None:
    facility, ruleset = with_journeys()
    assert ruleset.warnings == ()
    known = msgspec.toml.decode(blocks("patients_with_stops")[0], type=Patients)
    for patient in known.patient:
        facts = patient.facts(known.at, facility)
        assert {table.name: row.name for table, row in matches(ruleset, facts)} == patient.expect
        assert stops_of(ruleset, facts) == patient.stops


@pytest.mark.parametrize("row", blocks("row"))
def test_a_row_of_the_readme_can_be_put_on_top(row: str) -> None:
    at = RULES.index("[[clinic.row]]")
    read_ruleset(RULES[:at] + row + "\n" + RULES[at:], FILE, FACILITY)


@pytest.mark.parametrize(("row", "told"), [(text, told) for kind, text, told in BLOCKS if kind == "mistake"])
def test_a_mistake_of_the_readme_is_told_as_it_says(row: str, told: str) -> None:
    try:
        findings = read_ruleset(RULES + "\n" + row, FILE, FACILITY).warnings
    except RulesInvalid as wrong:
        findings = wrong.findings
    assert [str(finding) for finding in findings] == [line.strip() for line in told.splitlines() if line.strip()]


def test_the_made_up_patients_of_the_readme_meet_their_rows() -> None:
    known = msgspec.toml.decode(blocks("patients")[0], type=Patients)
    ruleset = read_ruleset(RULES, FILE, FACILITY)
    assert isinstance(known.at, datetime)
    for patient in known.patient:
        rows = matches(ruleset, patient.facts(known.at, FACILITY))
        assert {table.name: row.name for table, row in rows} == patient.expect


FORMS = re.findall(r"^\| `(.+?)` \| (\w+) \| ([^|]+) \|([^|]*)\|$", README, re.MULTILINE)
COLUMNS = {column.name: column for column in columns_of(FACILITY)}


def _value(text: str, column: Column) -> Value | None:
    if text == "unknown":
        return None
    match column.kind:
        case Kind.NUMBER:
            return int(text)
        case Kind.TIME:
            return minutes(text)
        case Kind.TRUTH:
            return text == "true"
        case Kind.WORDS:
            return text.split(" + ")
        case Kind.WORD:
            return text


@pytest.mark.parametrize(("written", "name", "yes", "no"), FORMS)
def test_a_form_holds_for_what_the_readme_says(written: str, name: str, yes: str, no: str) -> None:
    column = COLUMNS[name]
    test = read_cell(cast("object", tomllib.loads(f"cell = {written}")["cell"]), column)
    language = Language([column])
    rows = Rows(language, [language.condition([(column, test)], "")])
    for text, expected in ((yes, True), (no, False)):
        if not text.strip():
            continue
        value = _value(text.strip(), column)
        assert holds(test, value) is expected
        assert (rows.first(({} if value is None else {name: value},)) == 0) is expected


def test_the_readme_tells_every_form_and_every_column() -> None:
    assert len(FORMS) >= 20
    section = README[README.index("### What there is to ask about") : README.index("### When the short forms")]
    told = re.findall(r"^\| `([a-z_]+)` \| (.+) \|$", section, re.MULTILINE)
    assert {name for name, _ in told} == {*COLUMNS, "priority"}
    for name, values in told:
        words = COLUMNS[name].words if name in COLUMNS else None
        if words and name not in ("service", "language"):
            assert values.split(": ")[-1].split(", ") == list(words)
