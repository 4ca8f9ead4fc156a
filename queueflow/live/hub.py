"""Who listens to what, in this worker: each facility's stream comes in, and everybody who listens is told.

Lives here: Hub, and Sources, what it reads from.
May import: model, store.stream, and the rest of live.
Never: change a queue, or wait for a listener.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, Final, Protocol

from queueflow.live import request
from queueflow.live.close_codes import UNAVAILABLE, UNKNOWN
from queueflow.live.feeds import FacilityFeeds
from queueflow.live.frames import Press
from queueflow.live.history import SPAN
from queueflow.live.listener import Listener, Wire
from queueflow.live.people import People
from queueflow.live.request import Refused, Since
from queueflow.live.views import View, VisitView
from queueflow.model.errors import Invalid, StoreUnavailable, UnknownClinic, UnknownFacility, UnknownVisit
from queueflow.model.events import AnyEvent
from queueflow.model.facility import Facility
from queueflow.model.ids import FacilityId, TicketId, VisitId
from queueflow.model.live_state import Place, VisitRecord
from queueflow.model.patient import Patient
from queueflow.model.visit import Visit
from queueflow.store.stream import Began, Lost, StreamItem, Told

HEARTBEAT_S: Final = 10.0
MOVES_EVERY_S: Final = 0.5
"""How often, at most, a facility's visits are asked for their places."""
CATCH_UP_S: Final = 0.5
"""How long a listener may wait for a worker that has just started, or is behind the one it comes from."""
DRAIN_S: Final = 2.0
_RESTART_S: Final = 1.0
_LOOK_S: Final = 0.02

_log = logging.getLogger(__name__)


class Sources(Protocol):
    """What a hub reads from: the store, seen from here."""

    def follow(self, facility: FacilityId) -> AsyncGenerator[StreamItem]:
        """The facility's stream, as store.stream.follow gives it."""
        ...

    async def past(self, facility: FacilityId, after: int, upto: int) -> Sequence[AnyEvent]:
        """The events after one offset up to another, none where one of them is gone. Raises StoreUnavailable."""
        ...

    async def visit(self, facility: FacilityId, visit: VisitId) -> VisitRecord:
        """A visit. Raises UnknownVisit, StoreUnavailable."""
        ...

    async def places(self, facility: FacilityId, tickets: Sequence[TicketId]) -> Sequence[Place]:
        """Where tickets stand. Raises StoreUnavailable."""
        ...

    def open_patient(self, facility: FacilityId, visit: Visit) -> Patient:
        """A visit's patient; empty where the seal is broken."""
        ...


