"""What a patient's phone asks for beside its page and feed: the QR code that carries the page's address.

Lives here: the QR's handler.
May import: model, store.vault, web.entry; litestar, segno.
Never: answer without the visit's signed link, or say anything of whose visit it is.
"""

import io
import re
from typing import Final, cast

import segno
from litestar import get
from litestar.types import ASGIApp

from queueflow.model.errors import UnknownVisit
from queueflow.model.ids import VisitId, is_visit_id
from queueflow.web.answer import Answer
from queueflow.web.entry import AnyRequest, asked, hall, header, path_part
from queueflow.web.pages import PAGE_HEADERS

_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::[0-9]{1,5})?")
_MODULE_PX: Final = 8


@get("/visit/{facility:str}/{visit:str}/qr.svg", opt={"call": "read-qr"})
async def qr(request: AnyRequest) -> ASGIApp:
    """The address of the patient's page as a QR code."""
    here, who = hall(request), asked(request)
    visit = path_part(request, "visit")
    key = cast("str | None", request.query_params.get("k")) or ""
    # A wrong key and a visit that never was look the same from outside.
    if not is_visit_id(visit) or not here.vault.check_link(who.facility.id, VisitId(visit), key):
        raise UnknownVisit
    address = f"{here.public_url or _origin(request)}/visit/{who.facility.id}/{visit}?k={key}"
    picture = io.BytesIO()
    segno.make_qr(address, error="m").save(picture, kind="svg", scale=_MODULE_PX, border=4, svgns=True, xmldecl=False)
    return Answer(200, picture.getvalue(), b"image/svg+xml", [*PAGE_HEADERS])


def _origin(request: AnyRequest) -> str:
    """How the kiosk itself reached this server; where that is nothing a browser would send, this machine's name."""
    host = header(request, b"host") or ""
    scheme = request.scope["scheme"]
    return f"{scheme}://{host if _HOST.fullmatch(host) else 'localhost'}"


HANDLERS: Final = (qr,)
