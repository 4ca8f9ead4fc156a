"""What the hub reads from, where that is the store.

Lives here: StoreSources.
May import: model, store.stream, store.reads, store.vault, store.client.
Never: change anything in the store.
"""

import logging
from collections.abc import AsyncGenerator, Callable, Sequence

from queueflow.model.events import AnyEvent
from queueflow.model.ids import FacilityId, TicketId, VisitId
from queueflow.model.live_state import Place, VisitRecord
from queueflow.model.patient import Patient
from queueflow.model.visit import Visit
from queueflow.store import stream
from queueflow.store.client import Store
from queueflow.store.reads import Reads
from queueflow.store.vault import SealBroken, Vault

_log = logging.getLogger(__name__)


class StoreSources:
    """`now_ms`: Unix ms. `new_epoch`: a fresh random name."""

    def __init__(
        self, store: Store, reads: Reads, vault: Vault, *, now_ms: Callable[[], int], new_epoch: Callable[[], str]
    ) -> None:
        self._store = store
        self._reads = reads
        self._vault = vault
        self._now_ms = now_ms
        self._new_epoch = new_epoch

    def follow(self, facility: FacilityId) -> AsyncGenerator[stream.StreamItem]:
        """The facility's stream."""
        return stream.follow(self._store, facility, clock=self._now_ms, new_epoch=self._new_epoch)

    async def past(self, facility: FacilityId, after: int, upto: int) -> Sequence[AnyEvent]:
        """The events after one offset up to another, none where one is gone. Raises StoreUnavailable."""
        found = await stream.history(self._store, facility, after, upto)
        return [event for _, event in found or ()]

    async def visit(self, facility: FacilityId, visit: VisitId) -> VisitRecord:
        """A visit. Raises UnknownVisit, StoreUnavailable."""
        return await self._reads.visit(facility, visit, self._now_ms())

    async def places(self, facility: FacilityId, tickets: Sequence[TicketId]) -> Sequence[Place]:
        """Where tickets stand. Raises StoreUnavailable."""
        return await self._reads.places(facility, tickets, self._now_ms())

    def open_patient(self, facility: FacilityId, visit: Visit) -> Patient:
        """A visit's patient. One whose seal is broken has no name: the number can still be called."""
        try:
            return self._vault.open(facility, visit.id, visit.sealed)
        except SealBroken:
            _log.error("the seal of visit %s in %s is broken", visit.id, facility)
            return Patient()
