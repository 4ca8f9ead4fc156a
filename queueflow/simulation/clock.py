"""Hospital time: a day's seconds that run some times as fast as the wall's, and the dice of a rehearsal.

Lives here: Clock, Stopwatch, today, utc_now, fresh_run, dice: all of this room that asks for time or makes chance.
May import: the standard library.
Never: know what is waited for.
"""

import asyncio
import secrets
import time
from collections import deque
from datetime import UTC, date, datetime
from random import Random
from typing import Final

_KEPT: Final = 200_000


class Clock:
    """Seconds since the rehearsed day's midnight, from `starts_s` on, `speed` times as fast as the wall.

    It runs from the first reading or sleep on, by the machine's monotonic clock. `late_s`: of the last sleeps, how
    much longer than asked they were, wall seconds; where that grows, this process cannot keep up with its clock.
    """

    def __init__(self, starts_s: float, speed: float) -> None:
        self.starts_s = starts_s
        self.speed = speed
        self.late_s: deque[float] = deque(maxlen=_KEPT)
        self._began: float | None = None

    def wall_s(self) -> float:
        """Wall seconds since it began to run."""
        now = time.monotonic()
        if self._began is None:
            self._began = now
        return now - self._began

    def now_s(self) -> float:
        """Hospital time in seconds since midnight."""
        return self.starts_s + self.wall_s() * self.speed

    async def sleep(self, for_s: float) -> None:
        """Wait some hospital seconds."""
        wall_s = max(0.0, for_s) / self.speed
        asleep = Stopwatch()
        await asyncio.sleep(wall_s)
        self.late_s.append(asleep.read_s() - wall_s)

    async def sleep_until(self, at_s: float) -> float:
        """Wait for an instant of hospital time. Gives how late the sleeper woke, in wall seconds."""
        await self.sleep(at_s - self.now_s())
        return max(0.0, (self.now_s() - at_s) / self.speed)


class Stopwatch:
    """Wall seconds from its making on."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    def read_s(self) -> float:
        """Seconds since it was made."""
        return time.perf_counter() - self._began


def today() -> date:
    """Today's date by the machine's clock, UTC; a person's age is counted to it."""
    return datetime.now(UTC).date()


def utc_now() -> str:
    """Now, RFC 3339 in UTC to the second, for the head of a report."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


def fresh_run() -> str:
    """A name for one run: idempotency keys begin with it, so that a second run never gets the first one's answers."""
    return secrets.token_hex(6)


def dice(seed: int | str) -> Random:
    """Dice that fall the same way for the same seed; each part of a rehearsal takes its own, by its name."""
    return Random(seed)  # noqa: S311 (a rehearsal's chance guards nothing)
