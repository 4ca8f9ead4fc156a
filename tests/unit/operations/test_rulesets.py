"""From a folder of facilities to checked rules, and from those to what the engine is told."""

import shutil
from pathlib import Path

import pytest

from queueflow.operations import rulesets
from queueflow.routing.tables import RulesInvalid

HOSPITALS = Path(__file__).parents[2] / "web" / "hospitals"


def test_every_folder_with_a_facility_is_read_in_the_order_of_its_name() -> None:
    assert [rulesets.checked(text).facility.id for text in rulesets.read_texts(HOSPITALS)] == ["other", "small"]


def test_a_facility_without_rules_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    shutil.copytree(HOSPITALS / "small", tmp_path / "small")
    (tmp_path / "small" / "rules.toml").unlink()
    with pytest.raises(FileNotFoundError, match=r"rules\.toml"):
        rulesets.read_texts(tmp_path)


def test_a_mistake_is_told_with_the_folder_it_is_in(tmp_path: Path) -> None:
    shutil.copytree(HOSPITALS / "small", tmp_path / "small")
    file = tmp_path / "small" / "facility.toml"
    file.write_text(file.read_text().replace('series = "A"', 'series = "I"'))
    with pytest.raises(RulesInvalid) as invalid:
        rulesets.checked(rulesets.read_texts(tmp_path)[0])
    assert str(file) in str(invalid.value)


def test_any_change_of_a_text_is_another_digest(tmp_path: Path) -> None:
    shutil.copytree(HOSPITALS / "small", tmp_path / "small")
    before = rulesets.checked(rulesets.read_texts(tmp_path)[0]).digest
    assert rulesets.checked(rulesets.read_texts(tmp_path)[0]).digest == before
    with (tmp_path / "small" / "rules.toml").open("a") as rules:
        rules.write("\n# a remark\n")
    assert rulesets.checked(rulesets.read_texts(tmp_path)[0]).digest != before


def test_the_engine_is_told_every_clinic_room_and_class_and_keeps_the_texts() -> None:
    rules = rulesets.checked(rulesets.read_texts(HOSPITALS)[1])
    command = rulesets.command_of(rules, now_ms=1_795_570_000_000, actor="server")
    assert command.day == "20261125"
    assert [clinic.id for clinic in command.clinics] == ["internal-1", "hiv-clinic", "desk"]
    assert [(room.id, room.places) for room in command.rooms] == [("room-1", 1), ("room-2", 1), ("room-9", 3)]
    assert [one.id for one in command.priorities] == ["priority", "appointment", "ordinary"]
    assert command.digest == rules.digest
    assert command.sources == {"facility.toml": rules.text.facility, "rules.toml": rules.text.rules}
