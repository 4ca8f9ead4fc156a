"""What holds for every struct that crosses a border: commands, results, events, states."""

import types
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect

from queueflow.model import (
    appointment,
    booking,
    commands,
    events,
    facility,
    live_state,
    patient,
    priority,
    schedule,
    ticket,
    visit,
)
from queueflow.model.commands import Command
from queueflow.model.events import AnyEvent, Event
from tests.structs import fields_of, instances

MODULES = (appointment, booking, commands, events, facility, live_state, patient, priority, schedule, ticket, visit)

FEED_NAMES = {
    "ticket.issued", "ticket.called", "ticket.recalled", "ticket.started", "ticket.completed", "ticket.no-show",
    "ticket.requeued", "ticket.reinstated", "ticket.transferred", "ticket.held", "ticket.resumed", "ticket.cancelled",
    "ticket.undone", "ticket.suspended", "room.opened", "room.paused", "room.closed", "clinic.updated",
    "ruleset.published", "day.closed", "ticket.prioritised",
    "ticket.released", "ticket.replanned", "ticket.reopened", "visit.merged",
    "ticket.deferred", "ticket.handed-on",
}  # fmt: skip
"""The names that feeds may carry."""

UNSEEN = {"appointment.booked", "appointment.moved", "appointment.cancelled", "appointment.no-show"}
"""What changes nothing that a feed shows."""

NEVER_EMPTY = {("Visit", "tickets"), ("VisitRecord", "journey"), ("VisitResult", "journey")}
"""Containers that the engine fills whenever it makes the struct."""


def structs_of(*modules: types.ModuleType) -> list[type[msgspec.Struct]]:
    found = [thing for module in modules for thing in vars(module).values() if isinstance(thing, type)]
    return sorted({kind for kind in found if issubclass(kind, msgspec.Struct)}, key=lambda kind: kind.__name__)


STRUCTS = [kind for kind in structs_of(*MODULES) if kind not in (msgspec.Struct, Event)]
EVENTS = [kind for kind in STRUCTS if issubclass(kind, Event)]
FROM_LUA = EVENTS + [kind for kind in structs_of(commands, booking) if kind.__name__.endswith("Result")]
FROM_LUA += [*structs_of(appointment, live_state, ticket, visit)]


def by_name(kind: type) -> str:
    return kind.__name__


@pytest.mark.parametrize("kind", STRUCTS, ids=by_name)
@given(data=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_struct_survives_msgpack_and_json(kind: type[msgspec.Struct], data: st.DataObject) -> None:
    made: Any = data.draw(instances(kind))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(made), type=kind) == made
    assert msgspec.json.decode(msgspec.json.encode(made), type=kind) == made


@pytest.mark.parametrize("kind", STRUCTS, ids=by_name)
def test_every_struct_is_frozen(kind: type[msgspec.Struct]) -> None:
    assert kind.__struct_config__.frozen


@pytest.mark.parametrize("kind", STRUCTS, ids=by_name)
def test_every_instant_and_length_of_time_says_its_unit(kind: type[msgspec.Struct]) -> None:
    for field in fields_of(kind):
        assert not field.name.endswith(("_time", "_date_ms", "_seconds", "_minutes"))
        if field.name.endswith("_at"):
            assert (kind.__name__, field.name) == ("Ticket", "order_at")


@pytest.mark.parametrize("kind", FROM_LUA, ids=by_name)
def test_what_comes_from_lua_may_leave_an_empty_container_out(kind: type[msgspec.Struct]) -> None:
    # cmsgpack writes an empty table as an array, which no dict field takes: Lua leaves it out instead.
    for field in fields_of(kind):
        if isinstance(field.type, inspect.DictType | inspect.VarTupleType):
            assert not field.required or (kind.__name__, field.name) in NEVER_EMPTY, field.name


@pytest.mark.parametrize("kind", EVENTS, ids=by_name)
@given(data=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_event_is_told_from_the_others_by_its_name(kind: type[Event], data: st.DataObject) -> None:
    made = data.draw(instances(kind))
    assert type(msgspec.msgpack.decode(msgspec.msgpack.encode(made), type=AnyEvent)) is kind


def test_events_have_the_names_of_the_contract_and_all_carry_the_same() -> None:
    tags = [kind.__struct_config__.tag for kind in EVENTS]
    assert len(set(tags)) == len(tags)
    assert set(tags) <= FEED_NAMES | UNSEEN
    assert {kind.__struct_config__.tag_field for kind in EVENTS} == {"name"}
    assert {kind.__struct_fields__ for kind in EVENTS} == {Event.__struct_fields__}
    assert set(AnyEvent.__args__) == set(EVENTS)


def test_no_command_makes_up_its_own_time_day_or_actor() -> None:
    for kind in structs_of(commands, booking):
        if issubclass(kind, Command):
            required = {field.name for field in fields_of(kind) if field.required}
            assert {"facility", "now_ms", "day", "actor"} <= required, kind


def test_no_command_or_event_has_a_field_for_who_a_patient_is() -> None:
    personal = {"name", "birth_date", "phone", "address", "identity", "patient", "insurance", "sex"}
    for kind in [*structs_of(commands, events, live_state), ticket.Ticket, visit.Visit]:
        assert not personal & set(kind.__struct_fields__), kind
