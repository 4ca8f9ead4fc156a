"""The staff's commands: rooms open, pause and close; patients are called and moved on.

Lives here: the schemas of those calls, and their handlers.
May import: model, store, web.answers, web.entry; litestar, msgspec.
Never: any queue logic: each handler is one command.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final, TypeVar

import msgspec
from litestar import post
from litestar.types import ASGIApp

from queueflow.model.commands import (
    Call,
    CallNext,
    Cancel,
    CloseRoom,
    Complete,
    NoShow,
    OpenRoom,
    PauseRoom,
    Recall,
    Requeue,
    RoomResult,
    Start,
    TicketCommand,
    TicketResult,
)
from queueflow.model.days import from_rfc3339
from queueflow.model.errors import (
    IdempotencyKeyReused,
    Invalid,
    NotAllowedInState,
    QueueflowError,
    RevisionMismatch,
    RoomNotOpen,
    UnknownClinic,
    UnknownRoom,
    UnknownTicket,
)
from queueflow.model.facility import Facility
from queueflow.model.ids import (
    ClinicId,
    PractitionerId,
    RoomId,
    TicketId,
    is_slug,
    is_ticket_id,
)
from queueflow.web import examples
from queueflow.web.answer import Answer
from queueflow.web.answers import (
    RoomAnswer,
    TicketAnswer,
    replay_header,
    room_answer,
    ticket_answer,
)
from queueflow.web.entry import FACILITY, AnyRequest, asked, body, hall, if_revision, once, path_part
from queueflow.web.openapi import Gives, Says, says

Slug = Annotated[str, msgspec.Meta(max_length=40)]


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who works in the room, and which clinics it serves; none: those it is set up for."""

    practitioner: Slug | None = None
    clinics: Annotated[tuple[Slug, ...], msgspec.Meta(max_length=20)] = ()


class Pausing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Until when, RFC 3339; the board says so."""

    until: Annotated[str, msgspec.Meta(max_length=40)] | None = None


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call that says all by its address."""


class Calling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To which room."""

    room: Slug


class Moving(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why, as a slug (`patient-left`); never in free text, which would hold names."""

    reason: Slug | None = None


_OPENING = msgspec.json.Decoder(Opening)
_PAUSING = msgspec.json.Decoder(Pausing)
_NOTHING = msgspec.json.Decoder(Nothing)
_CALLING = msgspec.json.Decoder(Calling)
_MOVING = msgspec.json.Decoder(Moving)

_ROOM: Final = f"{FACILITY}/rooms/{{room:str}}"
_TICKET: Final = f"{FACILITY}/tickets/{{ticket:str}}"

_MOVE_REFUSES: Final[tuple[type[QueueflowError], ...]] = (
    UnknownTicket,
    NotAllowedInState,
    RevisionMismatch,
    IdempotencyKeyReused,
)
_ROOM_REFUSES: Final[tuple[type[QueueflowError], ...]] = (UnknownRoom, IdempotencyKeyReused)

Move = TypeVar("Move", bound=TicketCommand)


def _room_says(call: str, summary: str, body_and_example: tuple[type, object], room: object, refuses: type) -> Says:
    return Says(
        call=call,
        summary=summary,
        body=body_and_example[0],
        body_example=body_and_example[1],
        body_needed=False,
        gives=(Gives(200, "The room.", RoomAnswer, room),),
        refuses=(*_ROOM_REFUSES, refuses),
        key="optional",
    )


@post(
    f"{_ROOM}/open",
    opt=says(
        _room_says(
            "open-room",
            "Open a room, or change who works there and what it serves.",
            (Opening, {"practitioner": "dr-lan", "clinics": ["internal-1"]}),
            examples.ROOM,
            UnknownClinic,
        )
    ),
)
async def open_room(request: AnyRequest) -> ASGIApp:
    """Open a room."""
    here, who = hall(request), asked(request)
    room = _room(request)
    content = await body(request, _OPENING, empty=b"{}")
    if content.practitioner is not None and not is_slug(content.practitioner):
        raise Invalid("practitioner", "This is a word of lower-case letters, digits and hyphens.")
    result = await here.engine.open_room(
        OpenRoom(
            facility=who.facility.id,
            now_ms=who.now_ms,
            day=who.day,
            actor=who.actor,
            once=once(request, content),
            room=room,
            practitioner=None if content.practitioner is None else PractitionerId(content.practitioner),
            clinics=tuple(_clinic(who.facility, clinic) for clinic in content.clinics),
        )
    )
    return _room_answered(result)


