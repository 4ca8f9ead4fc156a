"""The application, spoken to in ASGI itself: a request may be anything that a server could hand on."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote_to_bytes

Header = tuple[bytes, bytes]


@dataclass(frozen=True)
class Asked:
    """One request; `raw_path` percent-encoded, with its query."""

    method: str
    raw_path: bytes
    headers: tuple[Header, ...] = ()
    body: bytes = b""


@dataclass(frozen=True)
class Answered:
    """One answer."""

    status: int
    headers: tuple[Header, ...]
    body: bytes

    def header(self, name: bytes) -> bytes:
        return next((value for key, value in self.headers if key == name), b"")

    def json(self) -> Any:
        return json.loads(self.body)


async def ask(app: Any, asked: Asked) -> Answered:
    """The answer; an exception that gets out of the application gets out of here."""
    path, _, query = asked.raw_path.partition(b"?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        # As uvicorn does it.
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": list(asked.headers),
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    incoming = [{"type": "http.request", "body": asked.body, "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if incoming:
            return incoming.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async with asyncio.timeout(20):
        await app(scope, receive, send)
    start = sent[0]
    body = b"".join(cast("bytes", message.get("body", b"")) for message in sent[1:])
    headers: Sequence[Header] = start.get("headers", ())
    return Answered(start["status"], tuple((bytes(key).lower(), bytes(value)) for key, value in headers), body)
