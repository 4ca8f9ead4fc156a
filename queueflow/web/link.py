"""A visit's signed link: who has it may follow the visit, and what address it makes.

Lives here: whose visit an address or a body is good for, and the patient's page as a phone reaches it.
May import: model, store.vault, web.entry.
Never: tell a wrong key from a visit that never was: from outside they look the same.
"""

import re
from typing import Final, cast

from queueflow.model.errors import UnknownVisit
from queueflow.model.ids import VisitId, is_visit_id
from queueflow.web.entry import AnyRequest, asked, hall, header, path_part

_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::[0-9]{1,5})?")


def held(request: AnyRequest, key: str) -> VisitId:
    """The visit that an address names, for whoever has its link's key; raises UnknownVisit."""
    visit = VisitId(path_part(request, "visit"))
    if not is_visit_id(visit) or not hall(request).vault.check_link(asked(request).facility.id, visit, key):
        raise UnknownVisit
    return visit


def followed(request: AnyRequest) -> VisitId:
    """The visit of an address that carries its key as `k`; raises UnknownVisit."""
    return held(request, asked_for(request, "k"))


def page_address(request: AnyRequest, visit: VisitId, language: str) -> str:
    """The patient's page as a phone reaches it, in that language; the facility's first needs no word."""
    here, facility = hall(request), asked(request).facility
    spoken = f"&lang={language}" if language in facility.languages[1:] else ""
    key = here.vault.link_key(facility.id, visit)
    return f"{here.public_url or _origin(request)}/visit/{facility.id}/{visit}?k={key}{spoken}"


def asked_for(request: AnyRequest, name: str) -> str:
    """A part of the query, empty where it is missing."""
    return cast("str | None", request.query_params.get(name)) or ""


def _origin(request: AnyRequest) -> str:
    """How the kiosk itself reached this server; where that is nothing a browser would send, this machine's name."""
    host = header(request, b"host") or ""
    scheme = request.scope["scheme"]
    return f"{scheme}://{host if _HOST.fullmatch(host) else 'localhost'}"