@post(
    f"{_ROOM}/pause",
    opt=says(
        _room_says(
            "pause-room",
            "An open room calls nobody for a while.",
            (Pausing, {"until": "2026-11-24T04:30:00Z"}),
            examples.PAUSED_ROOM,
            RoomNotOpen,
        )
    ),
)
async def pause_room(request: AnyRequest) -> ASGIApp:
    """Pause a room."""
    here, who = hall(request), asked(request)
    room = _room(request)
    content = await body(request, _PAUSING, empty=b"{}")
    result = await here.engine.pause_room(
        PauseRoom(
            facility=who.facility.id,
            now_ms=who.now_ms,
            day=who.day,
            actor=who.actor,
            once=once(request, content),
            room=room,
            until_ms=None if content.until is None else _instant(content.until, "until"),
        )
    )
    return _room_answered(result)


@post(
    f"{_ROOM}/close",
    opt=says(
        _room_says(
            "close-room",
            "End a room's day; whom it had called waits again at the old place.",
            (Nothing, {}),
            examples.CLOSED_ROOM,
            NotAllowedInState,
        )
    ),
)
async def close_room(request: AnyRequest) -> ASGIApp:
    """Close a room."""
    here, who = hall(request), asked(request)
    room = _room(request)
    content = await body(request, _NOTHING, empty=b"{}")
    result = await here.engine.close_room(
        CloseRoom(
            facility=who.facility.id,
            now_ms=who.now_ms,
            day=who.day,
            actor=who.actor,
            once=once(request, content),
            room=room,
        )
    )
    return _room_answered(result)


@post(
    f"{_ROOM}/call-next",
    opt=says(
        Says(
            call="call-next",
            summary="Call whoever is next by the policies of the clinics that the room serves.",
            body=Nothing,
            body_example={},
            body_needed=False,
            gives=(
                Gives(200, "The called ticket.", TicketAnswer, examples.CALLED),
                Gives(204, "Nobody waits."),
            ),
            refuses=(*_ROOM_REFUSES, RoomNotOpen, NotAllowedInState),
            key="optional",
        )
    ),
)
async def call_next(request: AnyRequest) -> ASGIApp:
    """Call the next patient."""
    here, who = hall(request), asked(request)
    room = _room(request)
    content = await body(request, _NOTHING, empty=b"{}")
    result = await here.engine.call_next(
        CallNext(
            facility=who.facility.id,
            now_ms=who.now_ms,
            day=who.day,
            actor=who.actor,
            once=once(request, content),
            room=room,
        )
    )
    if result.called is None:
        return Answer(204, headers=replay_header(result.replayed))
    return _ticket_answered(result.called, replayed=result.replayed)


@post(
    f"{_TICKET}/call",
    opt=says(
        Says(
            call="call",
            summary="Call a chosen waiting ticket to a room.",
            body=Calling,
            body_example={"room": "room-101"},
            gives=(Gives(200, "The called ticket.", TicketAnswer, examples.CALLED),),
            refuses=(*_MOVE_REFUSES, UnknownRoom, RoomNotOpen),
            key="optional",
            revision=True,
        )
    ),
)
async def call(request: AnyRequest) -> ASGIApp:
    """Call a chosen ticket."""
    here, who = hall(request), asked(request)
    ticket = _ticket(request)
    content = await body(request, _CALLING)
    if who.facility.room(content.room) is None:
        raise UnknownRoom
    result = await here.engine.call(
        Call(
            facility=who.facility.id,
            now_ms=who.now_ms,
            day=who.day,
            actor=who.actor,
            once=once(request, content),
            ticket=ticket,
            room=RoomId(content.room),
            if_revision=if_revision(request),
        )
    )
    return _ticket_answered(result)


