"""What a patient's phone asks for beside its page and feed: to give up, to let others go first, the page's QR code.

Lives here: the schemas of those calls, and their handlers.
May import: model, live.public, store, web.entry, web.link; litestar, msgspec, segno.
Never: answer without the visit's signed link, or say anything of whose visit it is.
"""

import io
from typing import Annotated, Final

import msgspec
import segno
from litestar import get, post
from litestar.types import ASGIApp

from queueflow.live.public import VisitTicket, visit_ticket
from queueflow.model.commands import Defer, GiveUp
from queueflow.model.errors import (
    Forbidden,
    IdempotencyKeyReused,
    NotAllowedInState,
    StoreUnavailable,
    Unauthenticated,
    UnknownVisit,
)
from queueflow.model.live_state import Place
from queueflow.web import examples
from queueflow.web.answer import Answer
from queueflow.web.answers import replay_header
from queueflow.web.auth import bearer
from queueflow.web.entry import FACILITY, AnyRequest, Common, asked, body, common, hall, header
from queueflow.web.link import asked_for, followed, held, page_address
from queueflow.web.openapi import Gives, Says, says
from queueflow.web.pages import PAGE_HEADERS


class Holding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The visit's signed link: what stands behind `k=` in the address of the patient's page."""

    key: Annotated[str, msgspec.Meta(max_length=64)]


class GivenUp(msgspec.Struct, frozen=True):
    """A visit that is over, with its stops as its patient sees them."""

    visit: str
    state: str
    journey: tuple[VisitTicket, ...]


_HOLDING: Final = msgspec.json.Decoder(Holding)
_VISIT: Final = f"{FACILITY}/visits/{{visit:str}}"
_REFUSES: Final = (UnknownVisit, NotAllowedInState, IdempotencyKeyReused, Unauthenticated, Forbidden, StoreUnavailable)

_MODULE_PX: Final = 8


@post(
    f"{_VISIT}/give-up",
    opt=says(
        Says(
            call="give-up",
            summary="The patient gives up: what is not over of the visit is cancelled; not while a stop is served.",
            body=Holding,
            body_example={"key": examples.LINK_KEY},
            gives=(Gives(200, "The visit, which is over now.", GivenUp, examples.GIVEN_UP),),
            refuses=_REFUSES,
            key="optional",
        )
    ),
)
async def give_up(request: AnyRequest) -> ASGIApp:
    """End a visit that its patient gives up."""
    content = await body(request, _HOLDING)
    visit = held(request, content.key)
    result = await hall(request).engine.give_up(GiveUp(**_common(request, content), visit=visit))
    journey = tuple(visit_ticket(stop, None, result.visit.tickets) for stop in result.journey)
    answer = GivenUp(result.visit.id, result.visit.state, journey)
    return Answer(200, msgspec.json.encode(answer), headers=replay_header(result.replayed))


@post(
    f"{_VISIT}/defer",
    opt=says(
        Says(
            call="defer",
            summary="The patient is late and lets others go first: at each stop once, while it waits.",
            body=Holding,
            body_example={"key": examples.LINK_KEY},
            gives=(Gives(200, "The stop, at its new place.", VisitTicket, examples.DEFERRED),),
            refuses=_REFUSES,
            key="optional",
        )
    ),
)
async def defer(request: AnyRequest) -> ASGIApp:
    """Let others go before a patient who is late."""
    content = await body(request, _HOLDING)
    visit = held(request, content.key)
    result = await hall(request).engine.defer(Defer(**_common(request, content), visit=visit))
    place = None
    if result.position is not None and result.estimated_wait is not None:
        place = Place(result.ticket.id, result.position, result.estimated_wait)
    answer = msgspec.json.encode(visit_ticket(result.ticket, place, result.visit.tickets))
    return Answer(200, answer, headers=replay_header(result.replayed))


def _common(request: AnyRequest, content: Holding) -> Common:
    """As entry.common, of the patient, or of the device that shows a token. Raises Unauthenticated, Forbidden."""
    actor, shown = "patient", header(request, b"authorization")
    if shown is not None:
        caller = hall(request).tokens.caller(bearer(shown))
        caller.require("act-for-patient", asked(request).facility.id)
        actor = caller.id
    return {**common(request, content), "actor": actor}


@get("/visit/{facility:str}/{visit:str}/qr.svg", opt={"call": "read-qr"})
async def qr(request: AnyRequest) -> ASGIApp:
    """The address of the patient's page as a QR code."""
    address = page_address(request, followed(request), asked_for(request, "lang"))
    picture = io.BytesIO()
    segno.make_qr(address, error="m").save(picture, kind="svg", scale=_MODULE_PX, border=4, svgns=True, xmldecl=False)
    return Answer(200, picture.getvalue(), b"image/svg+xml", [*PAGE_HEADERS])


HANDLERS: Final = (qr, give_up, defer)
