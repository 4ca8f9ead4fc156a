from pathlib import Path

import pytest

from queueflow.model.facility import Facility
from queueflow.model.priority import Balance, ServingOrder
from queueflow.routing.columns import FLAGS
from queueflow.routing.read import read_facility, read_ruleset
from queueflow.routing.tables import Ruleset
from queueflow.routing.unary import OneOf

RULES = Path(__file__).parents[3] / "routing_rules"
FACILITIES = sorted(path.parent for path in RULES.glob("*/facility.toml"))


def shipped(folder: Path) -> tuple[Facility, Ruleset]:
    facility = read_facility((folder / "facility.toml").read_text("utf-8"), "facility.toml")
    return facility, read_ruleset((folder / "rules.toml").read_text("utf-8"), "rules.toml", facility)


@pytest.fixture(scope="module")
def general() -> tuple[Facility, Ruleset]:
    return shipped(RULES / "lang-son-general")


@pytest.mark.parametrize("folder", FACILITIES, ids=lambda folder: folder.name)
def test_a_shipped_facility_is_read_without_a_warning_and_is_called_as_its_folder(folder: Path) -> None:
    facility, ruleset = shipped(folder)
    assert not ruleset.warnings
    assert facility.id == folder.name


def test_the_general_hospital_is_as_large_as_one(general: tuple[Facility, Ruleset]) -> None:
    facility, _ = general
    assert len(facility.clinics) >= 12
    assert len(facility.rooms) >= 25
    assert len(facility.services) >= 20


def test_the_general_hospital_uses_every_order_and_every_balance(general: tuple[Facility, Ruleset]) -> None:
    facility, ruleset = general
    assert {clinic.policy.order for clinic in facility.clinics} == set(ServingOrder)
    assert {row.outcome.balance for table in ruleset.tables for row in table.rows} - {None} == set(Balance)


def test_the_general_hospital_has_rooms_that_serve_several_clinics(general: tuple[Facility, Ruleset]) -> None:
    facility, _ = general
    assert any(len(room.clinics) > 1 for room in facility.rooms)


def test_the_general_hospital_knows_the_seven_groups_of_the_law(general: tuple[Facility, Ruleset]) -> None:
    _, ruleset = general
    tests = [cell.test for table in ruleset.tables for row in table.rows for cell in row.cells]
    assert {word for test in tests if isinstance(test, OneOf) for word in test.words} >= set(FLAGS)
    assert len(FLAGS) == 7
