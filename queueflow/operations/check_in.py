"""Check-in, whoever asks for it: what was shown and said becomes a decision and one call of the engine.

Lives here: Arrival, and the way from it to a ticket.
May import: model, formats, routing, store, operations.choosing, operations.rulesets.
Never: ask the clock or the dice, or let a name go further than into the vault.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec

from queueflow.formats import bhyt, cccd
from queueflow.model.commands import CheckIn, Once, Order, TicketResult
from queueflow.model.days import local_time, service_day
from queueflow.model.errors import Invalid, UnknownClinic, UnknownService, Unroutable
from queueflow.model.facility import Facility
from queueflow.model.ids import ServiceId, is_appointment_id, is_code
from queueflow.model.patient import Identity, PartialDate, Patient, Sex, clean_name, partial_date
from queueflow.model.priority import Balance
from queueflow.model.ticket import Decision
from queueflow.operations.choosing import Way, way
from queueflow.operations.rulesets import InForce
from queueflow.routing.columns import ANSWER, Column, Kind
from queueflow.routing.facts import Facts
from queueflow.store.calls import Engine
from queueflow.store.vault import Vault

_MRN: Final = re.compile(r"[0-9A-Z](?:[0-9A-Z./-]{0,30}[0-9A-Z])?")
_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_PHONE: Final = re.compile(r"\+?[0-9](?:[0-9 ().-]{4,18})[0-9]")
_LAST: Final = 3

Text = Annotated[str, msgspec.Meta(max_length=200)]
Answer = Text | int | bool


class ShownIdentity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was scanned or typed, as it came; a `name` needs the birth date beside it."""

    scheme: Literal["cccd-qr", "bhyt", "mrn", "name"]
    value: Annotated[str, msgspec.Meta(max_length=4096)]


class SaidOfPatient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the patient adds; where a document says otherwise, the document counts."""

    name: Annotated[str, msgspec.Meta(max_length=400)] | None = None
    birth_date: Annotated[str, msgspec.Meta(max_length=10)] | None = None
    sex: Sex | None = None
    phone: Annotated[str, msgspec.Meta(max_length=20)] | None = None


class Arrival(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody stands at the door: the check-in of the HTTP contract, field by field.

    `flags`: what the patient says of themselves (`pregnant`), as slugs. `answers`: to the rules' own questions.
    `appointment`: the id or the code of the one they come for; without it today's is found by who they are.
    """

    identity: ShownIdentity
    service: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    patient: SaidOfPatient = SaidOfPatient()
    answers: Annotated[dict[Annotated[str, msgspec.Meta(max_length=40)], Answer], msgspec.Meta(max_length=32)] = {}
    flags: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=40)], ...], msgspec.Meta(max_length=16)] = ()
    language: Annotated[str, msgspec.Meta(max_length=12)] | None = None
    appointment: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class Attendant(msgspec.Struct, frozen=True):
    """Under whose name, when and with what chance a check-in is made: what comes from outside of it.

    `actor`: the credential's id. `now_ms`: Unix ms. `nonce`: 13 characters of base 32 for a new visit's id.
    """

    actor: str
    now_ms: int
    nonce: str
    once: Once | None = None


async def check_in(arrival: Arrival, by: Attendant, *, in_force: InForce, engine: Engine, vault: Vault) -> TicketResult:
    """Give whoever arrives a ticket, or the one they hold. One call of the engine, made last.

    Raises what command_of raises, IdempotencyKeyReused, StoreUnavailable.
    """
    command = command_of(arrival, by, in_force, vault)
    try:
        return await engine.check_in(command)
    except UnknownClinic:
        if command.candidates:
            raise
        raise Unroutable from None


def command_of(arrival: Arrival, by: Attendant, in_force: InForce, vault: Vault) -> CheckIn:
    """What the engine is asked for them. Raises Invalid (with the field), UnknownService, Unroutable.

    Whom no rule sends anywhere may have booked, which only the engine knows: then they are sent to it without a
    candidate, where the facility has anything that can be booked.
    """
    facility = in_force.rules.facility
    language = language_of(arrival.language, facility)
    service = _service(arrival, facility)
    identity = identify(arrival, facility, by.now_ms)
    patient = patient_of(identity, arrival.patient)
    answers = _answers(arrival.answers, in_force.rules.ruleset.answers)
    facts = Facts.of(identity, patient, service, answers, arrival.flags, language, by.now_ms, facility)
    try:
        stops = way(in_force, facts)
    except Unroutable:
        if not facility.schedules:
            raise
        stops = _nowhere(in_force, service)
    first, *rest = stops.orders
    return CheckIn(
        facility=facility.id,
        now_ms=by.now_ms,
        day=service_day(by.now_ms, facility.time_zone),
        actor=by.actor,
        once=by.once,
        nonce=by.nonce,
        service=first.service,
        candidates=first.candidates,
        priority=first.priority,
        balance=first.balance,
        decision=first.decision,
        group=first.group,
        waits_for=first.waits_for,
        next=tuple(rest),
        came_for=stops.came_for,
        language=language,
        sealed=vault.seal(facility.id, by.nonce, patient),
        person=None if identity.key is None else vault.person_ref(facility.id, identity.key),
        last3=identity.last3,
        flags=facts.flags,
        appointment=_appointment(arrival),
        any_service=service is None,
    )


