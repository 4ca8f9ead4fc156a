"""One listener, without its socket: what it was told last, what waits to be written, and when it is too slow.

Lives here: Session.
May import: live.frames, live.close_codes.
Never: touch a socket, a clock or another listener.
"""

from collections.abc import Iterable
from typing import Final

from queueflow.live.close_codes import CloseCode
from queueflow.live.frames import Frame

MOST_FRAMES: Final = 256
MOST_BYTES: Final = 256 * 1024


class Session:
    """Takes frames, gives those that may be written now, keeps the rest within bounds.

    Guarantee: to whoever reads all that is given out, every event frame's `prev` is the offset of the frame before,
    offsets do not fall within an epoch, and no event of the view is left out, unless a snapshot stands in its place.

    While writing is paused, frames wait: at most MOST_FRAMES and MOST_BYTES. What is past that makes a session that
    coalesces ask for a snapshot in place of all that waits, and any other too slow. Outside these bounds are one
    snapshot and the events missed before a resume: the history that they are shared with has its own.
    """

    __slots__ = (
        "_bytes",
        "_chain",
        "_first",
        "_waiting",
        "coalesces",
        "code",
        "is_paused",
        "is_slow",
        "offset",
        "wants_snapshot",
    )

    def __init__(self, *, coalesces: bool) -> None:
        self.coalesces = coalesces
        self.offset = -1
        """What the listener has been, or will be told with what waits."""
        self.is_paused = False
        self.is_slow = False
        self.wants_snapshot = False
        """Nothing more can be told before a snapshot is."""
        self.code: CloseCode | None = None
        """What to close with as soon as nothing waits."""
        self._chain = -1
        """The offset of the view's last frame: what the next one's `prev` must be."""
        # Lists, the first one with its next frame at the end: an empty deque would cost each listener 600 bytes.
        self._first: list[Frame] = []
        self._waiting: list[Frame] = []
        self._bytes = 0

    def push(self, frame: Frame) -> Frame | None:
        """The view's next event frame; gives what is to be written now, if anything."""
        if self.wants_snapshot or self.is_slow or self.code is not None:
            return None
        if frame.prev != self._chain:
            # Something of the view was not pushed: never let it pass as if nothing had been.
            self._lose()
            return None
        self._chain = frame.offset
        if frame.prev != self.offset:
            frame = frame.after(self.offset)
        self.offset = frame.offset
        if not (self.is_paused or self._waiting or self._first):
            return frame
        self._keep(frame)
        return None

    def show(self, frame: Frame) -> Frame | None:
        """A snapshot, in place of everything that waits."""
        if self.code is not None:
            return None
        self._forget()
        self.wants_snapshot = False
        self.offset = self._chain = frame.offset
        if not self.is_paused:
            return frame
        self._first.append(frame)
        return None

    def resume(self, since: int, missed: Iterable[Frame], chain: int) -> None:
        """Go on from an offset: the view's event frames after it, in order, wait to be written.

        `chain` is the offset of the view's last frame.
        """
        self.offset = since
        for frame in missed:
            self._first.append(frame.after(self.offset))
            self.offset = frame.offset
        self._first.reverse()
        self._chain = chain

    def mention(self, frame: Frame) -> Frame | None:
        """A frame that is worth something only at once: a heartbeat."""
        return None if self.is_paused or self._waiting or self._first or self.code is not None else frame

    def next(self) -> Frame | None:
        """What to write next, None while writing is paused or nothing waits."""
        if self.is_paused:
            return None
        if self._first:
            return self._first.pop()
        if not self._waiting:
            return None
        frame = self._waiting.pop(0)
        self._bytes -= len(frame.wire)
        return frame

    def end(self, code: CloseCode, bye: Frame) -> None:
        """Say bye in place of everything that waits; then close."""
        if self.code is None:
            self._forget()
            self.code = code
            self._first.append(bye)

    @property
    def is_over(self) -> bool:
        """Whether bye was said and written: close now."""
        return self.code is not None and not self._first and not self.is_paused

    def _keep(self, frame: Frame) -> None:
        if len(self._waiting) >= MOST_FRAMES or self._bytes + len(frame.wire) > MOST_BYTES:
            self._lose()
            return
        self._waiting.append(frame)
        self._bytes += len(frame.wire)

    def _lose(self) -> None:
        self._forget()
        if self.coalesces:
            self.wants_snapshot = True
        else:
            self.is_slow = True

    def _forget(self) -> None:
        self._first.clear()
        self._waiting.clear()
        self._bytes = 0
