"""The feed's WebSocket: who may listen to what, and the connection's beginning and end.

Lives here: the handler of …/feed.
May import: live, model, web.auth, web.entry, web.wire; litestar, the standard library.
Never: narrow a view or hold a frame (live does), or say in a close reason what the listener sent.
"""

import asyncio
from contextlib import suppress
from typing import Any, Final, cast
from urllib.parse import parse_qsl

from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect

from queueflow.live.close_codes import BAD_REQUEST, FORBIDDEN, UNAUTHENTICATED, UNKNOWN, CloseCode
from queueflow.live.request import FeedRequest, Refused, read
from queueflow.live.views import BoardView, VisitView
from queueflow.model.errors import Forbidden, Unauthenticated, UnknownFacility
from queueflow.model.facility import Facility
from queueflow.web.entry import FACILITY, Hall
from queueflow.web.wire import wire

SUBPROTOCOL: Final = "queueflow.v1"
_BEARER: Final = "bearer."
_MOST_PARAMETERS: Final = 8
_MOST_MESSAGES: Final = 16
"""What a listener may say before it is taken for something else than a listener."""

AnySocket = WebSocket[Any, Any, Any]


@websocket(FACILITY + "/feed")
async def feed(socket: AnySocket) -> None:
    """A view of the facility as a feed."""
    here = cast("Hall", socket.app.state["hall"])
    if not _is_own_page(socket, here):
        # Before the handshake: a page of another origin is not even told that there is a feed.
        await socket.close(FORBIDDEN.code)
        return
    offered = socket.scope["subprotocols"]
    await socket.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
    connection = _Connection(socket)
    try:
        facility, request = _asked(socket, here, offered)
        await connection.listen(here, facility, request)
    except Refused as refusal:
        await connection.close_now(refusal.code)


HANDLERS: Final = (feed,)


class _Connection:
    """A socket from its handshake to its end."""

    def __init__(self, socket: AnySocket) -> None:
        self._socket = socket
        self._handler = asyncio.current_task()
        self._closing: asyncio.Task[None] | None = None
        self._is_dropped = False

    async def listen(self, here: Hall, facility: Facility, request: FeedRequest) -> None:
        """Listen until either side ends it. Raises Refused for a visit that is not there, or a listener that talks."""
        out = wire(self._socket.scope, self._socket.send, self.close, self.hang_up)
        listener = await here.hub.listen(facility.id, request.view, request.since, out)
        try:
            await self._hear()
        except asyncio.CancelledError:
            if not self._is_dropped:
                raise
        finally:
            here.hub.leave(facility.id, listener)
            if self._closing is not None:
                await asyncio.wait({self._closing})

    def close(self, code: CloseCode) -> None:
        """Begin to close; the other side's end of it is heard."""
        if self._closing is None:
            self._closing = asyncio.create_task(self.close_now(code))

    def hang_up(self) -> None:
        """End the handler at once, whatever still has to be sent."""
        self._is_dropped = True
        for task in (self._closing, self._handler):
            if task is not None:
                task.cancel()

    async def close_now(self, code: CloseCode) -> None:
        """Close with a code, unless the other side was faster."""
        with suppress(OSError, WebSocketDisconnect):
            await self._socket.send({"type": "websocket.close", "code": code.code, "reason": code.reason})

    async def _hear(self) -> None:
        """Until the listener is gone. What it says is nothing to us; raises Refused when that is too much."""
        for _ in range(_MOST_MESSAGES):
            if (await self._socket.receive())["type"] == "websocket.disconnect":
                return
        raise Refused(BAD_REQUEST)


def _asked(socket: AnySocket, here: Hall, offered: list[str]) -> tuple[Facility, FeedRequest]:
    """What the listener asks for, and may have. Raises Refused."""
    if SUBPROTOCOL not in offered:
        raise Refused(BAD_REQUEST)
    try:
        facility = here.facility(cast("str", socket.path_params["facility"]))
    except UnknownFacility as error:
        raise Refused(UNKNOWN) from error
    try:
        query = socket.scope["query_string"].decode("ascii")
        parameters = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except ValueError as error:
        raise Refused(BAD_REQUEST) from error
    request = read(facility, parameters)
    tokens = [one.removeprefix(_BEARER) for one in offered if one.startswith(_BEARER)]
    _let_in(here, facility, request, tokens)
    return facility, request


def _let_in(here: Hall, facility: Facility, request: FeedRequest, tokens: list[str]) -> None:
    """Raises Refused unless the listener may have what it asks for.

    A board is for everybody; but whoever shows a token should learn that it is bad, not see a board that looks well.
    """
    view = request.view
    if len(tokens) > 1:
        raise Refused(BAD_REQUEST)
    if isinstance(view, VisitView) and not here.vault.check_link(facility.id, view.visit, request.key):
        raise Refused(FORBIDDEN)
    if not tokens:
        if isinstance(view, BoardView | VisitView):
            return
        raise Refused(UNAUTHENTICATED)
    try:
        here.tokens.caller(tokens[0]).require(f"feed-{request.kind}", facility.id)
    except Unauthenticated as error:
        raise Refused(UNAUTHENTICATED) from error
    except Forbidden as error:
        raise Refused(FORBIDDEN) from error


def _is_own_page(socket: AnySocket, here: Hall) -> bool:
    """Whether a browser's page may listen: one of this server's own, or of an origin that is allowed, to the letter.

    Without an Origin it is no browser's page. (RFC 6455, section 10.2; a browser lets any page open a WebSocket.)
    """
    origins = _headers(socket, b"origin")
    if not origins:
        return True
    hosts = _headers(socket, b"host")
    own = {f"{scheme}://{hosts[0]}" for scheme in ("http", "https")} if len(hosts) == 1 else set[str]()
    public = {here.public_url.rstrip("/")} if here.public_url else set[str]()
    return len(origins) == 1 and origins[0] in (own | public | set(here.allowed_origins))


def _headers(socket: AnySocket, name: bytes) -> list[str]:
    headers = cast("list[tuple[bytes, bytes]]", socket.scope["headers"])
    return [value.decode("latin-1") for key, value in headers if key.lower() == name]
