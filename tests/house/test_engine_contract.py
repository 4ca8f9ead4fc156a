"""The head comment of each Lua file is its contract: structs, methods, errors and the code itself agree with it."""

import ast
import enum
import types
import typing
from pathlib import Path

import msgspec
import pytest

from queueflow.model import appointment, booking, commands, events, live_state
from queueflow.model.errors import REFUSALS
from tools import lua_heads
from tools.docstrings import PACKAGE
from tools.lua_heads import ALWAYS_AT_HAND, FUNCTIONS, SHARED, Head

HEADS = {path.stem: lua_heads.head(path) for path in lua_heads.functions()}
COMMANDS = {name: head for name, head in HEADS.items() if not name.startswith("read_")}
READS = {name: head for name, head in HEADS.items() if name.startswith("read_")}
EVENTS = {str(event.__struct_config__.tag): event for event in typing.get_args(events.AnyEvent)}

every_function = pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)


STRUCTS: dict[str, type[msgspec.Struct]] = {
    name: struct
    for module in (commands, booking, live_state, appointment)
    for name, struct in vars(module).items()
    if isinstance(struct, type) and issubclass(struct, msgspec.Struct)
}


def _struct(head: Head) -> type[msgspec.Struct]:
    return STRUCTS["".join(word.capitalize() for word in head.path.stem.split("_"))]


def _kind(annotation: object) -> tuple[str, bool]:
    """A Python type in the words of the heads, and whether the field may be left out."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        inner = [one for one in typing.get_args(annotation) if one is not types.NoneType]
        assert len(inner) == 1, annotation
        return _kind(inner[0])[0], True
    if isinstance(annotation, typing.NewType):
        return _kind(annotation.__supertype__)
    origin = typing.get_origin(annotation) or annotation
    assert isinstance(origin, type), annotation
    if issubclass(origin, (str, enum.StrEnum)):
        return "str", False
    if issubclass(origin, (msgspec.Struct, dict)):
        return "map", False
    return {bool: "bool", int: "int", float: "float", tuple: "list"}[origin], False


def _calls(module: str, inner: str) -> dict[str, tuple[str, str, str]]:
    """Each public method of a store class: the function it calls, the struct it sends, the struct it gets."""
    tree = ast.parse((PACKAGE / "store" / module).read_text(encoding="utf-8"))
    found: dict[str, tuple[str, str, str]] = {}
    for method in ast.walk(tree):
        if not isinstance(method, ast.AsyncFunctionDef) or method.name.startswith("_"):
            continue
        for call in ast.walk(method):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == inner:
                function, sent, got = call.args
                assert isinstance(function, ast.Constant)
                assert isinstance(got, ast.Name)
                found[method.name] = (str(function.value), _sent(method, sent), got.id)
    return found


def _sent(method: ast.AsyncFunctionDef, sent: ast.expr) -> str:
    """The struct that a method sends: made in the call, before it, or handed to the method."""
    if isinstance(sent, ast.Name):
        named = sent.id
        for line in method.body:
            if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == named:
                sent = line.value
    if isinstance(sent, ast.Call):
        return ast.unparse(sent.func)
    handed = {arg.arg: arg.annotation for arg in method.args.args}
    annotation = handed[ast.unparse(sent)]
    assert annotation
    return ast.unparse(annotation)


@every_function
def test_a_head_takes_the_fields_of_its_struct(head: Head) -> None:
    struct = _struct(head)
    base = commands.Query if head.path.stem in READS else commands.Command
    assert issubclass(struct, base)
    carried = {field.name for field in msgspec.structs.fields(base)}
    fields = {
        field.encode_name: _kind(field.type) for field in msgspec.structs.fields(struct) if field.name not in carried
    }
    assert {field.name: (field.kind, field.optional) for field in head.takes} == fields


@every_function
def test_a_head_gives_a_struct_that_python_reads(head: Head) -> None:
    assert head.gives in STRUCTS


@every_function
def test_a_head_refuses_what_its_code_refuses_and_python_can_raise(head: Head) -> None:
    assert set(head.refuses) == lua_heads.reach(head.path).refuses
    assert set(head.refuses) <= set(REFUSALS)


@every_function
def test_a_head_tells_the_events_that_its_code_tells(head: Head) -> None:
    assert set(head.tells) == lua_heads.reach(head.path).tells
    assert set(head.tells) <= set(EVENTS)


@every_function
def test_a_head_names_the_keys_that_its_code_touches(head: Head) -> None:
    touched = lua_heads.reach(head.path).keys
    assert set(head.keys) - ALWAYS_AT_HAND <= touched
    assert touched - ALWAYS_AT_HAND <= set(head.keys)


@every_function
def test_a_head_says_what_it_does_and_what_it_costs(head: Head) -> None:
    assert head.does.endswith(".")
    assert head.costs.startswith("O(")


def test_every_command_is_a_method_of_the_engine_by_the_same_name() -> None:
    assert _calls("calls.py", "_call") == {
        name: (f"qf_{name}", _struct(head).__name__, head.gives) for name, head in COMMANDS.items()
    }


def test_every_read_is_a_method_of_reads_by_the_same_name() -> None:
    assert _calls("reads.py", "_read") == {
        name.removeprefix("read_"): (f"qf_{name}", _struct(head).__name__, head.gives) for name, head in READS.items()
    }


def test_every_command_and_query_has_its_function() -> None:
    named = {_struct(head) for head in HEADS.values()}
    shared = {commands.Command, commands.Query, commands.TicketCommand, booking.AppointmentCommand}
    sent = {one for one in STRUCTS.values() if issubclass(one, (commands.Command, commands.Query))}
    assert sent - shared == named


def test_every_event_is_told_by_some_function_and_every_refusal_refused() -> None:
    reaches = [lua_heads.reach(head.path) for head in HEADS.values()] + [lua_heads.reach_of_all()]
    assert {event for one in reaches for event in one.tells} == set(EVENTS)
    assert {slug for one in reaches for slug in one.refuses} == set(REFUSALS)


LUA = sorted(FUNCTIONS.rglob("*.lua"))


def _code(path: Path) -> str:
    return "\n".join(line.partition("--")[0] for line in path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("path", [path for path in LUA if path != SHARED / "keys.lua"], ids=lambda path: path.name)
def test_no_lua_but_keys_builds_a_key(path: Path) -> None:
    for call in _redis_calls(_code(path)):
        key = call.partition(",")[2].strip()
        assert key.startswith("qf.key.") or key.split(",")[0].strip(") ").isidentifier(), call
        assert ".." not in key.partition(")")[0].partition(",")[0], call
    assert "c.prefix" not in _code(path)


def _redis_calls(code: str) -> list[str]:
    return [line.partition("redis.call(")[2] for line in code.splitlines() if "redis.call(" in line]


RULE_WORDS = """
    emergency returning ordinary elderly child pregnant disabled disability veteran merit insured insurance
    under-6 over-75
""".split()
"""The priority groups of the law and the classes of DESIGN's list: what only routing rules may know."""


@pytest.mark.parametrize("path", LUA, ids=lambda path: path.name)
def test_lua_knows_no_rule(path: Path) -> None:
    code = _code(path)
    assert [word for word in RULE_WORDS if word in code] == []
