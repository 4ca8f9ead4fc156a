"""Whom a card, a number or a name names, and where a check-in may go; no store is asked."""

import unicodedata
from pathlib import Path

import msgspec
import pytest

from queueflow.model.commands import CheckIn
from queueflow.model.errors import Invalid, UnknownService, Unroutable
from queueflow.model.patient import PartialDate, Sex
from queueflow.operations import rulesets
from queueflow.operations.check_in import Arrival, Attendant, SaidOfPatient, ShownIdentity, command_of, identify
from queueflow.operations.rulesets import InForce
from queueflow.store.vault import Vault

HOSPITALS = Path(__file__).parents[2] / "web" / "hospitals"
OTHER, SMALL = (
    InForce(rulesets.checked(text), version) for version, text in enumerate(rulesets.read_texts(HOSPITALS), 3)
)
NOW_MS = 1_795_570_000_000
VAULT = Vault(b"k" * 32)
NFD_NAME = unicodedata.normalize("NFD", "Nguyễn Thị Bình")


def arrival(scheme: str, value: str, **said: object) -> Arrival:
    return Arrival(ShownIdentity(scheme, value), patient=SaidOfPatient(**said))  # type: ignore[arg-type]


def key_of(scheme: str, value: str, **said: object) -> str | None:
    return identify(arrival(scheme, value, **said), SMALL.rules.facility, NOW_MS).key


def asked_of_engine(given: Arrival, in_force: InForce = SMALL, now_ms: int = NOW_MS) -> CheckIn:
    return command_of(given, Attendant("kiosk-1", now_ms, "0123456789abc"), in_force, VAULT)


@pytest.mark.parametrize(
    ("value", "same"),
    [
        ("Nguyễn Thị Bình", "nguyễn thị bình"),
        ("Nguyễn Thị Bình", NFD_NAME),
        ("Nguyễn Thị Bình", " NGUYỄN \u00a0 THỊ  BÌNH "),
        ("Groß", "GROSS"),
    ],
)
def test_one_name_however_it_is_typed_is_one_person(value: str, same: str) -> None:
    assert key_of("name", value, birth_date="1985-09-02") == key_of("name", same, birth_date="1985-09-02")


def test_names_that_differ_in_a_mark_or_a_birth_date_are_two_people() -> None:
    keys = {
        key_of("name", "Nguyễn Thị Bình", birth_date="1985-09-02"),
        key_of("name", "Nguyễn Thị Binh", birth_date="1985-09-02"),
        key_of("name", "Nguyễn Thị Bình", birth_date="1985-09"),
        key_of("name", "Nguyễn Thị Bình", birth_date="1985"),
    }
    assert len(keys) == 4


def test_no_two_schemes_share_a_key() -> None:
    assert key_of("mrn", "020185000002") != key_of("cccd-qr", "020185000002")
    assert key_of("cccd-qr", "020185000002") == key_of("bhyt", "020185000002")


@pytest.mark.parametrize("value", ["A", "lsg-1", "2026/00123", "a.b-c", "9" * 32])
def test_a_record_number_is_taken_in_capitals(value: str) -> None:
    assert key_of("mrn", f" {value} ") == f"mrn:{value.upper()}"


@pytest.mark.parametrize("value", ["", " ", "-1", "1-", "a b", "a|b", "9" * 33, "é", "1\n2", "ａ"])
def test_what_is_no_record_number_is_refused(value: str) -> None:
    with pytest.raises(Invalid) as refused:
        key_of("mrn", value)
    assert refused.value.field == "identity.value"


def test_what_the_document_says_counts_before_what_is_said() -> None:
    card = "020185000002||Nguyễn Thị Bình|02091985|Nữ|Lạng Sơn|01072022"
    given = arrival("cccd-qr", card, name="Ai Đó", birth_date="2020", sex=Sex.MALE, phone="+84 91 234 567")
    command = asked_of_engine(given)
    patient = VAULT.open(command.facility, command.nonce, command.sealed)
    assert (patient.name, patient.birth_date, patient.sex) == ("Nguyễn Thị Bình", "1985-09-02", Sex.FEMALE)
    assert patient.phone == "+84 91 234 567"
    assert command.last3 == "002"


