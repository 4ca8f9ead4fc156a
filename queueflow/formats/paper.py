"""What stands on a patient's paper ticket, in words: from a visit to lines that any printer can be given.

Lives here: Paper, and its making from a visit's record and a language's words.
May import: model, msgspec.
Never: a name, a birth date, a class or a reason: a ticket is lost, and lies about.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from queueflow.model.days import local_time
from queueflow.model.facility import Facility, LocalText
from queueflow.model.live_state import Place, VisitRecord
from queueflow.model.ticket import Ticket, TicketState, Wait


class Mark(StrEnum):
    """What a stop is in the whole way; `back`: its patient comes back to it after those that follow."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"
    BACK = "back"
    MISSED = "missed"
    CANCELLED = "cancelled"


class PaperStop(msgspec.Struct, frozen=True):
    """A stop of the whole way. `note`: what else there is to know of it, often nothing."""

    mark: Mark
    name: str
    note: str


class Fact(msgspec.Struct, frozen=True):
    """One thing to know, under its label."""

    label: str
    value: str


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket in one language, every text ready to be printed; what there is nothing to say of is empty.

    `issued`: day and time of the check-in. `printed`: when the line was counted, where that was later. `place`: where
    to go, from the clinic to the way there. `way`: the whole way where it has more than one stop. `link`: the address
    of the patient's page, for the QR.
    """

    language: str
    facility: str
    issued: str
    printed: str
    heading: str
    number: str
    state: str
    place: tuple[str, ...]
    facts: tuple[Fact, ...]
    way_heading: str
    way: tuple[PaperStop, ...]
    link: str
    link_hint: str


def paper_of(
    record: VisitRecord, facility: Facility, *, words: Mapping[str, str], language: str, link: str, now_ms: int
) -> Paper:
    """The ticket of a visit as it is now."""
    speak = _Speaker(words, language)
    stop = current(record.journey)
    issued = local_time(record.visit.opened_at_ms, facility.time_zone)
    printed = local_time(now_ms, facility.time_zone)
    is_later = now_ms - record.visit.opened_at_ms >= _REPRINTED_MS
    return Paper(
        language=language,
        facility=speak.text(facility.name),
        issued=f"{issued:%d/%m/%Y  %H:%M}",
        printed=speak("ticket.printed", time=f"{printed:%H:%M}") if is_later else "",
        heading=speak("ticket.your_number"),
        number=record.visit.number,
        state=_sentence(stop, record.journey, facility, speak),
        place=_place(stop, facility, speak),
        facts=_facts(stop, record.place, speak),
        way_heading=speak("ticket.way"),
        way=tuple(_stop(one, record.journey, facility, speak) for one in record.journey)
        if len(record.journey) > 1
        else (),
        link=link,
        link_hint=speak("ticket.scan"),
    )


def current(journey: tuple[Ticket, ...]) -> Ticket:
    """The stop that matters now: the one that calls, then the one that waits, then what is to come, then what was.

    The patient's page chooses by the same order (displays/shared/way.js).
    """
    by_state = {state: [stop for stop in journey if stop.state is state] for state in _S}
    for state in _UNDER_WAY:
        if by_state[state]:
            return by_state[state][0]
    # Whoever missed a call is told so before what is only planned; a suspended stop has its tests before it.
    missed, suspended, planned = by_state[_S.NO_SHOW], by_state[_S.SUSPENDED], by_state[_S.PLANNED]
    if suspended and (suspended[0].waits_for or not planned):
        return suspended[0]
    if planned and not missed:
        return planned[0]
    return (missed or by_state[_S.DONE] or list(journey))[-1]


_REPRINTED_MS: Final = 120_000
_S = TicketState
_UNDER_WAY: Final = (_S.CALLED, _S.SERVING, _S.WAITING, _S.ON_HOLD)
_TO_COME: Final = (*_UNDER_WAY, _S.PLANNED)
_MARKS: Final[dict[TicketState, Mark]] = {
    _S.PLANNED: Mark.NEXT,
    _S.WAITING: Mark.NOW,
    _S.CALLED: Mark.NOW,
    _S.SERVING: Mark.NOW,
    _S.ON_HOLD: Mark.NOW,
    _S.SUSPENDED: Mark.BACK,
    _S.DONE: Mark.DONE,
    _S.NO_SHOW: Mark.MISSED,
    _S.CANCELLED: Mark.CANCELLED,
}


class _Speaker:
    """A language: its catalogue, and which of a facility's texts it takes."""

    def __init__(self, words: Mapping[str, str], language: str) -> None:
        self._words = words
        self._language = language

    def __call__(self, key: str, **values: object) -> str:
        return self._words[key].format(**values)

    def knows(self, key: str) -> bool:
        return key in self._words

    def text(self, text: LocalText) -> str:
        """A facility's text, in its first language where it has none in this one."""
        return text.get(self._language) or next(iter(text.values()), "")


