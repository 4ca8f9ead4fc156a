"""A server on a loopback port that answers what a test tells it to, and keeps what it was asked."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

CLOSE = b""
"""An answer that is none: the connection is closed."""


@dataclass
class Scripted:
    base_url: str = ""
    asked: list[bytes] = field(default_factory=list)
    connections: int = 0

    def header(self, index: int, name: str) -> str | None:
        found = re.search(rf"^{name}: (.*)\r$", self.asked[index].decode("latin-1"), re.IGNORECASE | re.MULTILINE)
        return found[1] if found else None


def answer(status: int, body: bytes = b"{}", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@asynccontextmanager
async def scripted(script: Callable[[int], bytes]) -> AsyncIterator[Scripted]:
    """`script` gives the answer to the request of that number, from 0."""
    server = Scripted()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
                body = await reader.readexactly(int(length[1])) if length else b""
                server.asked.append(head + body)
                told = script(len(server.asked) - 1)
                if told == CLOSE:
                    return
                writer.write(told)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        server.base_url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield server
