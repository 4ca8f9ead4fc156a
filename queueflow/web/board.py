"""What everybody may see: the facility and its board.

Lives here: the schema of a facility as the public sees it, and the handlers of both.
May import: model, live.hub, live.public, web.entry; litestar, msgspec.
Never: a policy, a mean, a rule; nor a clinic's own name where it has a neutral one for the wall.
"""

from typing import Final, cast

import msgspec
from litestar import get
from litestar.types import ASGIApp

from queueflow.live.public import BoardClinic, BoardRoom, BoardTicket
from queueflow.model.errors import UnknownClinic, UnknownFacility
from queueflow.model.facility import Facility, LocalText
from queueflow.web import examples
from queueflow.web.answer import Answer
from queueflow.web.entry import FACILITY, AnyRequest, asked, hall
from queueflow.web.openapi import Gives, Says, says


class PublicService(msgspec.Struct, frozen=True):
    """What a patient may come for; `kiosk`: offered there; `icon`: its picture's name."""

    id: str
    name: LocalText
    kiosk: bool
    icon: str


class PublicClinic(msgspec.Struct, frozen=True):
    """A clinic under the name that may stand on a wall."""

    id: str
    name: LocalText
    services: tuple[str, ...]
    location: LocalText


class PublicRoom(msgspec.Struct, frozen=True):
    """A room; `places`: patients at one time."""

    id: str
    name: LocalText
    clinics: tuple[str, ...]
    places: int
    location: LocalText


class PublicPriority(msgspec.Struct, frozen=True):
    """A class that tickets wait in."""

    id: str
    name: LocalText


class PublicFacility(msgspec.Struct, frozen=True):
    """A facility as anybody may know it."""

    id: str
    name: LocalText
    time_zone: str
    languages: tuple[str, ...]
    services: tuple[PublicService, ...]
    clinics: tuple[PublicClinic, ...]
    rooms: tuple[PublicRoom, ...]
    priorities: tuple[PublicPriority, ...]


class BoardState(msgspec.Struct, frozen=True):
    """What stands on a board, by id."""

    clinics: dict[str, BoardClinic]
    rooms: dict[str, BoardRoom]
    tickets: dict[str, BoardTicket]


class Board(msgspec.Struct, frozen=True):
    """A board at an offset of the feed; live.frames encodes it, this describes it."""

    epoch: str
    offset: int
    at: str
    state: BoardState


def public_facility(facility: Facility) -> PublicFacility:
    """What of a facility is public."""
    return PublicFacility(
        id=facility.id,
        name=facility.name,
        time_zone=facility.time_zone,
        languages=facility.languages,
        services=tuple(PublicService(one.id, one.name, one.kiosk, one.icon) for one in facility.services),
        clinics=tuple(
            PublicClinic(one.id, one.public_name or one.name, one.services, one.location) for one in facility.clinics
        ),
        rooms=tuple(PublicRoom(one.id, one.name, one.clinics, one.places, one.location) for one in facility.rooms),
        priorities=tuple(PublicPriority(one.id, one.name) for one in facility.priorities),
    )


@get(
    FACILITY,
    opt=says(
        Says(
            call="read-facility",
            summary="A facility: its services, clinics and rooms.",
            gives=(Gives(200, "The facility.", PublicFacility, examples.FACILITY),),
            refuses=(UnknownFacility,),
        )
    ),
)
async def facility(request: AnyRequest) -> ASGIApp:
    """The facility."""
    content = msgspec.json.encode(public_facility(asked(request).facility))
    return Answer(200, content, headers=[(b"cache-control", b"no-cache")])


@get(
    f"{FACILITY}/board",
    opt=says(
        Says(
            call="read-board",
            summary="The waiting-room board: the same state as in the feed's snapshot, with its epoch and offset.",
            gives=(Gives(200, "The board.", Board, examples.BOARD),),
            refuses=(UnknownClinic,),
            query=(("clinics", "Clinics, with a comma between two; all of them without it."),),
        )
    ),
)
async def board(request: AnyRequest) -> ASGIApp:
    """The board."""
    named = cast("str | None", request.query_params.get("clinics"))
    content = hall(request).hub.board(asked(request).facility.id, () if named is None else named.split(","))
    return Answer(200, content)


HANDLERS: Final = (facility, board)
