"""The function library: every Lua file of functions/ as one text, loaded once for many workers, never downgraded.

Lives here: Library, load, EngineFault.
May import: the standard library, msgspec, redis, store.keys.
Never: a queue rule; what a function does stands in its Lua file alone.
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Awaitable, Iterable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, cast

import msgspec
from redis.exceptions import ResponseError, WatchError

from queueflow.store import keys

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.client import Pipeline

RELEASE: Final = 2
"""Raise it whenever the Lua changes what it takes, gives or keeps: a worker never replaces a newer release."""

_HEAD: Final = '#!lua name=queueflow\nlocal qf = {{ version = "{version}", release = {release} }}\n'
_TAIL: Final = """\
do
redis.register_function({
  function_name = "qf_version",
  flags = { "no-writes" },
  callback = function()
    return cmsgpack.pack({ release = qf.release, version = qf.version })
  end,
})
end
"""
_LINE: Final = re.compile(r"user_function:(\d+)")
_MISSING: Final = "Function not found"


class EngineFault(Exception):
    """The engine did what it never may: a bug in Lua or in its callers, not an outage; part of it may be done."""


class Loaded(msgspec.Struct, frozen=True):
    """What qf_version answers: the release and the content version of the library that the store has."""

    release: int
    version: str


class Library:
    """The joined text, its content version, and which line of it came from which file.

    Each file stands in a `do … end` of its own: a Lua chunk may hold 200 locals, a closure 60 upvalues, so files
    share the one table `qf` and nothing else.
    """

    def __init__(self, sources: Iterable[tuple[str, str]], release: int = RELEASE) -> None:
        """`sources`: (file name, text), in the order they are to run."""
        sources = list(sources)
        content = "\0".join(part for source in sources for part in source)
        version = hashlib.sha256(content.encode()).hexdigest()[:16]
        self.loaded = Loaded(release=release, version=version)
        self._first_lines: list[int] = []
        self._files: list[str] = []
        text = _HEAD.format(version=version, release=release)
        for name, source in sources:
            text += "do\n"
            self._first_lines.append(text.count("\n") + 1)
            self._files.append(name)
            text += source.rstrip("\n") + "\nend\n"
        self._first_lines.append(text.count("\n") + 1)
        self._files.append("library.py")
        self.text = text + _TAIL

    def place(self, line: int) -> str:
        """`<file>:<line>` of a line of the joined text, both counted from 1."""
        index = bisect_right(self._first_lines, line) - 1
        if index < 0:
            return f"library.py:{line}"
        return f"{self._files[index]}:{line - self._first_lines[index] + 1}"

    def fault(self, function: str, message: str) -> EngineFault:
        """A function's error reply, with the places in the files that were joined."""
        return EngineFault(f"{function}: {_LINE.sub(lambda found: self.place(int(found[1])), message)}")


@cache
def shipped() -> Library:
    """The library of this release: functions/shared/*.lua, then functions/*.lua, each by name."""
    folder = files("queueflow.store").joinpath("functions")
    sources = [
        (prefix + file.name, file.read_text(encoding="utf-8"))
        for prefix, place in (("shared/", folder.joinpath("shared")), ("", folder))
        for file in sorted(place.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".lua")
    ]
    return Library(sources)


def is_missing(error: ResponseError) -> bool:
    """Whether the store does not have the function, so that nothing was executed."""
    return str(error).startswith(_MISSING)


async def load(redis: "Redis", library: Library) -> None:
    """Put the library into the store unless it is there, or a newer release is.

    Safe when many workers do it at once, of different releases too: reading what is loaded and replacing it are one
    transaction. Raises redis.exceptions.RedisError when the store cannot be reached, EngineFault when the Lua is wrong.
    """
    while True:
        async with redis.pipeline(transaction=True) as transaction:
            await transaction.watch(keys.LIBRARY)
            if not _should_replace(await _loaded(transaction), library.loaded):
                return
            transaction.multi()
            transaction.incr(keys.LIBRARY)
            transaction.function_load(library.text, replace=True)
            try:
                _, loaded = await transaction.execute(raise_on_error=False)
            except WatchError:  # another worker was quicker
                continue
            if isinstance(loaded, ResponseError):
                raise library.fault("FUNCTION LOAD", str(loaded)) from loaded
            return


async def _loaded(transaction: "Pipeline") -> Loaded | None:
    try:
        asked = transaction.fcall_ro("qf_version", 0)  # pyright: ignore[reportUnknownMemberType]
        reply = await cast("Awaitable[bytes]", asked)
    except ResponseError as error:
        if is_missing(error):
            return None
        raise
    return msgspec.msgpack.decode(reply, type=Loaded)


def _should_replace(there: Loaded | None, ours: Loaded) -> bool:
    if there is None:
        return True
    return there.release < ours.release or (there.release == ours.release and there.version != ours.version)
