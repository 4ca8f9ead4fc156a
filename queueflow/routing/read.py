"""A facility's own two files as values: facility.toml -> Facility, rules.toml -> Ruleset, or what is wrong in them.

Lives here: read_facility and read_ruleset.
May import: model, the rest of routing, msgspec, the standard library's zoneinfo and typing.
Never: open a file: texts come in, `file` is only what findings call it.
"""

import re
from collections.abc import Container, Sequence
from typing import Final
from zoneinfo import ZoneInfoNotFoundError

from msgspec.structs import replace

from queueflow.model.days import zone
from queueflow.model.facility import (
    Clinic,
    ClinicPolicy,
    Facility,
    LocalText,
    Reenter,
    Reentry,
    Room,
    RoomTakes,
    Service,
)
from queueflow.model.ids import ClinicId, FacilityId, PriorityId, RoomId, ServiceId
from queueflow.model.priority import PriorityClass, ServingOrder
from queueflow.routing import check
from queueflow.routing.rules_file import read_tables
from queueflow.routing.schedules import read_schedules
from queueflow.routing.source import Section, Source
from queueflow.routing.tables import Ruleset, RulesInvalid, Severity

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_SERIES = re.compile(r"[A-HJ-NP-Z]")
_REENTER = re.compile(r"end|old-place|after ([1-9][0-9]{0,2})")
_TOP: Final = (
    *("id", "name", "time_zone", "languages", "closing", "fallback", "fallback_priority"),
    *("priorities", "services", "clinics", "rooms", "schedules"),
)
_HOUR: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_DAY_S: Final = 86_400


def read_facility(text: str, file: str) -> Facility:
    """The facility that a facility.toml describes. Raises RulesInvalid with everything that is wrong in it."""
    source = Source(text, file)
    root = source.root()
    languages = _languages(root)
    parts = {key: root.sections(key, key) for key in ("priorities", "services", "clinics", "rooms", "schedules")}
    ids = {key: _unique(root, key, sections, needed=key != "schedules") for key, sections in parts.items()}
    facility = Facility(
        id=FacilityId(root.slug("id")),
        name=_local(root, "name", languages, needed=True),
        time_zone=_time_zone(root),
        languages=languages,
        closing=_closing(root),
        services=tuple(_service(part, languages) for part in parts["services"]),
        clinics=tuple(_clinic(part, languages, ids["services"], ids["priorities"]) for part in parts["clinics"]),
        rooms=tuple(_room(part, languages, ids["clinics"]) for part in parts["rooms"]),
        priorities=tuple(_priority(part, languages) for part in parts["priorities"]),
        schedules=read_schedules(parts["schedules"], ids["clinics"]),
        fallback=ClinicId(desk) if (desk := _one_of(root, "fallback", ids["clinics"])) else None,
        fallback_priority=PriorityId(one) if (one := _one_of(root, "fallback_priority", ids["priorities"])) else None,
    )
    if root.has("fallback") is not root.has("fallback_priority"):
        missing = "fallback_priority" if root.has("fallback") else "fallback"
        root.wrong(f'"{missing}" is missing: a fallback is a clinic and a priority class.', missing)
    if facility.schedules and not any(one.for_appointments for one in facility.priorities):
        root.wrong("no class is for_appointments = true: expected one, for those who have booked.", "priorities")
    root.close(_TOP)
    source.done()
    # Only now: a mistyped name would be told a second time, as what nobody gives or serves.
    given = {service for clinic in facility.clinics for service in clinic.services}
    _each(parts["services"], given, "no clinic gives this service.")
    served = {clinic for room in facility.rooms for clinic in room.clinics}
    _each(parts["clinics"], served, "no room serves this clinic.")
    source.done()
    return facility


def read_ruleset(text: str, file: str, facility: Facility) -> Ruleset:
    """The rules that a rules.toml holds for a facility. Raises RulesInvalid with everything that is wrong in it.

    What is only odd is in the ruleset's `warnings`.
    """
    source = Source(text, file)
    answers, tables = read_tables(source, facility)
    source.done()
    ruleset = Ruleset(file=file, tables=tables, answers=answers, last_priority=facility.priorities[-1].id)
    findings = check.check(ruleset, facility)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise RulesInvalid(findings)
    return replace(ruleset, warnings=findings)


