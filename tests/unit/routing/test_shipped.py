import itertools
import re
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from queueflow.model.days import zone
from queueflow.model.facility import Facility
from queueflow.model.patient import Identity, Patient, Sex, partial_date
from queueflow.model.priority import Balance, ServingOrder
from queueflow.routing.columns import FLAGS
from queueflow.routing.decide import decide, journey, matches
from queueflow.routing.facts import Answer, Facts
from queueflow.routing.read import read_facility, read_ruleset
from queueflow.routing.tables import Ruleset
from queueflow.routing.unary import OneOf

RULES = Path(__file__).parents[3] / "routing_rules"
FACILITIES = sorted(path.parent for path in RULES.glob("*/facility.toml"))


DISPLAYS = RULES.parent / "displays"


class MadeUp(msgspec.Struct, forbid_unknown_fields=True):
    """One patient of a patients.toml. `stops`: their services in order, in a list those that may come in any order."""

    about: str
    expect: dict[str, str]
    at: datetime | None = None
    service: str | None = None
    birth_date: str | None = None
    sex: Sex | None = None
    insurance: str | None = None
    flags: tuple[str, ...] = ()
    answers: dict[str, Answer] = {}
    stops: tuple[str | tuple[str, ...], ...] = ()

    def facts(self, at: datetime, facility: Facility) -> Facts:
        moment = (self.at or at).replace(tzinfo=zone(facility.time_zone))
        born = partial_date(self.birth_date, "birth_date") if self.birth_date else None
        card = Identity("cccd-qr", None, birth_date=born, sex=self.sex, insurance=self.insurance, proven=True)
        now_ms = int(moment.timestamp() * 1000)
        return Facts.of(card, Patient(), self.service, self.answers, self.flags, "vi", now_ms, facility)


def stops_of(ruleset: Ruleset, facts: Facts) -> tuple[str | tuple[str, ...], ...]:
    """The services of somebody's stops, as a patients.toml writes them; none where it is what they came for alone."""
    given = journey(ruleset, facts)
    stops: list[str | tuple[str, ...]] = []
    for group, members in itertools.groupby(given.stops if given else (), lambda stop: stop.group):
        services = tuple(stop.service or str(facts.service) for stop in members)
        stops += services if group is None else [services]
    return () if stops == [facts.service] else tuple(stops)


class Patients(msgspec.Struct, forbid_unknown_fields=True):
    at: datetime
    patient: tuple[MadeUp, ...]


def patients(folder: Path) -> Patients:
    return msgspec.toml.decode((folder / "patients.toml").read_text("utf-8"), type=Patients)


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


EVERYONE = [(folder, patient) for folder in FACILITIES for patient in patients(folder).patient]


@pytest.mark.parametrize(
    ("folder", "patient"), EVERYONE, ids=[f"{folder.name}: {patient.about}" for folder, patient in EVERYONE]
)
def test_a_made_up_patient_meets_the_rows_that_are_expected(folder: Path, patient: MadeUp) -> None:
    facility, ruleset = shipped(folder)
    facts = patient.facts(patients(folder).at, facility)
    assert {table.name: row.name for table, row in matches(ruleset, facts)} == patient.expect
    assert stops_of(ruleset, facts) == patient.stops


@pytest.mark.parametrize("folder", FACILITIES, ids=lambda folder: folder.name)
def test_every_row_has_a_made_up_patient(folder: Path) -> None:
    _, ruleset = shipped(folder)
    expected = {row for patient in patients(folder).patient for row in patient.expect.items()}
    assert expected == {(table.name, row.name) for table in ruleset.tables for row in table.rows}


@pytest.mark.parametrize("folder", FACILITIES, ids=lambda folder: folder.name)
def test_a_patient_of_whom_nothing_is_known_but_a_service_of_the_kiosk_is_sent_to_a_clinic(folder: Path) -> None:
    facility, ruleset = shipped(folder)
    at = patients(folder).at
    for service in facility.services:
        choice = decide(ruleset, MadeUp("", {}, service=service.id).facts(at, facility))
        assert choice is not None
        assert choice.priority in {priority.id for priority in facility.priorities}


@pytest.mark.parametrize("folder", FACILITIES, ids=lambda folder: folder.name)
def test_every_text_is_there_in_every_language(folder: Path) -> None:
    facility, _ = shipped(folder)
    parts = (*facility.services, *facility.clinics, *facility.rooms, *facility.priorities)
    texts = [facility.name, *(part.name for part in parts)]
    places = [part.location for part in (*facility.clinics, *facility.rooms)]
    texts += [place for place in (*places, *(clinic.public_name for clinic in facility.clinics)) if place]
    assert all(set(text) == set(facility.languages) for text in texts)


@pytest.mark.parametrize("folder", FACILITIES, ids=lambda folder: folder.name)
def test_every_icon_is_one_that_the_screens_can_draw(folder: Path) -> None:
    facility, _ = shipped(folder)
    drawn = re.findall(r"^  (\w+): \[", (DISPLAYS / "shared" / "icons.js").read_text("utf-8"), re.MULTILINE)
    assert {service.icon for service in facility.services} <= set(drawn)


def test_the_wall_does_not_say_what_a_sensitive_clinic_is_for(general: tuple[Facility, Ruleset]) -> None:
    facility, _ = general
    for clinic in ("mental-health", "infectious-disease", "dermatology"):
        found = facility.clinic(clinic)
        assert found is not None
        assert set(found.public_name) == {"vi", "en"}
        assert found.public_name["vi"].startswith("Phòng khám chuyên khoa")


def test_the_general_hospitals_page_says_what_its_files_say(general: tuple[Facility, Ruleset]) -> None:
    facility, _ = general
    page = (RULES / "lang-son-general" / "README.md").read_text("utf-8")
    counts = f"{len(facility.clinics)} clinics, {len(facility.rooms)} rooms, {len(facility.services)} services"
    assert counts in page
    told = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ") and "`" in line]
    assert told == [
        [
            clinic.name["vi"],
            f"`{clinic.id}`",
            clinic.series,
            clinic.location["vi"],
            clinic.policy.order,
            ", ".join(room.name["vi"] for room in facility.rooms_of(clinic.id)),
        ]
        for clinic in facility.clinics
    ]
