"""What happens because time has passed, though nobody asked: unanswered calls, quicker stops, the evening's closing.

Lives here: Clockwork, one a worker; the engine makes sure that several workers do each thing once.
May import: model, store.calls, store.library; the standard library's asyncio and logging.
Never: decide what is due: the engine does, by the clinic's policy.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from queueflow.model.commands import CloseDay, Once, Tick
from queueflow.model.days import local_time, service_day
from queueflow.model.errors import QueueflowError
from queueflow.model.facility import Facility
from queueflow.model.ids import FacilityId, ServiceDay
from queueflow.store.calls import Engine
from queueflow.store.library import EngineFault

ACTOR: Final = "clock"
_EVERY_S: Final = 2.0
_log = logging.getLogger(__name__)


class Clockwork:
    """Ticks every facility every two seconds, and closes its hall at its hour."""

    def __init__(self, engine: Engine, facilities: Mapping[FacilityId, Facility], now_ms: Callable[[], int]) -> None:
        self._engine = engine
        self._facilities = facilities
        self._now_ms = now_ms
        self._closed: dict[FacilityId, ServiceDay] = {}

    async def run(self) -> None:
        """Until cancelled. A store that cannot be reached is asked again at the next tick."""
        while True:
            await asyncio.sleep(_EVERY_S)
            for facility in self._facilities.values():
                try:
                    await self.tick(facility)
                except QueueflowError as error:
                    _log.debug("no tick: %s", error.slug)
                except EngineFault:
                    # A bug in one facility's tick must not stop the clocks of all: it is told, every time.
                    _log.exception("a tick failed")

    async def tick(self, facility: Facility) -> None:
        """What is due now in one facility. Raises UnknownFacility before its rules are published, StoreUnavailable."""
        now_ms = self._now_ms()
        day = service_day(now_ms, facility.time_zone)
        await self._engine.tick(Tick(facility=facility.id, now_ms=now_ms, day=day, actor=ACTOR))
        if self._closed.get(facility.id) != day and is_past_closing(facility, now_ms):
            once = Once(key=f"closing-{day}", fingerprint="closing")
            await self._engine.close_day(CloseDay(facility=facility.id, now_ms=now_ms, day=day, actor=ACTOR, once=once))
            self._closed[facility.id] = day


def is_past_closing(facility: Facility, now_ms: int) -> bool:
    """Whether today's closing hour has struck there."""
    if facility.closing is None:
        return False
    now = local_time(now_ms, facility.time_zone)
    return f"{now:%H:%M}" >= facility.closing