def _languages(root: Section) -> tuple[str, ...]:
    languages = root.words("languages")
    for language in languages:
        if not _LANGUAGE.fullmatch(language):
            root.wrong(f'"{language}" is no language: expected a code such as "vi" or "en".', "languages")
    return languages


def _time_zone(root: Section) -> str:
    name = root.text("time_zone")
    if name:
        try:
            zone(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            expected = 'expected an IANA name such as "Asia/Ho_Chi_Minh"'
            root.wrong(f'"{name}" is no known time zone: {expected}.', "time_zone")
    return name


def _closing(root: Section) -> str | None:
    if not root.has("closing"):
        return None
    hour = root.text("closing")
    if hour and not _HOUR.fullmatch(hour):
        root.wrong('expected a time such as "19:00".', "closing")
    return hour


def _local(section: Section, key: str, languages: Sequence[str], *, needed: bool = False) -> LocalText:
    """A text in several languages; the facility's first is always there."""
    part = section.section(key)
    if part is None:
        if needed and not section.has(key):
            example = ", ".join(f'{language} = "…"' for language in languages)
            section.wrong(f'"{key}" is missing: expected {{ {example} }}.', key)
        return {}
    texts: LocalText = {}
    for language, text in part.data.items() if languages else ():
        if language not in languages:
            part.unknown(language, "is not one of the facility's languages.", languages)
        elif isinstance(text, str) and text.strip():
            texts[language] = text
        else:
            part.missing_or(language, "a text")
    if languages and languages[0] not in part.data:
        section.wrong(f'the text in "{languages[0]}" is missing: every text has the first language.', key)
    return texts


def _service(part: Section, languages: Sequence[str]) -> Service:
    service = Service(
        id=ServiceId(part.slug("id")),
        name=_local(part, "name", languages, needed=True),
        kiosk=part.truth("kiosk", default=True),
        icon=part.text("icon", ""),
    )
    part.close(Service.__struct_fields__)
    return service


def _priority(part: Section, languages: Sequence[str]) -> PriorityClass:
    priority = PriorityClass(
        id=PriorityId(part.slug("id")),
        name=_local(part, "name", languages, needed=True),
        share=_share(part, "share"),
        rate=_rate(part, "rate"),
        always_first=part.truth("always_first", default=False),
        for_returns=part.truth("for_returns", default=False),
        for_appointments=part.truth("for_appointments", default=False),
    )
    part.close(PriorityClass.__struct_fields__)
    return priority


def _share(part: Section, key: str) -> int:
    return part.whole(key, 1, least=1, most=100)


def _rate(part: Section, key: str) -> float:
    return part.number(key, 1.0, least=0.001, most=1000)


def _clinic(part: Section, languages: Sequence[str], services: Sequence[str], classes: Sequence[str]) -> Clinic:
    series = part.text("series", expected='a letter, such as "A"')
    if series and not _SERIES.fullmatch(series):
        part.wrong("expected one letter from A to Z, not I or O (they look like 1 and 0).", "series")
    clinic = Clinic(
        id=ClinicId(part.slug("id")),
        name=_local(part, "name", languages, needed=True),
        services=tuple(ServiceId(word) for word in _all_of(part, "services", services)),
        series=series,
        service_mean_s=part.number("service_mean_s", 480.0, least=1, most=_DAY_S),
        service_cv=part.number("service_cv", 0.6, least=0, most=10),
        policy=_policy(part, classes),
        public_name=_local(part, "public_name", languages),
        location=_local(part, "location", languages),
    )
    part.close(Clinic.__struct_fields__)
    return clinic


def _policy(part: Section, classes: Sequence[str]) -> ClinicPolicy:
    policy = part.section("policy")
    if policy is None:
        return ClinicPolicy()
    usual = ClinicPolicy()
    read = ClinicPolicy(
        order=policy.choice("order", ServingOrder, usual.order),
        requeued=_reenter(policy, "requeued", usual.requeued),
        reinstated=_reenter(policy, "reinstated", usual.reinstated),
        transferred=_reenter(policy, "transferred", usual.transferred),
        returned=_reenter(policy, "returned", usual.returned),
        deferred=_reenter(policy, "deferred", usual.deferred),
        handed_on=_reenter(policy, "handed_on", usual.handed_on),
        late=_reenter(policy, "late", usual.late),
        shares={one: _share(part, one) for part, one in _weights(policy, "shares", classes)},
        rates={one: _rate(part, one) for part, one in _weights(policy, "rates", classes)},
        longest_wait_s=_seconds(policy, "longest_wait_s"),
        reserved_class=_class(policy, classes),
        reserved_every=policy.whole("reserved_every", 2, least=2, most=100) if policy.has("reserved_every") else None,
        no_show_after_s=_seconds(policy, "no_show_after_s"),
        no_show_calls=policy.whole("no_show_calls", usual.no_show_calls, least=1, most=20),
        early_s=policy.number("early_s", usual.early_s, least=0, most=_DAY_S),
        late_s=policy.number("late_s", usual.late_s, least=0, most=_DAY_S),
        release_s=policy.number("release_s", usual.release_s, least=0, most=_DAY_S),
    )
    policy.close(ClinicPolicy.__struct_fields__)
    for one, other in (("reserved_class", "reserved_every"), ("reserved_every", "reserved_class")):
        if policy.has(one) and not policy.has(other):
            policy.wrong(f'"{other}" is missing: of so many calls one is that class\'s.', one)
    if read.deferred.at is Reentry.OLD_PLACE:
        policy.wrong('expected "end" or "after 5": who is late lets others go first.', "deferred")
    if policy.has("no_show_calls") and not policy.has("no_show_after_s"):
        policy.wrong('"no_show_after_s" is missing: without it only staff say that nobody came.', "no_show_calls")
    return read


def _weights(policy: Section, key: str, classes: Sequence[str]) -> tuple[tuple[Section, PriorityId], ...]:
    """The classes that a clinic gives weights of its own, each with the table that the weight stands in."""
    part = policy.section(key)
    if part is None:
        return ()
    known = [PriorityId(name) for name in part.data if name in classes]
    for name in part.data:
        if name not in classes:
            part.unknown(name, "is not one of the facility's classes.", classes)
    return tuple((part, name) for name in known)


def _seconds(policy: Section, key: str) -> float | None:
    return policy.number(key, 0.0, least=1, most=_DAY_S) if policy.has(key) else None


def _class(policy: Section, classes: Sequence[str]) -> PriorityId | None:
    word = _one_of(policy, "reserved_class", classes)
    return None if word is None else PriorityId(word)


def _reenter(policy: Section, key: str, usual: Reenter) -> Reenter:
    value = policy.take(key)
    if value is None:
        return usual
    match = _REENTER.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        policy.wrong('expected "end", "old-place", or "after 3": after three others of its class.', key)
        return usual
    after = match[1]
    return Reenter(Reentry(match[0]) if after is None else Reentry.AFTER, int(after or 0))


def _room(part: Section, languages: Sequence[str], clinics: Sequence[str]) -> Room:
    room = Room(
        id=RoomId(part.slug("id")),
        name=_local(part, "name", languages, needed=True),
        clinics=tuple(ClinicId(word) for word in _all_of(part, "clinics", clinics)),
        places=part.whole("places", 1, least=1, most=100),
        takes=part.choice("takes", RoomTakes, RoomTakes.IN_ORDER),
        location=_local(part, "location", languages),
    )
    part.close(Room.__struct_fields__)
    return room


def _all_of(part: Section, key: str, known: Sequence[str]) -> tuple[str, ...]:
    words = part.words(key)
    for word in words:
        if word not in known:
            part.unknown(key, f"is not one of the facility's {key}.", known, word)
    return words


def _one_of(part: Section, key: str, known: Sequence[str]) -> str | None:
    if not part.has(key):
        return None
    word = part.text(key)
    if word and word not in known:
        part.unknown(key, "is not known in this facility.", known, word)
    return word


def _unique(root: Section, key: str, parts: Sequence[Section], *, needed: bool) -> tuple[str, ...]:
    """The ids of the parts, each noted where it is used a second time."""
    if needed and not parts and not root.has(key):
        root.wrong(f'"{key}" is missing: expected at least one, begun with [[{key}]].', key)
    lines: dict[str, int] = {}
    for part in parts:
        one = part.data.get("id")
        if isinstance(one, str) and one in lines:
            part.wrong(f'"{one}" is there already, on line {lines[one]}.', "id")
        elif isinstance(one, str):
            lines[one] = part.line("id")
    return tuple(lines)


def _each(parts: Sequence[Section], used: Container[object], sentence: str) -> None:
    for part in parts:
        if part.data.get("id") not in used:
            part.wrong(sentence, "id")