def _move_says(call: str, summary: str, ticket: object) -> Says:
    return Says(
        call=call,
        summary=summary,
        body=Moving,
        body_example={},
        body_needed=False,
        gives=(Gives(200, "The ticket.", TicketAnswer, ticket),),
        refuses=_MOVE_REFUSES,
        key="optional",
        revision=True,
    )


@post(f"{_TICKET}/recall", opt=says(_move_says("recall", "Call the called patient once more.", examples.CALLED)))
async def recall(request: AnyRequest) -> ASGIApp:
    """Call once more."""
    return await _move(request, Recall, hall(request).engine.recall)


@post(f"{_TICKET}/start", opt=says(_move_says("start", "The called patient is in the room.", examples.SERVING)))
async def start(request: AnyRequest) -> ASGIApp:
    """Start a stop."""
    return await _move(request, Start, hall(request).engine.start)


@post(
    f"{_TICKET}/complete",
    opt=says(_move_says("complete", "The stop is done; the visit's next begins to wait.", examples.DONE)),
)
async def complete(request: AnyRequest) -> ASGIApp:
    """Complete a stop."""
    return await _move(request, Complete, hall(request).engine.complete)


@post(f"{_TICKET}/no-show", opt=says(_move_says("no-show", "The called patient did not come.", examples.NO_SHOW)))
async def no_show(request: AnyRequest) -> ASGIApp:
    """Say that nobody came."""
    return await _move(request, NoShow, hall(request).engine.no_show)


@post(
    f"{_TICKET}/requeue",
    opt=says(
        _move_says("requeue", "The called patient waits again, where the clinic's policy says.", examples.WAITING)
    ),
)
async def requeue(request: AnyRequest) -> ASGIApp:
    """Let a called patient wait again."""
    return await _move(request, Requeue, hall(request).engine.requeue)


@post(f"{_TICKET}/cancel", opt=says(_move_says("cancel", "The stop will not take place.", examples.CANCELLED)))
async def cancel(request: AnyRequest) -> ASGIApp:
    """Cancel a stop."""
    return await _move(request, Cancel, hall(request).engine.cancel)


async def _move(request: AnyRequest, kind: type[Move], run: Callable[[Move], Awaitable[TicketResult]]) -> ASGIApp:
    """One command on one ticket: they differ in nothing but their name."""
    who = asked(request)
    ticket = _ticket(request)
    content = await body(request, _MOVING, empty=b"{}")
    if content.reason is not None and not is_slug(content.reason):
        raise Invalid("reason", "A reason is a word of lower-case letters, digits and hyphens.")
    command = kind(
        facility=who.facility.id,
        now_ms=who.now_ms,
        day=who.day,
        actor=who.actor,
        once=once(request, content),
        ticket=ticket,
        if_revision=if_revision(request),
        reason=content.reason,
    )
    return _ticket_answered(await run(command))


def _room(request: AnyRequest) -> RoomId:
    room = asked(request).facility.room(path_part(request, "room"))
    if room is None:
        raise UnknownRoom
    return room.id


def _ticket(request: AnyRequest) -> TicketId:
    ticket = path_part(request, "ticket")
    if not is_ticket_id(ticket):
        raise UnknownTicket
    return TicketId(ticket)


def _clinic(facility: Facility, clinic: str) -> ClinicId:
    found = facility.clinic(clinic)
    if found is None:
        raise UnknownClinic
    return found.id


def _instant(text: str, field: str) -> int:
    try:
        return from_rfc3339(text)
    except (ValueError, OverflowError) as error:
        raise Invalid(field, "An instant is written 2026-11-24T04:30:00Z.") from error


def _room_answered(result: RoomResult) -> Answer:
    return Answer(200, msgspec.json.encode(room_answer(result.room)), headers=replay_header(result.replayed))


def _ticket_answered(result: TicketResult, *, replayed: bool = False) -> Answer:
    content = ticket_answer(result.ticket, result.position, result.estimated_wait)
    return Answer(200, msgspec.json.encode(content), headers=replay_header(replayed or result.replayed))


HANDLERS: Final = (
    open_room, pause_room, close_room, call_next, call, recall, start, complete, no_show, requeue, cancel,
)  # fmt: skip
