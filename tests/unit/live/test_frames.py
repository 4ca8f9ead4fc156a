import msgspec
import pytest
from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode

from queueflow.live import frames
from queueflow.live.frames import AnyFrame, EventFrame, Frame, Press, websocket_text
from queueflow.live.views import Picture
from queueflow.model.ids import TicketId

AT_MS = 1_790_035_200_000
TOLD = Picture({}, {}, {TicketId("gone"): None})


def written(frame: Frame) -> dict:
    return msgspec.json.decode(frame.json)


def test_an_event_frame_is_what_the_contract_says() -> None:
    frame = Press().event(12, 9, AT_MS, "ticket.completed", TOLD)
    assert list(written(frame).items()) == [
        ("type", "event"),
        ("offset", 12),
        ("prev", 9),
        ("at", "2026-09-22T00:00:00.000Z"),
        ("name", "ticket.completed"),
        ("set", {"clinics": {}, "rooms": {}, "tickets": {"gone": None}}),
    ]
    assert (frame.offset, frame.prev) == (12, 9)


def test_a_snapshot_a_heartbeat_and_a_bye_are_what_the_contract_says() -> None:
    state = Press().encode(Picture({}, {}, {}))
    at = "2026-09-22T00:00:00.000Z"
    assert written(frames.snapshot("e", 7, AT_MS, state)) == {
        "type": "snapshot",
        "epoch": "e",
        "offset": 7,
        "at": at,
        "state": {"clinics": {}, "rooms": {}, "tickets": {}},
    }
    assert written(frames.heartbeat(8, AT_MS)) == {"type": "heartbeat", "offset": 8, "at": at}
    assert written(frames.bye("slow", 1200)) == {"type": "bye", "reason": "slow", "retry_after_ms": 1200}


def test_a_frame_for_somebody_at_another_offset_differs_in_prev_alone_and_is_not_encoded_again() -> None:
    press = Press()
    frame = press.event(12, 9, AT_MS, "ticket.completed", TOLD)
    later = frame.after(10)
    assert written(later) == written(frame) | {"prev": 10}
    assert (later.offset, later.prev) == (12, 10)
    assert frame.after(10) is later
    assert frame.after(9) is frame
    assert press.encoded == 1


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536])
def test_the_framing_is_that_of_the_websocket_protocol(length: int) -> None:
    payload = b"x" * length
    assert websocket_text(payload) == WebSocketFrame(Opcode.TEXT, payload).serialize(mask=False)


@pytest.mark.parametrize("padding", [0, 200, 70_000])
def test_a_frames_text_can_be_had_back(padding: int) -> None:
    frame = Frame(EventFrame(1, 0, "x" * padding, "clinic.updated", msgspec.Raw(b"{}")))
    assert msgspec.json.decode(frame.json, type=AnyFrame).offset == 1  # type: ignore[union-attr]
