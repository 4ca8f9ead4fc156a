"""A session and the wire that it writes to.

Lives here: Listener, and Wire, what a listener needs of a socket.
May import: live.session, live.frames, live.close_codes.
Never: know which kind of socket it is, or make a frame.
"""

from collections.abc import Callable
from typing import Final, Protocol

from queueflow.live.close_codes import CloseCode
from queueflow.live.frames import Frame
from queueflow.live.session import Session

LONGEST_STALL_S: Final = 5
"""Seconds that a write may be pending before its socket is given up."""


class Wire(Protocol):
    """A socket's way out. Nothing here waits: whoever is slow or dead takes no time from the others."""

    def begin(self, listener: "Listener") -> None:
        """Whom to tell, from now on, that nothing more can be taken, and when it can again."""
        ...

    def write(self, frame: Frame) -> None:
        """Write a whole frame. A wire that can take no more calls Listener.pause, before it returns or soon after."""
        ...

    def close(self, code: CloseCode, /) -> None:
        """Close in order, after all that was written."""
        ...

    def abort(self) -> None:
        """Let go at once of the socket and all that waits in it."""
        ...


class Listener:
    """Writes what its session gives. `attend` makes what only the view's owner can: a snapshot, a bye."""

    __slots__ = ("_attend", "_is_closed", "_stalled_s", "session", "wire")

    def __init__(self, wire: Wire, *, coalesces: bool, attend: "Callable[[Listener], None]") -> None:
        self.session = Session(coalesces=coalesces)
        self.wire = wire
        self._attend = attend
        self._is_closed = False
        self._stalled_s = 0

    def tell(self, frame: Frame) -> None:
        """The view's next event frame."""
        session = self.session
        told = session.push(frame)
        if told is not None:
            self.wire.write(told)
        elif session.is_slow or session.wants_snapshot:
            self._look_after()

    def show(self, frame: Frame) -> None:
        """A snapshot."""
        told = self.session.show(frame)
        if told is not None:
            self.wire.write(told)

    def resume(self, since: int, missed: list[Frame], chain: int) -> None:
        """What was missed since an offset."""
        self.session.resume(since, missed, chain)
        self._pump()

    def mention(self, frame: Frame) -> None:
        """A heartbeat."""
        told = self.session.mention(frame)
        if told is not None:
            self.wire.write(told)

    def end(self, code: CloseCode, bye: Frame) -> None:
        """Say bye and close, as soon as the wire takes it."""
        self.session.end(code, bye)
        self._pump()

    def pause(self) -> None:
        """The wire takes no more for now."""
        self.session.is_paused = True
        self._stalled_s = 0

    def go_on(self) -> None:
        """The wire takes more again."""
        self.session.is_paused = False
        self._look_after()
        self._pump()

    def second(self) -> None:
        """Another second went by; a wire that was paused for too many of them is given up."""
        if self.session.is_paused:
            self._stalled_s += 1
            if self._stalled_s > LONGEST_STALL_S:
                self.wire.abort()

    def _look_after(self) -> None:
        session = self.session
        if session.code is None and (session.is_slow or (session.wants_snapshot and not session.is_paused)):
            self._attend(self)

    def _pump(self) -> None:
        session = self.session
        while (frame := session.next()) is not None:
            self.wire.write(frame)
        if session.is_over and session.code is not None and not self._is_closed:
            self._is_closed = True
            self.wire.close(session.code)