def test_a_date_that_was_said_is_looked_at_even_where_the_document_counts() -> None:
    card = "020185000002||Nguyễn Thị Bình|02091985|Nữ|Lạng Sơn|01072022"
    with pytest.raises(Invalid) as refused:
        asked_of_engine(arrival("cccd-qr", card, birth_date="1985-13"))
    assert refused.value.field == "patient.birth_date"


def test_the_command_carries_the_groups_that_are_proven_and_no_name_in_clear() -> None:
    command = asked_of_engine(
        msgspec.structs.replace(arrival("name", "Cụ Già", birth_date="1940"), service="internal-medicine")
    )
    assert command.flags == ("elderly-75",)
    assert command.priority == "priority"
    assert command.decision.ruleset == SMALL.version
    text = msgspec.json.encode(command).decode()
    assert "Già" not in text
    assert "1940" not in text


def test_the_day_is_the_facilitys_own() -> None:
    """17:30 UTC is half past midnight in Vietnam."""
    late = 1_795_541_400_000
    assert asked_of_engine(arrival("mrn", "1"), now_ms=late).day == "20261125"


def test_an_unknown_service_is_unknown_and_one_that_no_row_takes_goes_to_the_desk_or_nowhere() -> None:
    with pytest.raises(UnknownService) as unknown:
        asked_of_engine(msgspec.structs.replace(arrival("mrn", "1"), service="astrology"))
    assert unknown.value.fields == {"field": "service"}
    surgery = msgspec.structs.replace(arrival("mrn", "1"), service="surgery")
    command = asked_of_engine(surgery)
    assert (command.candidates, command.decision.rule) == (("desk",), "fallback")
    with pytest.raises(Unroutable):
        asked_of_engine(surgery, OTHER)


def test_a_partial_birth_date_stays_partial() -> None:
    found = identify(arrival("name", "Cụ Già", birth_date="1940-05"), SMALL.rules.facility, NOW_MS)
    assert found.birth_date == PartialDate(1940, 5)
    assert not found.proven


def with_answers(service: str | None, **answers: bool) -> CheckIn:
    return asked_of_engine(msgspec.structs.replace(arrival("mrn", "1"), service=service, answers=answers))


def test_the_rules_first_stop_is_the_commands_own_and_the_others_follow_it() -> None:
    command = with_answers("hiv-care", insured=False)
    assert [(command.service, command.group, command.waits_for)] == [("information", 1, ())]
    assert [(one.service, one.candidates, one.group, one.waits_for) for one in command.next] == [
        ("hiv-care", ("hiv-clinic",), 1, ()),
        ("surgery", ("desk",), None, ("payment",)),
    ]
    assert command.came_for == "hiv-care"
    reason = "journey row 1 (both-and-then-advice) matched because service is hiv-care and insured is false"
    assert command.decision.reasons == (reason,)
    assert command.next[0].decision.rule == "clinic.hiv"
    assert command.next[0].decision.reasons == (reason, "clinic row 2 (hiv) matched because service is hiv-care")


def test_whom_no_row_gives_stops_has_the_one_that_they_came_for() -> None:
    command = with_answers("hiv-care")
    assert (command.service, command.next, command.came_for) == ("hiv-care", (), "hiv-care")
    assert command.decision.reasons == ("clinic row 2 (hiv) matched because service is hiv-care",)


def test_a_service_that_would_come_twice_comes_once() -> None:
    command = with_answers("information", insured=False)
    assert (command.service, command.next, command.came_for) == ("information", (), "information")


def test_who_names_no_service_comes_for_what_the_chosen_clinic_gives_first() -> None:
    command = with_answers(None, insured=False)
    assert (command.service, command.next, command.came_for) == ("information", (), "information")


def test_a_stop_that_cannot_be_reached_refuses_the_whole_check_in() -> None:
    texts = OTHER.rules.text
    rules = texts.rules + '[journey]\noutputs = ["stops"]\n[[journey.row]]\nname = "all"\n'
    rules += 'then = { stops = ["service", "surgery"] }\n'
    facility = InForce(rulesets.checked(msgspec.structs.replace(texts, rules=rules)), 1)
    somebody = msgspec.structs.replace(arrival("mrn", "1"), service="internal-medicine")
    with pytest.raises(Unroutable):
        asked_of_engine(somebody, facility)
    grown_up = msgspec.structs.replace(somebody, patient=SaidOfPatient(birth_date="1985-09-02"))
    assert [one.service for one in asked_of_engine(grown_up, facility).next] == ["surgery"]
