"""A patient's way through the house: what a doctor orders, what was waited for, visits opened twice, the day's end.

Lives here: the schemas of those calls, and their handlers.
May import: model, store, operations.stops, web.answers, web.entry, web.moves; litestar, msgspec.
Never: any queue logic: each handler is one command.
"""

from typing import Annotated, Final

import msgspec
from litestar import post
from litestar.types import ASGIApp
from msgspec.structs import asdict

from queueflow.model.commands import CloseDay, Complete, Merge, Order, Release, Suspend
from queueflow.model.errors import (
    IdempotencyKeyReused,
    Invalid,
    NotAllowedInState,
    UnknownService,
    UnknownVisit,
    Unroutable,
)
from queueflow.model.ids import TicketId, VisitId, is_slug, is_visit_id
from queueflow.operations.stops import Slug, Wanted, orders_of, slugs
from queueflow.web import examples
from queueflow.web.answer import Answer
from queueflow.web.answers import (
    TicketAnswer,
    VisitAnswer,
    iso_day,
    opened,
    replay_header,
    ticket_answered,
    whole_visit,
)
from queueflow.web.entry import FACILITY, AnyRequest, asked, body, common, hall, path_part
from queueflow.web.moves import MOVE_REFUSES, TICKET, moving, reason_of, ticket_of
from queueflow.web.openapi import Gives, Says, says


class Completing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"returns": "return"}):
    """What comes next, in order; `return`: back to the same practitioner afterwards, once `waits_for` has come too."""

    next: Annotated[tuple[Wanted, ...], msgspec.Meta(max_length=20)] = ()
    returns: bool = False
    waits_for: Annotated[tuple[Slug, ...], msgspec.Meta(max_length=8)] = ()
    reason: Slug | None = None


class Releasing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What has come, as the slug that was waited for."""

    what: Slug
    reason: Slug | None = None


class Merging(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which visit goes on in this one."""

    other: Annotated[str, msgspec.Meta(max_length=40)]
    reason: Slug | None = None


class Closing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call that says all by its address."""


class DayAnswer(msgspec.Struct, frozen=True):
    """The service day that was closed, how many stops that ended, and how many of those still waited."""

    day: str
    ended: int
    waited: int


_COMPLETING = msgspec.json.Decoder(Completing)
_RELEASING = msgspec.json.Decoder(Releasing)
_MERGING = msgspec.json.Decoder(Merging)
_CLOSING = msgspec.json.Decoder(Closing)


@post(
    f"{TICKET}/complete",
    opt=says(
        Says(
            call="complete",
            summary="The stop is done; what was ordered comes next, else the visit's next planned stop begins to wait.",
            body=Completing,
            body_example={
                "next": [{"service": "blood-test", "group": 1}, {"service": "x-ray", "group": 1}],
                "return": True,
            },
            body_needed=False,
            gives=(Gives(200, "The ticket: done, or suspended until the return.", TicketAnswer, examples.DONE),),
            refuses=(*MOVE_REFUSES, UnknownService, Unroutable),
            key="optional",
            revision=True,
        )
    ),
)
async def complete(request: AnyRequest) -> ASGIApp:
    """Complete a stop, or send its patient for tests."""
    here, ticket = hall(request), ticket_of(request)
    content = await body(request, _COMPLETING, empty=b"{}")
    command = Complete(
        **common(request, content),
        **moving(request, content.reason),
        orders=await _orders(request, ticket, content.next),
    )
    if content.returns:
        waits_for = slugs(content.waits_for, "waits_for")
        return ticket_answered(await here.engine.suspend(Suspend(**asdict(command), waits_for=waits_for)))
    if content.waits_for:
        raise Invalid("waits_for", "Only who returns waits for something.")
    return ticket_answered(await here.engine.complete(command))


async def _orders(request: AnyRequest, ticket: TicketId, wanted: tuple[Wanted, ...]) -> tuple[Order, ...]:
    """What is ordered, put to the rules; only this asks who the patient is."""
    if not wanted:
        return ()
    here, who = hall(request), asked(request)
    record = await here.reads.ticket(who.facility.id, ticket, who.now_ms)
    patient = opened(here.vault, who.facility.id, record.visit)
    return orders_of(wanted, record.visit, patient, here.in_force[who.facility.id], who.now_ms)


@post(
    f"{TICKET}/release",
    opt=says(
        Says(
            call="release",
            summary="Something outside has come that a planned or suspended stop waited for: a payment, a result.",
            body=Releasing,
            body_example={"what": "payment"},
            gives=(Gives(200, "The ticket.", TicketAnswer, examples.WAITING),),
            refuses=MOVE_REFUSES,
            key="optional",
            revision=True,
        )
    ),
)
async def release(request: AnyRequest) -> ASGIApp:
    """Say that what was waited for has come."""
    content = await body(request, _RELEASING)
    if not is_slug(content.what):
        raise Invalid("what", "This is a word of lower-case letters, digits and hyphens.")
    command = Release(
        **common(request, content),
        **moving(request, content.reason),
        what=content.what,
    )
    return ticket_answered(await hall(request).engine.release(command))


@post(
    f"{FACILITY}/visits/{{visit:str}}/merge",
    opt=says(
        Says(
            call="merge",
            summary="One patient's visit was opened twice: the other one goes on in this.",
            body=Merging,
            body_example={"other": "20261124-0123456789abc", "reason": "same-patient"},
            gives=(Gives(200, "The visit that goes on.", VisitAnswer, examples.VISIT),),
            refuses=(UnknownVisit, NotAllowedInState, IdempotencyKeyReused),
            key="optional",
        )
    ),
)
async def merge(request: AnyRequest) -> ASGIApp:
    """Let two visits of one patient go on as one."""
    here, who = hall(request), asked(request)
    visit = _visit(path_part(request, "visit"))
    content = await body(request, _MERGING)
    result = await here.engine.merge(
        Merge(
            **common(request, content),
            visit=visit,
            other=_visit(content.other),
            reason=reason_of(content.reason),
        )
    )
    content = whole_visit(who.facility.id, result.visit, result.journey, here.public_url, here.vault)
    return Answer(200, msgspec.json.encode(content), headers=replay_header(result.replayed))


@post(
    f"{FACILITY}/day/close",
    opt=says(
        Says(
            call="close-day",
            summary="The hall closes: whoever still waits is cancelled, who is served is done, every room closes.",
            body=Closing,
            body_example={},
            body_needed=False,
            gives=(
                Gives(
                    200,
                    "The day, how many stops that ended, and how many of them still waited.",
                    DayAnswer,
                    {"day": "2026-11-24", "ended": 3, "waited": 2},
                ),
            ),
            refuses=(IdempotencyKeyReused,),
            key="optional",
        )
    ),
)
async def close_day(request: AnyRequest) -> ASGIApp:
    """Close the hall."""
    asked(request)
    content = await body(request, _CLOSING, empty=b"{}")
    result = await hall(request).engine.close_day(
        CloseDay(
            **common(request, content),
        )
    )
    answer = DayAnswer(iso_day(result.day), result.ended, result.waited)
    return Answer(200, msgspec.json.encode(answer), headers=replay_header(result.replayed))


def _visit(visit: str) -> VisitId:
    if not is_visit_id(visit):
        raise UnknownVisit
    return VisitId(visit)


HANDLERS: Final = (complete, release, merge, close_day)
