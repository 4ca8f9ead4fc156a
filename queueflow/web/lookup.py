"""What staff look up: a clinic's queue, a ticket, a visit; with whose it is.

Lives here: the handlers of those reads.
May import: model, store.reads, web.answers, web.entry; litestar, msgspec.
Never: change anything, or answer a name to whoever is not staff.
"""

from typing import Final

import msgspec
from litestar import get
from litestar.types import ASGIApp

from queueflow.model.errors import UnknownClinic, UnknownTicket, UnknownVisit
from queueflow.model.ids import TicketId, VisitId, is_ticket_id, is_visit_id
from queueflow.web import examples
from queueflow.web.answer import Answer
from queueflow.web.answers import QueueAnswer, StaffVisit, queue_answer, staff_visit
from queueflow.web.entry import FACILITY, AnyRequest, asked, hall, path_part
from queueflow.web.openapi import Gives, Says, says


@get(
    f"{FACILITY}/clinics/{{clinic:str}}/queue",
    opt=says(
        Says(
            call="read-queue",
            summary="A clinic's queue in the order of its calls.",
            gives=(Gives(200, "The queue.", QueueAnswer, examples.QUEUE),),
            refuses=(UnknownClinic,),
        )
    ),
)
async def queue(request: AnyRequest) -> ASGIApp:
    """The ordered queue."""
    here, who = hall(request), asked(request)
    clinic = who.facility.clinic(path_part(request, "clinic"))
    if clinic is None:
        raise UnknownClinic
    found = await here.reads.queue(who.facility.id, clinic.id, who.now_ms)
    return Answer(200, msgspec.json.encode(queue_answer(who.facility.id, found, here.vault)))


@get(
    f"{FACILITY}/tickets/{{ticket:str}}",
    opt=says(
        Says(
            call="read-ticket",
            summary="A ticket, its visit and whose it is.",
            gives=(Gives(200, "The ticket.", StaffVisit, examples.STAFF_VISIT),),
            refuses=(UnknownTicket,),
        )
    ),
)
async def ticket(request: AnyRequest) -> ASGIApp:
    """One ticket."""
    here, who = hall(request), asked(request)
    named = path_part(request, "ticket")
    if not is_ticket_id(named):
        raise UnknownTicket
    wanted = TicketId(named)
    record = await here.reads.ticket(who.facility.id, wanted, who.now_ms)
    return Answer(200, msgspec.json.encode(staff_visit(who.facility.id, record, wanted, here.public_url, here.vault)))


@get(
    f"{FACILITY}/visits/{{visit:str}}",
    opt=says(
        Says(
            call="read-visit",
            summary="A visit with its whole journey, its current ticket and whose it is.",
            gives=(Gives(200, "The visit.", StaffVisit, examples.STAFF_VISIT),),
            refuses=(UnknownVisit,),
        )
    ),
)
async def visit(request: AnyRequest) -> ASGIApp:
    """One visit."""
    here, who = hall(request), asked(request)
    wanted = path_part(request, "visit")
    if not is_visit_id(wanted):
        raise UnknownVisit
    record = await here.reads.visit(who.facility.id, VisitId(wanted), who.now_ms)
    return Answer(200, msgspec.json.encode(staff_visit(who.facility.id, record, None, here.public_url, here.vault)))


HANDLERS: Final = (queue, ticket, visit)
