"""What a listener asks for: the address' parameters, read into a view and a position.

Lives here: FeedRequest, Since, Refused, and read.
May import: model, live.views, live.close_codes.
Never: decide who may see what (web.feed), or take a parameter that the view does not have.
"""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from queueflow.live.close_codes import BAD_REQUEST, UNKNOWN, CloseCode
from queueflow.live.views import BoardView, ConsoleView, FloorView, View, VisitView
from queueflow.model.facility import Facility
from queueflow.model.ids import ClinicId, RoomId, VisitId, is_slug, is_visit_id

MOST_CLINICS: Final = 100
_PARAMETERS: Final = {
    "board": frozenset({"clinics"}),
    "console": frozenset({"room"}),
    "floor": frozenset[str](),
    "visit": frozenset({"visit", "k"}),
}
_SINCE: Final = re.compile(r"([0-9A-Za-z_-]{1,64}):([0-9]{1,15})")


class Refused(Exception):
    """A listener that is not let in; the code says why."""

    def __init__(self, code: CloseCode) -> None:
        super().__init__(code.reason)
        self.code = code


class Since(msgspec.Struct, frozen=True):
    """The position that a listener was at: the offset of the last frame it got, in an epoch."""

    epoch: str
    offset: int


class FeedRequest(msgspec.Struct, frozen=True):
    """A view of a facility, from a position on where there is a known one. `key`: of a visit's link."""

    view: View
    since: Since | None
    key: str

    @property
    def kind(self) -> str:
        """The view's name: board, console, floor or visit."""
        return str(self.view.__struct_config__.tag)


def read(facility: Facility, parameters: Iterable[tuple[str, str]]) -> FeedRequest:
    """Read an address' parameters. Raises Refused: bad request, or unknown for a clinic or room that is not there.

    A position that cannot be read is as good as none: its listener gets a snapshot.
    """
    given: dict[str, str] = {}
    for name, value in parameters:
        if name in given:
            raise Refused(BAD_REQUEST)
        given[name] = value
    since = read_since(given.pop("since", ""))
    view = given.pop("view", "")
    if view not in _PARAMETERS or not given.keys() <= _PARAMETERS[view]:
        raise Refused(BAD_REQUEST)
    return FeedRequest(_view(facility, view, given), since, given.get("k", ""))


def board(facility: Facility, clinics: Iterable[str]) -> BoardView:
    """The board of those clinics, in whatever order and number they were named; of none: of all."""
    named = sorted(set(clinics))
    if len(named) > MOST_CLINICS or not all(is_slug(clinic) for clinic in named):
        raise Refused(BAD_REQUEST)
    if any(facility.clinic(clinic) is None for clinic in named):
        raise Refused(UNKNOWN)
    return BoardView(tuple(ClinicId(clinic) for clinic in named))


def read_since(text: str) -> Since | None:
    """`<epoch>:<offset>`, or None."""
    match = _SINCE.fullmatch(text)
    return None if match is None else Since(match[1], int(match[2]))


def _view(facility: Facility, view: str, given: dict[str, str]) -> View:
    if view == "board":
        return board(facility, given["clinics"].split(",") if "clinics" in given else ())
    if view == "console":
        return _console(facility, given["room"]) if "room" in given else ConsoleView()
    if view == "floor":
        return FloorView()
    visit = given.get("visit", "")
    if not is_visit_id(visit):
        raise Refused(BAD_REQUEST)
    return VisitView(VisitId(visit))


def _console(facility: Facility, room_id: str) -> ConsoleView:
    if not is_slug(room_id):
        raise Refused(BAD_REQUEST)
    room = facility.room(room_id)
    if room is None:
        raise Refused(UNKNOWN)
    return ConsoleView(RoomId(room_id), room.clinics)
