"""One store by its address: concurrent calls gathered into pipelines, and an honest answer when it cannot be reached.

Lives here: Store.
May import: redis, model.errors, model.ids, store.keys, store.library.
Never: send a call twice, but for a function that the store did not have; whether a call whose reply was lost happened
is not known here, so its sender repeats it with the same idempotency key.
"""

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, cast

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from queueflow.model.errors import StoreUnavailable
from queueflow.model.ids import FacilityId
from queueflow.store import keys, library
from queueflow.store.library import EngineFault

CONNECTIONS: Final = 4
"""Pipelines under way at the same time, each on its own connection."""
BATCH: Final = 256
"""Calls in one pipeline."""
WAITING: Final = 4096
"""Calls that may wait for a pipeline; beyond it the store is too far behind to promise an answer."""
CONNECT_S: Final = 2.0
REPLY_S: Final = 5.0
WAIT_MS: Final = 200
"""How long a change may take to reach the replicas asked for."""

OUTAGE_CODES: Final = frozenset(
    "ASK BUSY CLUSTERDOWN LOADING MASTERDOWN MISCONF MOVED NOREPLICAS OOM READONLY TRYAGAIN UNKILLABLE".split()
)
"""Error replies by which a healthy engine says that its store cannot take the call now: an outage, not a bug."""

Argument = str | bytes | int


class _Call:
    """One call on its way: its command, and the future that its sender waits for."""

    __slots__ = ("answer", "command", "due", "name", "writes")

    def __init__(self, name: str, command: tuple[Argument, ...], writes: bool) -> None:
        loop = asyncio.get_running_loop()
        self.name = name
        self.command = command
        self.writes = writes
        self.due = loop.time() + REPLY_S
        self.answer: asyncio.Future[object] = loop.create_future()

    def fail(self, error: Exception) -> None:
        """Unless it was answered, or its sender went away."""
        if not self.answer.done():
            self.answer.set_exception(error)

    def give(self, reply: object) -> None:
        """As fail."""
        if not self.answer.done():
            self.answer.set_result(reply)


