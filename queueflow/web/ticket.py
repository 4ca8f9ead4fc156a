"""The paper ticket: what stands on it, and the same as bytes for a thermal printer.

Lives here: the handlers of both; the page that a browser prints is pages' and displays/ticket's.
May import: formats, model, store.reads, web.entry, web.link, web.pages; litestar, msgspec.
Never: answer without the visit's signed link.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

import msgspec
from litestar import get
from litestar.types import ASGIApp

from queueflow.formats.paper import Paper, paper_of
from queueflow.model.errors import Invalid, StoreUnavailable, UnknownVisit
from queueflow.model.visit import Visit
from queueflow.web import examples
from queueflow.web.answer import Answer
from queueflow.web.entry import FACILITY, AnyRequest, asked, hall
from queueflow.web.link import asked_for, followed, page_address
from queueflow.web.openapi import Gives, Says, says
from queueflow.web.pages import screens

_TICKET: Final = f"{FACILITY}/visits/{{visit:str}}/ticket"
_LINK: Final = ("k", "The key of the visit's signed link, as in its tracking_url.")
_LANGUAGE: Final = ("lang", "One of the facility's languages; without it the one that was chosen at the check-in.")


@get(
    _TICKET,
    opt=says(
        Says(
            call="read-paper",
            summary="What stands on a visit's paper ticket now, in words.",
            gives=(Gives(200, "The ticket.", Paper, examples.PAPER),),
            refuses=(UnknownVisit, StoreUnavailable),
            query=(_LINK, _LANGUAGE),
        )
    ),
)
async def ticket(request: AnyRequest) -> ASGIApp:
    """The ticket in words."""
    return Answer(200, msgspec.json.encode(await _paper(request)))


@get(
    f"{_TICKET}.escpos",
    opt=says(
        Says(
            call="print-paper",
            summary="A visit's paper ticket as ESC/POS, for a thermal printer of 80 mm.",
            gives=(Gives(200, "The bytes to send to the printer.", media="application/octet-stream"),),
            refuses=(UnknownVisit, Invalid, StoreUnavailable),
            query=(
                _LINK,
                _LANGUAGE,
                ("letters", "drawn (a picture, with every mark) or plain (the printer's own letters, without marks)."),
            ),
        )
    ),
)
async def escpos(request: AnyRequest) -> ASGIApp:
    """The ticket for a printer."""
    letters = asked_for(request, "letters") or "drawn"
    if letters not in ("drawn", "plain"):
        raise Invalid("letters", "This is drawn or plain.")
    paper = await _paper(request)
    # Drawing takes longer than an answer may hold up all others.
    return Answer(200, await asyncio.to_thread(_bytes, paper, letters), b"application/octet-stream")


HANDLERS: Final = (ticket, escpos)


def _bytes(paper: Paper, letters: str) -> bytes:
    # Loaded by the first ticket: python-escpos and Pillow take 17 MB and a third of a second, for a worker that may
    # never print.
    from queueflow.formats import ticket_print  # noqa: PLC0415

    return ticket_print.drawn(paper) if letters == "drawn" else ticket_print.spelt(paper)


async def _paper(request: AnyRequest) -> Paper:
    here, who, visit = hall(request), asked(request), followed(request)
    record = await here.reads.visit(who.facility.id, visit, who.now_ms)
    language, words = _spoken(request, record.visit)
    link = page_address(request, visit, language)
    return paper_of(record, who.facility, words=words, language=language, link=link, now_ms=who.now_ms)


def _spoken(request: AnyRequest, visit: Visit) -> tuple[str, Mapping[str, str]]:
    """The language of a ticket, and its words: as asked for, else the patient's, else the facility's first with any."""
    known = screens(request).words
    wanted = asked_for(request, "lang")
    languages = asked(request).facility.languages
    spoken = [one for one in (wanted, visit.language, *languages) if one in languages and one in known] or list(known)
    return spoken[0], known[spoken[0]]
