"""How a feed gets its frames out: straight into the socket where the server is ours, else by ASGI's send.

Lives here: FeedProtocol (uvicorn's WebSocket with that way out), AsgiWire, and wire, which chooses.
May import: live.listener, live.frames, live.close_codes; uvicorn, the standard library.
Never: make a frame, or wait for one socket while another could be written to.

ASGI has one way to send: a coroutine for each message, which serialises it for that socket. A feed's frame is the
same for a thousand listeners and is serialised once (live.frames), so our server's protocol takes it as it is. That
is also what lets a socket that has stopped reading be dropped: ASGI knows no abort.
"""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Generator
from types import coroutine
from typing import Any, Final, cast

from litestar.exceptions import WebSocketDisconnect
from litestar.types import Message, Send, WebSocketScope
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from queueflow.live.close_codes import CloseCode
from queueflow.live.frames import Frame
from queueflow.live.listener import Listener, Wire

_EXTENSION: Final = "queueflow.protocol"
_KERNEL_BYTES: Final = 64 * 1024
"""What the kernel may hold of a feed that is not read. Left to itself it holds megabytes, and nobody would notice for
minutes that a screen has stopped reading."""


class FeedProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, whose handler finds it in its scope."""

    listener: Listener | None = None

    def handle_connect(self, event: Any) -> None:
        """A request to open a WebSocket came in; its handler starts in the next turn of the loop."""
        super().handle_connect(event)
        if not self.close_sent:
            _extensions(self.scope)[_EXTENSION] = self

    def pause_writing(self) -> None:
        """The transport holds more than it likes to."""
        super().pause_writing()
        if self.listener is not None:
            self.listener.pause()

    def resume_writing(self) -> None:
        """The transport has room again."""
        super().resume_writing()
        if self.listener is not None:
            self.listener.go_on()


class DirectWire:
    """Writes into the transport of a FeedProtocol."""

    def __init__(self, protocol: FeedProtocol, close: Callable[[CloseCode], None]) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._close = close

    def begin(self, listener: Listener) -> None:
        """Whom to tell of a full transport."""
        self._protocol.listener = listener
        connection = cast("socket.socket | None", self._transport.get_extra_info("socket"))
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_BYTES)

    def write(self, frame: Frame) -> None:
        """Into the transport, which holds what the kernel does not take."""
        if not (self._protocol.close_sent or self._transport.is_closing()):
            self._transport.write(frame.wire)

    def close(self, code: CloseCode, /) -> None:
        """By ASGI: the rest of the handshake is the server's."""
        self._close(code)

    def abort(self) -> None:
        """Drop the connection and what it holds."""
        self._transport.abort()


class AsgiWire:
    """Sends by ASGI. A send that does not have to wait is driven to its end on the spot; one that does gets a task."""

    def __init__(self, send: Send, close: Callable[[CloseCode], None], hang_up: Callable[[], object]) -> None:
        self._send = send
        self._hang_up = hang_up
        self._listener: Listener | None = None
        self._waiting: asyncio.Task[None] | None = None
        self._close = close

    def begin(self, listener: Listener) -> None:
        """Whom to tell of a send that has to wait."""
        self._listener = listener

    def write(self, frame: Frame) -> None:
        """Send, and if that has to wait, say so."""
        message = {"type": "websocket.send", "bytes": None, "text": frame.json.decode()}
        sending = cast("Coroutine[object, None, None]", self._send(cast("Message", message)))
        try:
            first = sending.send(None)
        except StopIteration:
            return
        except (OSError, WebSocketDisconnect):  # it is gone, as whoever hears for it is about to learn
            return
        if self._listener is not None:
            self._listener.pause()
        self._waiting = asyncio.create_task(self._finish(sending, first))

    def close(self, code: CloseCode, /) -> None:
        """By ASGI too."""
        self._close(code)

    def abort(self) -> None:
        """End the handler; the server closes the connection as it sees fit."""
        if self._waiting is not None:
            self._waiting.cancel()
        self._hang_up()

    async def _finish(self, sending: Coroutine[object, None, None], first: object) -> None:
        try:
            await _rest(sending, first)
        except (OSError, WebSocketDisconnect):
            return
        if self._listener is not None:
            self._listener.go_on()


def wire(scope: WebSocketScope, send: Send, close: Callable[[CloseCode], None], hang_up: Callable[[], object]) -> Wire:
    """The best way out of a socket. `close`: by ASGI; `hang_up`: ends the socket's handler."""
    protocol = _extensions(scope).get(_EXTENSION)
    if isinstance(protocol, FeedProtocol):
        return DirectWire(protocol, close)
    return AsgiWire(send, close, hang_up)


def _extensions(scope: object) -> dict[str, object]:
    return cast("dict[str, dict[str, object]]", scope).get("extensions", {})


@coroutine
def _rest(begun: Coroutine[object, None, None], first: object) -> Generator[object, None, None]:
    """A coroutine that was driven up to its first wait, to be awaited from there."""
    yield first
    yield from begun