class Store:
    """Calls to one server; its address is a redis://, rediss:// or unix:// URL (unix:///path/sock?db=0).

    Calls made in one turn of the event loop go together; those made while every connection is busy join the next
    pipeline. Nothing waits while a connection is free. A sender that is cancelled gives up its answer and nothing
    else: the pipeline reads every reply it is owed, so no sender ever gets another's. The library is loaded whenever
    the store was out of reach: it may have come back as another one.
    """

    def __init__(self, url: str, *, wait_replicas: int = 0) -> None:
        self.redis = Redis.from_pool(_pool(url))
        """For the stream's tailer, which sets its own time limits; calls have connections of their own."""
        self.round_trips = 0
        """Pipelines sent."""
        self._wait_replicas = wait_replicas
        pool = _pool(url)
        self._idle: list[AbstractConnection] = [pool.make_connection() for _ in range(CONNECTIONS)]
        self._waiting: deque[_Call] = deque()
        self._pipelines: set[asyncio.Task[None]] = set()
        self._dispatch_due = False
        self._loaded = False
        self._loading = asyncio.Lock()
        self._closed = False

    async def start(self) -> None:
        """Connect and load the function library. Raises StoreUnavailable, EngineFault."""
        await self.ping()

    async def call(self, function: str, facility: FacilityId, argument: bytes) -> bytes:
        """A command's reply, once the store has made it durable (and `wait_replicas` replicas have it).

        Raises StoreUnavailable when that is not known: it may have happened. EngineFault when the function failed.
        """
        return await self._bytes(_Call(function, ("FCALL", function, 1, keys.meta(facility), argument), writes=True))

    async def call_read(self, function: str, facility: FacilityId, argument: bytes) -> bytes:
        """A read's reply. Raises StoreUnavailable, EngineFault."""
        return await self._bytes(
            _Call(function, ("FCALL_RO", function, 1, keys.meta(facility), argument), writes=False)
        )

    async def ping(self) -> None:
        """Whether calls would be answered. Raises StoreUnavailable."""
        await self._answer(_Call("ping", ("PING",), writes=False))

    async def close(self) -> None:
        """Wait for what is under way, refuse the rest, and leave no connection behind."""
        self._closed = True
        while self._waiting:
            self._waiting.popleft().fail(StoreUnavailable())
        if self._pipelines:
            await asyncio.wait(self._pipelines)
        for connection in self._idle:
            await connection.disconnect()
        await self.redis.aclose()

    async def _bytes(self, call: _Call) -> bytes:
        reply = await self._answer(call)
        if not isinstance(reply, bytes):
            raise EngineFault(f"{call.name}: answered {type(reply).__name__}, not bytes")
        return reply

    async def _answer(self, call: _Call) -> object:
        if self._closed or len(self._waiting) >= WAITING:
            raise StoreUnavailable
        self._waiting.append(call)
        if not self._dispatch_due:
            self._dispatch_due = True
            asyncio.get_running_loop().call_soon(self._dispatch)
        return await call.answer

    def _dispatch(self) -> None:
        self._dispatch_due = False
        while self._idle and (batch := self._next_batch()):
            pipeline = asyncio.create_task(self._run(self._idle.pop(), batch))
            self._pipelines.add(pipeline)
            pipeline.add_done_callback(self._ended)

    def _next_batch(self) -> list[_Call]:
        batch: list[_Call] = []
        now = asyncio.get_running_loop().time()
        while self._waiting and len(batch) < BATCH:
            call = self._waiting.popleft()
            if call.due < now:
                call.fail(StoreUnavailable())
            elif not call.answer.done():
                batch.append(call)
        return batch

    def _ended(self, pipeline: asyncio.Task[None]) -> None:
        self._pipelines.discard(pipeline)
        self._dispatch()

    async def _run(self, connection: AbstractConnection, batch: Sequence[_Call]) -> None:
        try:
            await self._ensure_library()
            lacking = await self._send(connection, batch)
            if lacking:
                # Nothing of these was executed: a flushed or replaced store lost the library.
                self._loaded = False
                await self._ensure_library()
                for call in await self._send(connection, lacking):
                    call.fail(EngineFault(f"{call.name}: the library that the store holds has no such function"))
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            self._loaded = False
            with suppress(RedisError, OSError):
                await connection.disconnect(nowait=True)
            for call in batch:
                unavailable = StoreUnavailable()
                unavailable.__cause__ = error
                call.fail(unavailable)
        except EngineFault as error:  # the library does not load
            for call in batch:
                call.fail(EngineFault(*error.args))
        finally:
            for call in batch:
                call.fail(StoreUnavailable())
            self._idle.append(connection)

    async def _ensure_library(self) -> None:
        if self._loaded:
            return
        async with self._loading:
            if not self._loaded:
                async with asyncio.timeout(CONNECT_S + REPLY_S):
                    await library.load(self.redis, library.shipped())
                self._loaded = True

    async def _send(self, connection: AbstractConnection, batch: Sequence[_Call]) -> list[_Call]:
        """Send the calls and answer them, but for those whose function the store does not have: those come back."""
        async with asyncio.timeout(CONNECT_S):
            if connection.is_connected and await connection.can_read():
                # The store hung up while nothing was under way.
                await connection.disconnect(nowait=True)
            await connection.connect()
        commands = [call.command for call in batch]
        replicated = self._wait_replicas > 0 and any(call.writes for call in batch)
        if replicated:
            commands.append(("WAIT", self._wait_replicas, WAIT_MS))
        self.round_trips += 1
        async with asyncio.timeout(REPLY_S):
            await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
            replies = [await _read(connection) for _ in commands]
        reached = replies.pop() if replicated else self._wait_replicas
        safe = isinstance(reached, int) and reached >= self._wait_replicas
        lacking: list[_Call] = []
        for call, reply in zip(batch, replies, strict=True):
            if isinstance(reply, ResponseError):
                if library.is_missing(reply):
                    lacking.append(call)
                else:
                    call.fail(_error(call.name, reply))
            elif call.writes and not safe:
                call.fail(StoreUnavailable())
            else:
                call.give(reply)
        return lacking


def _pool(url: str) -> ConnectionPool:
    # RESP2 has no pushed messages, so nothing but replies can arrive. No retry: redis-py would send commands again. No
    # socket_timeout: with one, redis-py sends within asyncio.wait_for, which on Python 3.11 can swallow a cancellation;
    # and a limit for each reply would never end a store that answers a drop at a time.
    return ConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType]
        url,
        protocol=2,
        retry=Retry(NoBackoff(), 0),
        socket_connect_timeout=CONNECT_S,
        socket_timeout=None,
        driver_info=None,
        max_connections=4096,
    )


async def _read(connection: AbstractConnection) -> object:
    try:
        return cast("object", await connection.read_response(timeout=math.inf))
    except ResponseError as error:  # one call's; the connection is as good as before
        return error


def _error(function: str, reply: ResponseError) -> Exception:
    code = str(getattr(reply, "status_code", None) or str(reply).partition(" ")[0])
    error = StoreUnavailable() if code in OUTAGE_CODES else library.shipped().fault(function, str(reply))
    error.__cause__ = reply
    return error
