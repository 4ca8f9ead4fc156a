"""A TCP proxy that loses replies: what the server answered never arrives, and the connection is gone."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

CHUNK = 65536


class LossyProxy:
    """Listens on a free loopback port and passes everything on, but for a share of the replies.

    A lost reply was carried out: the request went through before. `loss` may be changed at any time. `cut`: how many
    bytes of a lost reply still arrive; a reader must not take them for an answer.
    """

    def __init__(self, upstream_port: int, loss: float, seed: int = 1) -> None:
        self.loss = loss
        self.lost = 0
        self.passed = 0
        self.port = 0
        self._upstream_port = upstream_port
        self._dice = random.Random(seed)
        self._pairs: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for pair in self._pairs:
                pair.cancel()
            await asyncio.gather(*self._pairs, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pair = asyncio.current_task()
        assert pair is not None
        self._pairs.add(pair)
        pair.add_done_callback(self._pairs.discard)
        try:
            upstream, down = await asyncio.open_connection("127.0.0.1", self._upstream_port)
        except OSError:
            writer.close()
            return
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._requests(reader, down))
                ways.create_task(self._replies(upstream, writer))
        except* (OSError, _Lost):
            pass
        finally:
            for one in (writer, down):
                one.transport.abort()

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        raise _Lost

    async def _replies(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            if self._dice.random() < self.loss:
                self.lost += 1
                with suppress(OSError):
                    writer.write(data[: self._dice.randrange(len(data))])
                    await writer.drain()
                raise _Lost
            self.passed += 1
            writer.write(data)
            await writer.drain()
        raise _Lost


class _Lost(Exception):
    """The connection is over."""
