"""The kiosk's call: check in.

Lives here: the schema of its answer, and its handler.
May import: operations, model, web.answers, web.entry; litestar, msgspec.
Never: keep or log what was sent.
"""

from typing import Final

import msgspec
from litestar import post
from litestar.types import ASGIApp

from queueflow.model.commands import TicketResult
from queueflow.model.errors import IdempotencyKeyReused, UnknownService, Unroutable
from queueflow.model.facility import Facility
from queueflow.model.ticket import Ticket
from queueflow.operations import check_in as operation
from queueflow.operations.check_in import Arrival, Attendant
from queueflow.web import examples
from queueflow.web.answer import Answer
from queueflow.web.answers import TicketAnswer, VisitAnswer, replay_header, ticket_answer, tracking_url, visit_answer
from queueflow.web.entry import FACILITY, AnyRequest, Hall, asked, body, fresh_nonce, hall, needed_once
from queueflow.web.openapi import Gives, Says, says


class DecisionAnswer(msgspec.Struct, frozen=True):
    """Why this clinic: the ruleset's version, the row that matched, the reasons in words."""

    ruleset: int
    rule: str
    reasons: tuple[str, ...]


class CheckInAnswer(msgspec.Struct, frozen=True):
    """A check-in's answer; `directions` says where to go now, in each of the facility's languages."""

    visit: VisitAnswer
    ticket: TicketAnswer
    directions: dict[str, str]
    decision: DecisionAnswer | None


_ARRIVAL = msgspec.json.Decoder(Arrival)
_SAYS = Says(
    call="check-in",
    summary="Give a patient a ticket, or the one they already hold for that service today.",
    body=Arrival,
    body_example=examples.CHECK_IN_BODY,
    gives=(
        Gives(201, "A new ticket.", CheckInAnswer, examples.CHECKED_IN),
        Gives(200, "The ticket that this patient holds.", CheckInAnswer, examples.CHECKED_IN),
    ),
    refuses=(UnknownService, Unroutable, IdempotencyKeyReused),
    key="required",
)


@post(f"{FACILITY}/check-ins", opt=says(_SAYS))
async def check_in(request: AnyRequest) -> ASGIApp:
    """Check in."""
    here, who = hall(request), asked(request)
    arrival = await body(request, _ARRIVAL)
    by = Attendant(who.actor, who.now_ms, fresh_nonce(), needed_once(request, arrival))
    in_force = here.in_force[who.facility.id]
    result = await operation.check_in(arrival, by, in_force=in_force, engine=here.engine, vault=here.vault)
    content = msgspec.json.encode(_checked_in(here, who.facility, result))
    return Answer(201 if result.created else 200, content, headers=replay_header(result.replayed))


HANDLERS: Final = (check_in,)


def _checked_in(here: Hall, facility: Facility, result: TicketResult) -> CheckInAnswer:
    given = ticket_answer(result.ticket, result.position, result.estimated_wait)
    journey = tuple(given if stop.id == given.id else ticket_answer(stop) for stop in result.journey)
    link = tracking_url(here.public_url, facility.id, result.visit, here.vault)
    decision = result.ticket.decision
    return CheckInAnswer(
        visit=visit_answer(facility.id, result.visit, journey, link),
        ticket=given,
        directions=_directions(here, facility, result),
        decision=None if decision is None else DecisionAnswer(decision.ruleset, decision.rule, decision.reasons),
    )


def _directions(here: Hall, facility: Facility, result: TicketResult) -> dict[str, str]:
    """Where to go now. While the ticket's own stop is planned, that is where the stop under way is."""
    stops: list[Ticket] = [result.ticket, *result.journey]
    at = next((stop.clinic for stop in stops if stop.clinic is not None), None)
    return {} if at is None else here.directions[facility.id].get(at, {})