def _nowhere(in_force: InForce, service: ServiceId | None) -> Way:
    facility = in_force.rules.facility
    alone = Order(
        service=service or facility.services[0].id,
        candidates=(),
        priority=facility.priorities[-1].id,
        balance=Balance.FIRST,
        decision=Decision(in_force.version, ""),
    )
    return Way((alone,), alone.service)


def identify(arrival: Arrival, facility: Facility, now_ms: int) -> Identity:
    """Whom the card, number or name names; raises Invalid with the field."""
    shown = arrival.identity
    match shown.scheme:
        case "cccd-qr":
            return cccd.read(shown.value)
        case "bhyt":
            return bhyt.read(shown.value, local_time(now_ms, facility.time_zone).date())
        case "mrn":
            return _by_mrn(shown.value)
        case "name":
            return _by_name(shown.value, arrival.patient)


def _by_mrn(value: str) -> Identity:
    number = value.strip()
    number = number.upper() if number.isascii() else number
    if _MRN.fullmatch(number) is None:
        raise Invalid("identity.value", "A record number has 1 to 32 letters, digits, dots, strokes or hyphens.")
    return Identity("mrn", f"mrn:{number}", last3=number[-_LAST:])


def _by_name(value: str, said: SaidOfPatient) -> Identity:
    """Name and birth date together tell one person from another as well as a front hall can."""
    name = clean_name(value, "identity.value")
    if said.birth_date is None:
        raise Invalid("patient.birth_date", "With a name the birth date is needed.")
    born = partial_date(said.birth_date, "patient.birth_date")
    # Folding case may take a text out of NFC, so it is composed once more.
    folded = unicodedata.normalize("NFC", name.casefold())
    return Identity("name", f"name:{folded}|{born}", name=name, birth_date=born)


def patient_of(identity: Identity, said: SaidOfPatient) -> Patient:
    """The document's word first; a garbled name on it is worth less than one that somebody typed. Raises Invalid."""
    typed = None if said.name is None else clean_name(said.name, "patient.name")
    garbled = any(warning.slug == "garbled-name" for warning in identity.warnings)
    if said.phone is not None and _PHONE.fullmatch(said.phone) is None:
        raise Invalid("patient.phone", "A phone number has 6 to 20 digits, perhaps with + before them.")
    born = _born(identity, said)
    return Patient(
        name=(typed or identity.name) if garbled else (identity.name or typed),
        birth_date=None if born is None else str(born),
        sex=identity.sex or said.sex,
        phone=said.phone,
    )


def _born(identity: Identity, said: SaidOfPatient) -> PartialDate | None:
    # What was said is looked at even where the document counts: a date that no calendar has is a mistake to mend.
    typed = None if said.birth_date is None else partial_date(said.birth_date, "patient.birth_date")
    return identity.birth_date or typed


def _service(arrival: Arrival, facility: Facility) -> ServiceId | None:
    if arrival.service is None:
        return None
    service = facility.service(arrival.service)
    if service is None:
        raise UnknownService(field="service")
    return service.id


def _answers(said: Mapping[str, Answer], asked: tuple[Column, ...]) -> dict[str, Answer]:
    """The answers to what the rules ask. Others are left out: a kiosk's page may be older than the rules."""
    known: dict[str, Answer] = {}
    for column in asked:
        name = column.name.removeprefix(ANSWER)
        if name in said:
            known[name] = _answer(said[name], column)
    return known


def _answer(value: Answer, column: Column) -> Answer:
    match column.kind, value:
        case Kind.TRUTH, bool():
            return value
        case Kind.NUMBER, int() if not isinstance(value, bool):
            return value
        case Kind.TIME, str() if _TIME.fullmatch(value):
            return int(value[:2]) * 60 + int(value[3:])
        case Kind.WORD, str() if column.words is None or value in column.words:
            return value
        case _:
            expected = f"one of {', '.join(column.words)}" if column.words else column.kind.value
            raise Invalid(column.name, f"Expected {expected}.")


def _appointment(arrival: Arrival) -> str | None:
    """As it was printed, read out or typed: a code is written in capitals or not, with spaces or without."""
    if arrival.appointment is None:
        return None
    named = arrival.appointment.replace(" ", "").lower()
    if not is_appointment_id(named) and not is_code(named):
        raise Invalid("appointment", "This is an appointment's id, or its code of six letters and digits.")
    return named


def language_of(language: str | None, facility: Facility) -> str:
    """One of the facility's languages, the first where none is named. Raises Invalid."""
    if language is None:
        return facility.languages[0]
    if language not in facility.languages:
        raise Invalid("language", "This facility has no texts in that language.")
    return language
