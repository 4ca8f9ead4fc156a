"""The border to Lua: a command goes as one msgpack map, an answer comes as {"ok": result} or {"refused": {slug, …}}.

Lives here: encode, decode_result.
May import: msgspec, model.commands, model.errors, store.library's EngineFault.
Never: send anything, or let an empty container matter: Lua cannot tell an empty map from an empty list and leaves
both out, so every container field of a result defaults to empty.
"""

from functools import cache
from typing import Generic, TypeVar, cast

import msgspec

from queueflow.model.commands import Command, Query
from queueflow.model.errors import REFUSALS, Invalid, QueueflowError
from queueflow.store.library import EngineFault

T = TypeVar("T")

_encoder = msgspec.msgpack.Encoder()


class _Answer(msgspec.Struct, Generic[T], frozen=True):
    ok: T | msgspec.UnsetType = msgspec.UNSET
    refused: dict[str, str | int] | None = None


@cache
def _decoder(result: type) -> msgspec.msgpack.Decoder[_Answer[object]]:
    return msgspec.msgpack.Decoder(_Answer[result])


def encode(command: Command | Query) -> bytes:
    """A command or query as its Lua function takes it. Integers must stay below 2^53: Lua's numbers are doubles."""
    return _encoder.encode(command)


def decode_result(reply: bytes, result: type[T]) -> T:
    """The result that the store answered, or its refusal raised as the model's error.

    Raises EngineFault for an answer that is neither: the Lua and the Python of that command differ.
    """
    try:
        answer = cast("msgspec.msgpack.Decoder[_Answer[T]]", _decoder(result)).decode(reply)
    except msgspec.DecodeError as error:
        raise EngineFault(f"the store's answer is no {result.__name__}: {error}") from error
    if isinstance(answer.ok, msgspec.UnsetType):
        raise _refusal(dict(answer.refused or {}))
    return answer.ok


def _refusal(fields: dict[str, str | int]) -> QueueflowError | EngineFault:
    slug = fields.pop("slug", None)
    error = REFUSALS.get(str(slug))
    if error is None:
        return EngineFault(f"the store refused for a reason that has no name here: {slug}")
    if error is Invalid:
        return Invalid(str(fields.get("field", "")), str(fields.get("detail", Invalid.title)))
    return error(None, **fields)
