"""What staff do with a ticket: call it, and every move that may follow; one table, one handler each.

Lives here: the schemas of those calls, and their handlers.
May import: model, store, web.answers, web.entry; litestar, msgspec.
Never: any queue logic: each handler is one command.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final, TypedDict, TypeVar

import msgspec
from litestar import post
from litestar.types import ASGIApp

from queueflow.model.commands import (
    Call,
    Cancel,
    Hold,
    NoShow,
    Prioritise,
    Recall,
    Reinstate,
    Reopen,
    Requeue,
    Resume,
    Start,
    TicketCommand,
    TicketResult,
    Transfer,
    Undo,
)
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
from queueflow.model.ids import ClinicId, PractitionerId, PriorityId, RoomId, TicketId, is_slug, is_ticket_id
from queueflow.web import examples
from queueflow.web.answers import TicketAnswer, ticket_answered
from queueflow.web.entry import FACILITY, AnyRequest, asked, body, common, hall, if_revision, path_part
from queueflow.web.openapi import Gives, Says, says

Slug = Annotated[str, msgspec.Meta(max_length=40)]


class Calling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To which room."""

    room: Slug


class Moving(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why, as a slug (`patient-left`); never in free text, which would hold names."""

    reason: Slug | None = None


class Transferring(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To which clinic, and in which class where it is another one from now on.

    `room` or `practitioner`: who shall call the ticket, waited for while they are there and serve the clinic. With one
    of them the clinic may be left out: it is the one that they serve, the ticket's own where that is one of several.
    """

    clinic: Slug | None = None
    room: Slug | None = None
    practitioner: Slug | None = None
    priority: Slug | None = None
    reason: Slug | None = None


class Prioritising(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In which class."""

    priority: Slug
    reason: Slug | None = None


_CALLING = msgspec.json.Decoder(Calling)
_MOVING = msgspec.json.Decoder(Moving)
_TRANSFERRING = msgspec.json.Decoder(Transferring)
_PRIORITISING = msgspec.json.Decoder(Prioritising)

TICKET: Final = f"{FACILITY}/tickets/{{ticket:str}}"
MOVE_REFUSES: Final[tuple[type[QueueflowError], ...]] = (
    UnknownTicket,
    NotAllowedInState,
    RevisionMismatch,
    IdempotencyKeyReused,
)

Move = TypeVar("Move", bound=TicketCommand)
Run = Callable[[Move], Awaitable[TicketResult]]


def _says(call: str, summary: str, ticket: object) -> dict[str, object]:
    return says(
        Says(
            call=call,
            summary=summary,
            body=Moving,
            body_example={},
            body_needed=False,
            gives=(Gives(200, "The ticket.", TicketAnswer, ticket),),
            refuses=MOVE_REFUSES,
            key="optional",
            revision=True,
        )
    )


@post(
    f"{TICKET}/call",
    opt=says(
        Says(
            call="call",
            summary="Call a chosen waiting ticket to a room.",
            body=Calling,
            body_example={"room": "room-101"},
            gives=(Gives(200, "The called ticket.", TicketAnswer, examples.CALLED),),
            refuses=(*MOVE_REFUSES, UnknownRoom, RoomNotOpen),
            key="optional",
            revision=True,
        )
    ),
)
async def call(request: AnyRequest) -> ASGIApp:
    """Call a chosen ticket."""
    here, who = hall(request), asked(request)
    ticket = ticket_of(request)
    content = await body(request, _CALLING)
    if who.facility.room(content.room) is None:
        raise UnknownRoom
    result = await here.engine.call(
        Call(
            **common(request, content),
            ticket=ticket,
            room=RoomId(content.room),
            if_revision=if_revision(request),
        )
    )
    return ticket_answered(result)


@post(f"{TICKET}/recall", opt=_says("recall", "Call the called patient once more.", examples.CALLED))
async def recall(request: AnyRequest) -> ASGIApp:
    """Call once more."""
    return await _move(request, Recall, hall(request).engine.recall)


@post(f"{TICKET}/start", opt=_says("start", "The called patient is in the room.", examples.SERVING))
async def start(request: AnyRequest) -> ASGIApp:
    """Start a stop."""
    return await _move(request, Start, hall(request).engine.start)


@post(f"{TICKET}/no-show", opt=_says("no-show", "The called patient did not come.", examples.NO_SHOW))
async def no_show(request: AnyRequest) -> ASGIApp:
    """Say that nobody came."""
    return await _move(request, NoShow, hall(request).engine.no_show)


@post(
    f"{TICKET}/requeue",
    opt=_says("requeue", "The called patient waits again, where the clinic's policy says.", examples.WAITING),
)
async def requeue(request: AnyRequest) -> ASGIApp:
    """Let a called patient wait again."""
    return await _move(request, Requeue, hall(request).engine.requeue)


@post(
    f"{TICKET}/reinstate",
    opt=_says("reinstate", "A patient who missed their call has come after all and waits again.", examples.WAITING),
)
async def reinstate(request: AnyRequest) -> ASGIApp:
    """Let a no-show wait again."""
    return await _move(request, Reinstate, hall(request).engine.reinstate)


@post(
    f"{TICKET}/reopen",
    opt=_says("reopen", "A stop that was ended by mistake waits again, and its visit goes on.", examples.WAITING),
)
async def reopen(request: AnyRequest) -> ASGIApp:
    """Let a stop that was ended by mistake wait again."""
    return await _move(request, Reopen, hall(request).engine.reopen)


@post(
    f"{TICKET}/hold",
    opt=_says("hold", "A waiting ticket leaves its queue for a while; its place is kept.", examples.ON_HOLD),
)
async def hold(request: AnyRequest) -> ASGIApp:
    """Take a ticket out of its queue for a while."""
    return await _move(request, Hold, hall(request).engine.hold)


@post(f"{TICKET}/resume", opt=_says("resume", "A ticket on hold waits again at its old place.", examples.WAITING))
async def resume(request: AnyRequest) -> ASGIApp:
    """Let a ticket on hold wait again."""
    return await _move(request, Resume, hall(request).engine.resume)


@post(f"{TICKET}/cancel", opt=_says("cancel", "The stop will not take place.", examples.CANCELLED))
async def cancel(request: AnyRequest) -> ASGIApp:
    """Cancel a stop."""
    return await _move(request, Cancel, hall(request).engine.cancel)


@post(
    f"{TICKET}/undo",
    opt=_says("undo", "Take back the last move, once, while nothing of it has moved again.", examples.WAITING),
)
async def undo(request: AnyRequest) -> ASGIApp:
    """Take back the last move."""
    return await _move(request, Undo, hall(request).engine.undo)


@post(
    f"{TICKET}/transfer",
    opt=says(
        Says(
            call="transfer",
            summary="A ticket waits at another clinic, for a room or for a practitioner from now on.",
            body=Transferring,
            body_example={"clinic": "internal-2", "reason": "other-doctor"},
            gives=(Gives(200, "The ticket.", TicketAnswer, {**examples.WAITING, "clinic": "internal-2"}),),
            refuses=(*MOVE_REFUSES, UnknownClinic, UnknownRoom),
            key="optional",
            revision=True,
        )
    ),
)
async def transfer(request: AnyRequest) -> ASGIApp:
    """Send a ticket to another clinic, room or practitioner."""
    facility = asked(request).facility
    content = await body(request, _TRANSFERRING)
    if content.clinic is not None and facility.clinic(content.clinic) is None:
        raise UnknownClinic
    if content.room is not None and facility.room(content.room) is None:
        raise UnknownRoom
    if content.practitioner is not None and not is_slug(content.practitioner):
        raise Invalid("practitioner", "This is a word of lower-case letters, digits and hyphens.")
    command = Transfer(
        **common(request, content),
        **moving(request, content.reason),
        clinic=None if content.clinic is None else ClinicId(content.clinic),
        room=None if content.room is None else RoomId(content.room),
        practitioner=None if content.practitioner is None else PractitionerId(content.practitioner),
        priority=None if content.priority is None else _priority(request, content.priority),
    )
    return ticket_answered(await hall(request).engine.transfer(command))


@post(
    f"{TICKET}/prioritise",
    opt=says(
        Says(
            call="prioritise",
            summary="A ticket goes on in another class, by its old arrival.",
            body=Prioritising,
            body_example={"priority": "priority", "reason": "papers-seen"},
            gives=(Gives(200, "The ticket.", TicketAnswer, examples.WAITING),),
            refuses=MOVE_REFUSES,
            key="optional",
            revision=True,
        )
    ),
)
async def prioritise(request: AnyRequest) -> ASGIApp:
    """Put a ticket into another class."""
    content = await body(request, _PRIORITISING)
    command = Prioritise(
        **common(request, content),
        **moving(request, content.reason),
        priority=_priority(request, content.priority),
    )
    return ticket_answered(await hall(request).engine.prioritise(command))


async def _move(request: AnyRequest, kind: type[Move], run: Run[Move]) -> ASGIApp:
    """One command on one ticket: they differ in nothing but their name."""
    content = await body(request, _MOVING, empty=b"{}")
    command = kind(
        **common(request, content),
        **moving(request, content.reason),
    )
    return ticket_answered(await run(command))


class Moved(TypedDict):
    """What every move of one ticket carries, by its field names."""

    ticket: TicketId
    if_revision: int | None
    reason: str | None


def moving(request: AnyRequest, reason: str | None) -> Moved:
    """Which ticket, at which revision, why. Raises UnknownTicket, Invalid."""
    return {"ticket": ticket_of(request), "if_revision": if_revision(request), "reason": reason_of(reason)}


def ticket_of(request: AnyRequest) -> TicketId:
    """The ticket that an address names. Raises UnknownTicket."""
    ticket = path_part(request, "ticket")
    if not is_ticket_id(ticket):
        raise UnknownTicket
    return TicketId(ticket)


def reason_of(reason: str | None) -> str | None:
    """A reason as it came, if it is a slug. Raises Invalid."""
    if reason is not None and not is_slug(reason):
        raise Invalid("reason", "A reason is a word of lower-case letters, digits and hyphens.")
    return reason


def _priority(request: AnyRequest, priority: str) -> PriorityId:
    known = [one.id for one in asked(request).facility.priorities]
    if priority not in known:
        raise Invalid("priority", f"Expected one of {', '.join(known)}.")
    return PriorityId(priority)


HANDLERS: Final = (
    call, recall, start, no_show, requeue, reinstate, reopen, hold, resume, cancel, undo, transfer, prioritise,
)  # fmt: skip
