"""A waiting-room screen: a board's feed kept open, its frames in unbroken order, and how late each call comes to it."""

from urllib.parse import urlencode, urlsplit

from locust import User, constant, task
from websocket import WebSocket, WebSocketException, create_connection

from loadtests.users.hall import CALLS, HALL, PATH
from queueflow.simulation.checks import Chain, Ledger
from queueflow.simulation.feed import Bye, EventFrame, Frame, Gap, Picture, SnapshotFrame, decode

ROW = "command to frame"
"""From a doctor's press on "next" to the frame on a screen: the row that this test is there for."""
_SILENCE_S = 25


class ScreenUser(User):
    """One board. A gap in its frames, a refusal or a silence is a failure of its own row."""

    wait_time = constant(0.2)

    def on_start(self) -> None:
        """An empty picture."""
        self.picture = Picture()
        self.chain = Chain("board", Ledger())

    @task
    def watch(self) -> None:
        """Keep the feed open until it is lost; then it is opened anew from where the picture stands."""
        try:
            socket = self._open()
        except (OSError, WebSocketException) as error:
            self._tell("feed", error)
            return
        try:
            while True:
                frame = decode(socket.recv())
                self._take(frame)
                if isinstance(frame, Bye):
                    return
        except Gap as gap:
            self._tell("gap", gap)
        except (OSError, WebSocketException) as error:
            self._tell("feed", error)
        finally:
            socket.close()

    def _open(self) -> WebSocket:
        query = {"view": "board"}
        if self.picture.epoch:
            query["since"] = f"{self.picture.epoch}:{self.picture.offset}"
        address = f"ws://{urlsplit(HALL.base_url).netloc}{PATH}/feed?{urlencode(query)}"
        protocols = ["queueflow.v1", f"bearer.{HALL.tokens['display']}"]
        return create_connection(address, timeout=_SILENCE_S, subprotocols=protocols, skip_utf8_validation=True)

    def _take(self, frame: Frame) -> None:
        self.chain.take(frame)
        if isinstance(frame, EventFrame) and frame.name == "ticket.called":
            before = {name for name, seen in self.picture.tickets.items() if seen.state == "called"}
            self.picture.take(frame)
            for name in frame.set.tickets:
                seen = self.picture.tickets.get(name)
                if seen is not None and seen.state == "called" and name not in before:
                    CALLS.seen(name, self._late)
            return
        self.picture.take(frame)
        if isinstance(frame, SnapshotFrame):
            self._tell("snapshot", None)

    def _late(self, milliseconds: float) -> None:
        self.environment.events.request.fire(
            request_type="WS", name=ROW, response_time=milliseconds, response_length=0, exception=None, context={}
        )

    def _tell(self, name: str, error: Exception | None) -> None:
        self.environment.events.request.fire(
            request_type="WS", name=name, response_time=0, response_length=0, exception=error, context={}
        )