class Hub:
    """The feeds of every facility of an installation, fed by one reader of the store each."""

    def __init__(
        self,
        facilities: Mapping[FacilityId, Facility],
        sources: Sources,
        *,
        now_ms: Callable[[], int],
        chance: Callable[[], float],
    ) -> None:
        """`now_ms`: Unix ms. `chance`: from 0 up to 1, another each time."""
        self._facilities = facilities
        self._sources = sources
        self._press = Press()
        self._tasks: set[asyncio.Task[None]] = set()
        self._feeds = {
            facility: FacilityFeeds(self._press, People(self._opener(facility)), now_ms, chance)
            for facility in facilities
        }

    @property
    def encoded(self) -> int:
        """How often the objects of a view were encoded: once an event and view, and once a snapshot."""
        return self._press.encoded

    def listening(self, facility: FacilityId) -> int:
        """How many listen to a facility."""
        return self._feeds[facility].listening

    def is_live(self, facility: FacilityId) -> bool:
        """Whether what a facility's listeners see is what the store holds."""
        return self._feeds[facility].is_live

    def board(self, facility: FacilityId, clinics: Iterable[str]) -> bytes:
        """The public board as JSON: epoch, offset, at, and the `state` of the feed's snapshot.

        Raises UnknownFacility, UnknownClinic, Invalid; StoreUnavailable while the store is away.
        """
        found = self._facilities.get(facility)
        if found is None:
            raise UnknownFacility
        try:
            view = request.board(found, clinics)
        except Refused as refusal:
            if refusal.code is UNKNOWN:
                raise UnknownClinic from refusal
            raise Invalid("clinics", "ids of clinics, with a comma between two") from refusal
        return self._feeds[facility].board(view)

    async def start(self) -> None:
        """Begin to follow every facility. Needs a running event loop; returns at once."""
        self._begin(self._every(HEARTBEAT_S, self._beat))
        self._begin(self._every(1.0, self._second))
        for facility, feeds in self._feeds.items():
            self._begin(self._follow(facility, feeds))
            self._begin(self._every(MOVES_EVERY_S, partial(self._move_visits, facility, feeds)))

    async def stop(self) -> None:
        """Stop following; whoever still listens hears nothing any more."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def drain(self) -> None:
        """Send everybody away, each with another time to come back, and wait a little until they are gone."""
        for feeds in self._feeds.values():
            feeds.drain()
        for _ in range(round(DRAIN_S / _LOOK_S)):
            if not any(feeds.listening for feeds in self._feeds.values()):
                return
            await asyncio.sleep(_LOOK_S)

    async def listen(self, facility: FacilityId, view: View, since: Since | None, wire: Wire) -> Listener:
        """Let a wire listen; the first frames are written before this returns. Raises Refused for an unknown visit.

        Whoever is let in leaves by `leave`, however their connection ends.
        """
        feeds = self._feeds[facility]
        await self._catch_up(feeds, since)
        if not isinstance(view, VisitView):
            return feeds.join(view, since, wire)
        record = None
        if feeds.is_live and not feeds.knows(view.visit):
            try:
                record = await self._sources.visit(facility, view.visit)
            except UnknownVisit as error:
                raise Refused(UNKNOWN) from error
            except StoreUnavailable:
                record = None  # and the listener is sent away
        return feeds.join_visit(view, record, since, wire)

    def leave(self, facility: FacilityId, listener: Listener) -> None:
        """A listener's connection has ended."""
        self._feeds[facility].leave(listener)

    async def _catch_up(self, feeds: FacilityFeeds, since: Since | None) -> None:
        """Wait a moment for a worker that has just started, or is behind the one that a listener comes from.

        Whoever was shown a state must not be shown an older one of the same history.
        """
        for _ in range(round(CATCH_UP_S / _LOOK_S)):
            is_behind = since is not None and since.epoch == feeds.epoch and since.offset > feeds.offset
            if feeds.epoch and not is_behind:
                return
            await asyncio.sleep(_LOOK_S)

    async def _follow(self, facility: FacilityId, feeds: FacilityFeeds) -> None:
        while True:
            try:
                async with aclosing(self._sources.follow(facility)) as items:
                    async for item in items:
                        await self._take(facility, feeds, item)
            except Exception:  # noqa: BLE001
                # A fault of ours must not leave every screen of a hospital dark: say it loudly and begin anew.
                _log.exception("following %s failed", facility)
            feeds.lost()
            await asyncio.sleep(_RESTART_S)

    async def _take(self, facility: FacilityId, feeds: FacilityFeeds, item: StreamItem) -> None:
        match item:
            case Told(offset, event):
                feeds.told(offset, event)
            case Lost():
                feeds.lost()
            case Began(state):
                feeds.began(state, await self._past(facility, state.offset))
                for visit in feeds.outdated():
                    self._begin(self._renew(facility, feeds, visit))

    async def _past(self, facility: FacilityId, upto: int) -> Sequence[AnyEvent]:
        try:
            return await self._sources.past(facility, max(0, upto - SPAN), upto)
        except StoreUnavailable:
            return ()

    async def _renew(self, facility: FacilityId, feeds: FacilityFeeds, visit: VisitId) -> None:
        try:
            feeds.renew(visit, await self._sources.visit(facility, visit))
        except UnknownVisit:
            feeds.send_away(visit, UNKNOWN)
        except StoreUnavailable:
            feeds.send_away(visit, UNAVAILABLE)

    async def _move_visits(self, facility: FacilityId, feeds: FacilityFeeds) -> None:
        moved = feeds.moved()
        waiting = [ticket for ticket in moved.values() if ticket is not None]
        try:
            places = await self._sources.places(facility, waiting) if waiting else ()
        except StoreUnavailable:
            feeds.put_off(moved)
        else:
            feeds.move(moved, places)

    async def _beat(self) -> None:
        for feeds in self._feeds.values():
            feeds.beat()

    async def _second(self) -> None:
        for feeds in self._feeds.values():
            feeds.second()

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except Exception:  # noqa: BLE001
                # The next heartbeat is worth more than the knowledge that this one failed for good.
                _log.exception("feeds: what is done every %s s failed", seconds)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _opener(self, facility: FacilityId) -> Callable[[Visit], Patient]:
        return lambda visit: self._sources.open_patient(facility, visit)