def _sentence(stop: Ticket, journey: tuple[Ticket, ...], facility: Facility, speak: _Speaker) -> str:
    """What to do now where that is not just to wait for the number."""
    if stop.state is _S.WAITING:
        return ""
    if all(one.state in (_S.DONE, _S.CANCELLED) for one in journey) and any(one.state is _S.DONE for one in journey):
        return speak("ticket.finished")
    if stop.state is _S.NO_SHOW:
        return speak("stop.missed_call")
    return _note(stop, facility, speak)


def _place(stop: Ticket, facility: Facility, speak: _Speaker) -> tuple[str, ...]:
    clinic = None if stop.clinic is None else facility.clinic(stop.clinic)
    room = None if stop.room is None or stop.state not in (_S.CALLED, _S.SERVING) else facility.room(stop.room)
    if clinic is None or _MARKS[stop.state] not in (Mark.NOW, Mark.BACK):
        return ()
    where = speak.text((room.location if room else None) or clinic.location)
    lines = (speak.text(clinic.public_name or clinic.name), speak.text(room.name) if room else "", where)
    return tuple(line for line in lines if line)


def _facts(stop: Ticket, place: Place | None, speak: _Speaker) -> tuple[Fact, ...]:
    if stop.state is not _S.WAITING or place is None or place.ticket != stop.id:
        return ()
    ahead = str(place.position - 1) if place.position > 1 else speak("ticket.nobody_ahead")
    return (
        Fact(speak("ticket.ahead"), ahead),
        Fact(speak("ticket.wait"), _range(place.estimated_wait, speak)),
    )


def _range(wait: Wait, speak: _Speaker) -> str:
    """An expected wait as a range of minutes, in steps that promise no more than is known, as on every screen."""
    step = 10 if wait.p90_s > 3600 else 5
    first = wait.p50_s // 60 // step * step
    upto = max(step, -(-wait.p90_s // (60 * step)) * step)
    if first == 0:
        return speak("wait.under", upto=upto)
    return speak("wait.range", **{"from": first, "upto": upto if upto > first else first + step})


def _stop(stop: Ticket, journey: tuple[Ticket, ...], facility: Facility, speak: _Speaker) -> PaperStop:
    service = facility.service(stop.service)
    name = speak.text(service.name) if service else stop.service
    note = _note(stop, facility, speak)
    if stop.state is _S.PLANNED and any(_is_exchangeable(stop, one) for one in journey):
        note = f"{note} · {speak('stop.any_order')}"
    if stop.state is _S.SUSPENDED and stop.waits_for and any(one.state in _TO_COME for one in journey):
        note = f"{speak('stop.suspended')} · {note}"
    return PaperStop(_MARKS[stop.state], name, note)


def _is_exchangeable(stop: Ticket, other: Ticket) -> bool:
    return stop.group is not None and other.id != stop.id and other.group == stop.group and other.state in _TO_COME


def _note(stop: Ticket, facility: Facility, speak: _Speaker) -> str:
    """How a stop stands: what has to come first where it waits for that, else its state."""
    room = None if stop.room is None else facility.room(stop.room)
    waits_for = _waits_for(stop, speak) if stop.state in (_S.PLANNED, _S.SUSPENDED) else ""
    ended = f"stop.ended.{stop.ended_reason}"
    if stop.state is _S.CANCELLED and speak.knows(ended):
        return speak(ended)
    return waits_for or speak(f"stop.{stop.state}", room=speak.text(room.name) if room else "")


def _waits_for(stop: Ticket, speak: _Speaker) -> str:
    """What has to come first, where that is something that patients can be told of."""
    keys = [f"stop.after.{what}" for what in stop.waits_for]
    return ", ".join(dict.fromkeys(speak(key if speak.knows(key) else "stop.after.other") for key in keys))
