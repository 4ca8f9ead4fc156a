"""A facility's event stream as it grows: from one state of the facility, every event after it, through every outage.

Lives here: follow, history, and what they give: Began, Told, Lost.
May import: redis, model, store.calls, store.reads, store.client, store.keys, store.library.
Never: leave out an event in silence. Whoever listens is told each one, or that it must begin anew.
"""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final, cast

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from queueflow.model.commands import Attach
from queueflow.model.errors import QueueflowError, StoreUnavailable
from queueflow.model.events import AnyEvent
from queueflow.model.ids import FacilityId, ServiceDay
from queueflow.model.live_state import FacilityState
from queueflow.store import keys
from queueflow.store.calls import Engine
from queueflow.store.client import CONNECT_S, REPLY_S, Store
from queueflow.store.library import EngineFault
from queueflow.store.reads import Reads

BLOCK_MS: Final = 2000
"""How long one read waits for the next event; below the client's time limit for a reply."""
CHECK_S: Final = 2.0
"""How often, at least, it is made sure that the stream is still the one that is being followed."""
READ_AT_MOST: Final = 500
FIRST_DELAY_S: Final = 0.1
LONGEST_DELAY_S: Final = 2.0

Entry = tuple[bytes, dict[bytes, bytes]]

_log = logging.getLogger(__name__)
_decoder = msgspec.msgpack.Decoder(AnyEvent)


class Began(msgspec.Struct, frozen=True):
    """Forget everything: this is the facility at `state.offset`, and what is told next comes after it.

    The first item; and again in a new epoch, after events that are gone, and after an outage in which nothing happened.
    """

    state: FacilityState


class Told(msgspec.Struct, frozen=True):
    """The next event; offsets are dense after a Began."""

    offset: int
    event: AnyEvent


class Lost(msgspec.Struct, frozen=True):
    """The store went away, once an outage. Whatever comes next, Told or Began, says that it is back."""


StreamItem = Began | Told | Lost


async def follow(
    store: Store, facility: FacilityId, *, clock: Callable[[], int], new_epoch: Callable[[], str]
) -> AsyncGenerator[StreamItem]:
    """Every event of a facility from now on; never ends by itself. `clock`: Unix ms. `new_epoch`: a fresh random name.

    Each follower reads on a connection of its own, which goes with it when it is cancelled or closed
    (contextlib.aclosing).
    """
    tail = _Tail(store, facility, clock, new_epoch)
    chance = random.Random()  # noqa: S311 (spreads workers that come back together; no secret)
    failures = 0
    while True:
        try:
            async with _connection_of_its_own(store) as connection:
                for item in await tail.attach(connection):
                    yield item
                failures = 0
                while True:
                    for item in await tail.read(connection):
                        yield item
        except (QueueflowError, EngineFault, RedisError, OSError) as error:
            if not tail.lost:
                _log.log(
                    logging.ERROR if isinstance(error, EngineFault) else logging.WARNING,
                    "the event stream of %s is lost: %s",
                    facility,
                    error,
                )
                tail.lost = True
                yield Lost()
        failures += 1
        await asyncio.sleep(chance.random() * min(FIRST_DELAY_S * 2**failures, LONGEST_DELAY_S))


async def history(store: Store, facility: FacilityId, after: int, upto: int) -> tuple[tuple[int, AnyEvent], ...] | None:
    """The events with offsets after+1 to upto, in order; None when one of them is gone. Raises StoreUnavailable."""
    if upto <= after:
        return ()
    try:
        async with asyncio.timeout(REPLY_S):
            found = await store.redis.xrange(keys.events(facility), f"{after + 1}-0", f"{upto}-0")
    except (RedisError, OSError) as error:
        raise StoreUnavailable from error
    entries = cast("Sequence[Entry]", found)
    if len(entries) != upto - after:
        return None
    try:
        return tuple((_offset(entry), _decoder.decode(entry[1][b"e"])) for entry in entries)
    except msgspec.DecodeError:  # a newer release's event
        return None


