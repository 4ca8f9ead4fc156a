"""HTTP/1.1 as the doors need it: kept connections, one request at a time on each, and nothing else.

Lives here: Wire and Response.
May import: httptools, msgspec, the standard library's asyncio and ssl.
Never: repeat a request; whether that is safe only the door knows.

A general client costs 0.7 to 1.5 ms of processor time a request (httpx, measured with 1 and 32 at once), this one a
tenth of that. A day at a thousand times real speed has a thousand requests a second, made by the same machine that
answers them.
"""

import asyncio
import ssl
from typing import Final, cast
from urllib.parse import urlsplit

import httptools
import msgspec

_OPEN_WITHIN_S: Final = 5.0
_ANSWER_WITHIN_S: Final = 15.0


class Response(msgspec.Struct, frozen=True):
    """An answer; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Lost(Exception):
    """The connection went, or stayed silent, before the whole answer was there."""


class Wire:
    """Connections to one server, at most `connections` at once; whoever comes after that many waits."""

    def __init__(self, base_url: str, connections: int) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{base_url} is no address of a server, such as http://127.0.0.1:8080")
        self._host = parts.hostname
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._port = parts.port or (443 if self._tls else 80)
        self._path = parts.path.rstrip("/")
        self._head = f"Host: {parts.netloc.rpartition('@')[2]}\r\nUser-Agent: queueflow-replay\r\n"
        self._free: list[_Line] = []
        self._room = asyncio.Semaphore(connections)

    async def request(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Response:
        """One request and its answer. Raises Lost."""
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        text = f"{method} {self._path}{path} HTTP/1.1\r\n{self._head}{head}{length}\r\n"
        async with self._room:
            line = await self._line()
            try:
                async with asyncio.timeout(_ANSWER_WITHIN_S):
                    response = await line.ask(text.encode("latin-1") + body)
            except TimeoutError as error:
                raise Lost("no answer in time") from error
            finally:
                if line.idle:
                    self._free.append(line)
                else:
                    line.close()
        return response

    def close(self) -> None:
        """Close every connection."""
        for line in self._free:
            line.close()
        self._free.clear()

    async def _line(self) -> "_Line":
        while self._free:
            line = self._free.pop()
            if line.idle:
                return line
        try:
            async with asyncio.timeout(_OPEN_WITHIN_S):
                _, line = await asyncio.get_running_loop().create_connection(
                    _Line, self._host, self._port, ssl=self._tls
                )
        except (OSError, TimeoutError) as error:
            raise Lost("no connection") from error
        return line


class _Line(asyncio.Protocol):
    """One connection; also what httptools tells about the answer that comes over it."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Response] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []

    @property
    def idle(self) -> bool:
        """Whether another request may go over it."""
        return self._transport is not None and not self._transport.is_closing() and self._answer is None

    async def ask(self, request: bytes) -> Response:
        if self._transport is None:
            raise Lost("the connection was closed")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._lose(str(error))

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._lose("the connection was closed")

    def on_message_begin(self) -> None:
        self._headers = {}
        self._body = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(Response(self._parser.get_status_code(), self._headers, b"".join(self._body)))
        if not self._parser.should_keep_alive():
            self.close()

    def _lose(self, why: str) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_exception(Lost(why))
        self.close()
