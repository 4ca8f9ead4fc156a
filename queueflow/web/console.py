"""What staff do with a room: open, pause and close it, and call whoever is next.

Lives here: the schemas of those calls, and their handlers.
May import: model, store, web.answers, web.entry; litestar, msgspec.
Never: any queue logic: each handler is one command.
"""

from typing import Annotated, Final

import msgspec
from litestar import post
from litestar.types import ASGIApp

from queueflow.model.commands import (
    CallNext,
    CloseRoom,
    OpenRoom,
    PauseRoom,
    RoomResult,
)
from queueflow.model.days import from_rfc3339
from queueflow.model.errors import (
    IdempotencyKeyReused,
    Invalid,
    NotAllowedInState,
    QueueflowError,
    RoomNotOpen,
    UnknownClinic,
    UnknownRoom,
)
from queueflow.model.facility import Facility
from queueflow.model.ids import (
    ClinicId,
    PractitionerId,
    RoomId,
    is_slug,
)
from queueflow.web import examples
from queueflow.web.answer import Answer
from queueflow.web.answers import (
    RoomAnswer,
    TicketAnswer,
    replay_header,
    room_answer,
    ticket_answered,
)
from queueflow.web.entry import FACILITY, AnyRequest, asked, body, common, hall, path_part
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


_OPENING = msgspec.json.Decoder(Opening)
_PAUSING = msgspec.json.Decoder(Pausing)
_NOTHING = msgspec.json.Decoder(Nothing)

_ROOM: Final = f"{FACILITY}/rooms/{{room:str}}"

_ROOM_REFUSES: Final[tuple[type[QueueflowError], ...]] = (UnknownRoom, IdempotencyKeyReused)


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
            **common(request, content),
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
    here = hall(request)
    room = _room(request)
    content = await body(request, _PAUSING, empty=b"{}")
    result = await here.engine.pause_room(
        PauseRoom(
            **common(request, content),
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
    here = hall(request)
    room = _room(request)
    content = await body(request, _NOTHING, empty=b"{}")
    result = await here.engine.close_room(
        CloseRoom(
            **common(request, content),
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
    here = hall(request)
    room = _room(request)
    content = await body(request, _NOTHING, empty=b"{}")
    result = await here.engine.call_next(
        CallNext(
            **common(request, content),
            room=room,
        )
    )
    if result.called is None:
        return Answer(204, headers=replay_header(result.replayed))
    return ticket_answered(result.called, replayed=result.replayed)


def _room(request: AnyRequest) -> RoomId:
    room = asked(request).facility.room(path_part(request, "room"))
    if room is None:
        raise UnknownRoom
    return room.id


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


HANDLERS: Final = (open_room, pause_room, close_room, call_next)