class _Tail:
    """Where a follower stands in the stream, and the steps that bring it on."""

    def __init__(
        self, store: Store, facility: FacilityId, clock: Callable[[], int], new_epoch: Callable[[], str]
    ) -> None:
        self.lost = False
        self._engine = Engine(store)
        self._reads = Reads(store)
        self._facility = facility
        self._clock = clock
        self._new_epoch = new_epoch
        self._epoch: str | None = None
        self._offset = 0
        self._check_at = 0.0

    async def attach(self, connection: Redis) -> Sequence[StreamItem]:
        """Meet the store, which may be another one than before, or have another past."""
        attached = await self._engine.attach(
            Attach(
                facility=self._facility,
                now_ms=self._clock(),
                day=ServiceDay(""),
                actor="stream",
                replication_id=await _replication_id(connection),
                epoch=self._new_epoch(),
            )
        )
        self._put_off_check()
        if attached.epoch != self._epoch or attached.offset < self._offset:
            return (await self._begin(),)
        if not self.lost:
            return ()
        missed = await self._next(connection, block_ms=None)
        self.lost = False
        return missed or (await self._begin(),)

    async def read(self, connection: Redis) -> Sequence[StreamItem]:
        """What happened since, as soon as something has; nothing when nothing did for a while."""
        if asyncio.get_running_loop().time() >= self._check_at:
            if not await self._is_current(connection):
                return await self.attach(connection)
            self._put_off_check()
        return await self._next(connection, block_ms=BLOCK_MS)

    async def _next(self, connection: Redis, block_ms: int | None) -> Sequence[StreamItem]:
        key = keys.events(self._facility)
        async with asyncio.timeout(REPLY_S):
            found = await connection.xread({key: f"{self._offset}-0"}, count=READ_AT_MOST, block=block_ms)
        streams = cast("Sequence[tuple[bytes, Sequence[Entry]]] | None", found)
        told: list[StreamItem] = []
        for _, entries in streams or ():
            for entry in entries:
                if _offset(entry) != self._offset + 1:
                    return (*told, await self._begin())
                try:
                    event = _decoder.decode(entry[1][b"e"])
                except msgspec.DecodeError as error:  # a newer release's: the state says what came of it
                    _log.warning("event %s:%d is not understood: %s", self._facility, self._offset + 1, error)
                    return (*told, await self._begin())
                self._offset += 1
                told.append(Told(self._offset, event))
        return told

    async def _begin(self) -> Began:
        state = await self._reads.board(self._facility, self._clock())
        self._epoch, self._offset, self.lost = state.epoch, state.offset, False
        return Began(state)

    async def _is_current(self, connection: Redis) -> bool:
        """Whether the store and its past are still the ones met: another worker, or a flush, may have changed them."""
        async with asyncio.timeout(REPLY_S):
            found = await connection.hmget(keys.meta(self._facility), ["replication_id", "epoch", "offset"])
        recorded = cast("Sequence[bytes | None]", found)
        identity, epoch, offset = ((field or b"").decode() for field in recorded)
        return (
            identity == await _replication_id(connection) and epoch == self._epoch and int(offset or 0) >= self._offset
        )

    def _put_off_check(self) -> None:
        self._check_at = asyncio.get_running_loop().time() + CHECK_S


@asynccontextmanager
async def _connection_of_its_own(store: Store) -> AsyncGenerator[Redis]:
    client = store.redis.client()
    try:
        async with asyncio.timeout(CONNECT_S):
            await client.initialize()
        yield client
    finally:
        if client.connection is not None:
            await client.connection.disconnect(nowait=True)
        await client.aclose()


async def _replication_id(connection: Redis) -> str:
    async with asyncio.timeout(REPLY_S):
        return str((await connection.info("replication"))["master_replid"])  # pyright: ignore[reportUnknownMemberType]


def _offset(entry: Entry) -> int:
    return int(entry[0].partition(b"-")[0])
