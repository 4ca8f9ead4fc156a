import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queueflow.live.close_codes import BAD_REQUEST, UNKNOWN, CloseCode
from queueflow.live.request import FeedRequest, Refused, Since, board, read, read_since
from queueflow.live.views import BoardView, ConsoleView, FloorView, VisitView
from queueflow.model.ids import ClinicId, RoomId, VisitId
from tests.unit.live.day import facility

VISIT = "20260922-0123456789abc"


def asked(*parameters: tuple[str, str]) -> FeedRequest:
    return read(facility(), parameters)


def refused(*parameters: tuple[str, str]) -> CloseCode:
    with pytest.raises(Refused) as refusal:
        asked(*parameters)
    return refusal.value.code


def test_a_board_is_the_same_in_whatever_order_its_clinics_are_named() -> None:
    expected = BoardView((ClinicId("ear"), ClinicId("heart")))
    assert asked(("view", "board"), ("clinics", "heart,ear")).view == expected
    assert asked(("clinics", "ear,heart,ear"), ("view", "board")).view == expected
    assert asked(("view", "board")).view == BoardView()
    assert board(facility(), []) == BoardView()


def test_a_console_knows_what_its_room_is_set_up_for() -> None:
    assert asked(("view", "console"), ("room", "r2")).view == ConsoleView(
        RoomId("r2"), (ClinicId("ear"), ClinicId("eye"))
    )
    assert asked(("view", "console")).view == ConsoleView()


def test_the_floor_and_a_visit_are_read() -> None:
    assert asked(("view", "floor")).view == FloorView()
    request = asked(("view", "visit"), ("visit", VISIT), ("k", "a-key"))
    assert (request.view, request.key) == (VisitView(VisitId(VISIT)), "a-key")


def test_a_position_is_an_epoch_and_an_offset() -> None:
    assert asked(("view", "floor"), ("since", "f00d-1:42")).since == Since("f00d-1", 42)
    assert asked(("view", "floor")).since is None


@pytest.mark.parametrize("text", ["", "42", "e:", ":4", "e:-1", "e:4.0", "e:٤", "e:4:5", "e :4", "e:" + "9" * 16])
def test_a_position_that_cannot_be_read_is_none(text: str) -> None:
    assert read_since(text) is None


@pytest.mark.parametrize(
    "parameters",
    [
        (),
        (("view", ""),),
        (("view", "wall"),),
        (("view", "board"), ("view", "floor")),
        (("view", "board"), ("clinics", "")),
        (("view", "board"), ("clinics", "eye,")),
        (("view", "board"), ("clinics", "Eye")),
        (("view", "board"), ("clinics", "../eye")),
        (("view", "board"), ("clinics", "eye"), ("clinics", "ear")),
        (("view", "board"), ("clinics", ",".join(f"c{n}" for n in range(101)))),
        (("view", "board"), ("clinic", "eye")),
        (("view", "board"), ("room", "r1")),
        (("view", "console"), ("room", "")),
        (("view", "console"), ("room", "r 1")),
        (("view", "floor"), ("clinics", "eye")),
        (("view", "visit"),),
        (("view", "visit"), ("visit", "1"), ("k", "x")),
        (("view", "visit"), ("visit", VISIT + "-1"), ("k", "x")),
    ],
    ids=str,
)
def test_what_cannot_be_understood_is_a_bad_request(parameters: tuple[tuple[str, str], ...]) -> None:
    assert refused(*parameters) is BAD_REQUEST


def test_a_clinic_or_room_that_is_not_there_is_unknown() -> None:
    assert refused(("view", "board"), ("clinics", "eye,lung")) is UNKNOWN
    assert refused(("view", "console"), ("room", "r9")) is UNKNOWN


@given(st.lists(st.tuples(st.sampled_from(["view", "clinics", "room", "visit", "k", "since"]), st.text()), max_size=4))
def test_whatever_is_asked_is_understood_or_refused(parameters: list[tuple[str, str]]) -> None:
    with contextlib.suppress(Refused):
        read(facility(), parameters)
