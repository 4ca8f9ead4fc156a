"""Tests of store/wire.py."""

import msgspec
import pytest
from hypothesis import given, settings

from queueflow.model.commands import Attach, AttachResult, Call, Command, Query
from queueflow.model.errors import (
    REFUSALS,
    Invalid,
    NotAllowedInState,
    RevisionMismatch,
    UnknownTicket,
)
from queueflow.model.ids import FacilityId, RoomId, ServiceDay, TicketId
from queueflow.store import wire
from queueflow.store.library import EngineFault
from tests.servers import Server
from tests.structs import instances


def refused(**fields: str | int) -> bytes:
    return msgspec.msgpack.encode({"refused": fields})


def test_a_command_is_one_map_without_what_was_not_said() -> None:
    command = Call(
        facility=FacilityId("f"),
        now_ms=1_790_035_200_000,
        day=ServiceDay("20260922"),
        actor="desk",
        ticket=TicketId("t"),
        room=RoomId("r1"),
    )
    assert msgspec.msgpack.decode(wire.encode(command)) == {
        "facility": "f",
        "now_ms": 1_790_035_200_000,
        "day": "20260922",
        "actor": "desk",
        "ticket": "t",
        "room": "r1",
    }


PASS_ON = """#!lua name=passing
redis.register_function{function_name = "pass_on", flags = {"no-writes"}, callback = function(keys, args)
  return cmsgpack.pack(cmsgpack.unpack(args[1]))
end}
"""


def said(value: object) -> object:
    """A message without what both sides take for unsaid: None and empty containers."""
    if isinstance(value, dict):
        pairs = {key: said(one) for key, one in value.items()}
        return {key: one for key, one in pairs.items() if one not in (None, {}, [])}
    return [said(one) for one in value] if isinstance(value, list) else value


def leaves(struct: type) -> list[type]:
    below = [leaf for one in struct.__subclasses__() for leaf in leaves(one)]
    return below or [struct]


@pytest.mark.parametrize("struct", leaves(Command) + leaves(Query), ids=lambda struct: struct.__name__)
def test_lua_understands_every_command_whatever_is_in_it(server: Server, struct: type[Command | Query]) -> None:
    with server.client() as asked:
        asked.function_load(PASS_ON, replace=True)

        @settings(max_examples=25, deadline=None, database=None)
        @given(instances(struct))
        def passed_on(command: Command | Query) -> None:
            sent = wire.encode(command)
            assert said(msgspec.msgpack.decode(asked.fcall_ro("pass_on", 0, sent))) == said(
                msgspec.msgpack.decode(sent)
            )

        passed_on()


def test_a_result_comes_back_as_its_type() -> None:
    reply = msgspec.msgpack.encode({"ok": {"epoch": "e", "offset": 3, "changed": True}})
    assert wire.decode_result(reply, AttachResult) == AttachResult(epoch="e", offset=3, changed=True)


def test_a_field_of_a_newer_release_is_passed_over() -> None:
    reply = msgspec.msgpack.encode({"ok": {"epoch": "e", "offset": 3, "colour": "red"}, "more": 1})
    assert wire.decode_result(reply, AttachResult).offset == 3


@pytest.mark.parametrize("slug", sorted(set(REFUSALS) - {"validation"}))
def test_every_refusal_is_raised_as_its_error(slug: str) -> None:
    with pytest.raises(REFUSALS[slug]) as caught:
        wire.decode_result(refused(slug=slug), AttachResult)
    assert type(caught.value) is REFUSALS[slug]
    assert caught.value.fields == {}


def test_a_refusal_carries_its_fields() -> None:
    with pytest.raises(NotAllowedInState) as caught:
        wire.decode_result(refused(slug="not-allowed-in-state", state="done", action="recall"), AttachResult)
    assert caught.value.fields == {"state": "done", "action": "recall"}
    with pytest.raises(RevisionMismatch) as stale:
        wire.decode_result(refused(slug="revision-mismatch", revision=7), AttachResult)
    assert stale.value.fields == {"revision": 7}


def test_an_invalid_field_is_named_with_what_was_expected() -> None:
    with pytest.raises(Invalid) as caught:
        wire.decode_result(refused(slug="validation", field="room", detail="a room is needed"), AttachResult)
    assert (caught.value.field, caught.value.detail) == ("room", "a room is needed")


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"\xc1",
        msgspec.msgpack.encode({"ok": {"epoch": "e"}}),
        msgspec.msgpack.encode({"ok": []}),
        msgspec.msgpack.encode({}),
        msgspec.msgpack.encode([]),
        msgspec.msgpack.encode({"refused": {"slug": "no-such-slug"}}),
        msgspec.msgpack.encode({"refused": {}}),
    ],
)
def test_an_answer_that_is_neither_is_a_bug_and_no_refusal(reply: bytes) -> None:
    with pytest.raises(EngineFault):
        wire.decode_result(reply, AttachResult)


def test_each_type_is_read_by_its_own_decoder() -> None:
    with pytest.raises(UnknownTicket):
        wire.decode_result(refused(slug="unknown-ticket"), AttachResult)
    reply = msgspec.msgpack.encode(
        {"ok": {"facility": "f", "now_ms": 1, "day": "d", "actor": "a", "replication_id": "r", "epoch": "e"}}
    )
    assert isinstance(wire.decode_result(reply, Attach), Attach)
