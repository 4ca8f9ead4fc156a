"""What the server answers when it is asked, held against what its feeds told.

Lives here: Inquiry: the board's snapshot, the clinics' queues, and how every visit ended.
May import: model, msgspec, simulation.checks, .door, .feed and .watch.
Never: change anything; it only reads.
"""

import asyncio
from collections.abc import Iterable
from random import Random
from typing import Final

import msgspec

from queueflow.model.ticket import FINAL
from queueflow.simulation.checks import Ledger, Promise
from queueflow.simulation.door import Door, Refused, Tokens, Unreachable
from queueflow.simulation.feed import Picture, SnapshotFrame
from queueflow.simulation.watch import Meeting

_TRIES: Final = 8
_CLINICS_AT_ONCE: Final = 3
_READERS: Final = 8


class _Queued(msgspec.Struct, frozen=True):
    id: str


class _QueuedAnswer(msgspec.Struct, frozen=True):
    ticket: _Queued


class _QueueAnswer(msgspec.Struct, frozen=True):
    """GET …/clinics/{clinic}/queue, as far as its order goes."""

    offset: int
    waiting: tuple[_QueuedAnswer, ...]


class _JourneyTicket(msgspec.Struct, frozen=True):
    id: str
    state: str


class _VisitAnswer(msgspec.Struct, frozen=True):
    journey: tuple[_JourneyTicket, ...]


class _StaffVisit(msgspec.Struct, frozen=True):
    """GET …/visits/{visit}, as far as it tells how each stop ended."""

    visit: _VisitAnswer


class Inquiry:
    """Asks the server, and compares. `floor`: the floor's picture; `meeting`: with the board's."""

    def __init__(
        self, door: Door, tokens: Tokens, *, floor: Picture, meeting: Meeting, ledger: Ledger, dice: Random
    ) -> None:
        self._door = door
        self._tokens = tokens
        self._floor = floor
        self._meeting = meeting
        self._ledger = ledger
        self._dice = dice

    async def compare_board(self) -> None:
        """The board's snapshot against the board's feed, at one offset. Raises Refused, Unreachable."""
        for _ in range(_TRIES):
            answer = await self._door.get("read-board", "/board", self._tokens.display)
            asked = msgspec.json.decode(answer.body, type=SnapshotFrame)
            differences = await self._meeting.differences(asked)
            if differences is not None:
                what = "; ".join(differences[:5])
                self._ledger.hold(Promise.PICTURE, not differences, ("board", asked.offset), what)
                return

    async def compare_queues(self, *, settled: bool) -> None:
        """The waiting tickets of a clinic as the floor shows them against its queue. Raises Refused, Unreachable.

        `settled`: nothing moves any more, so every clinic is compared, whatever the offsets.
        """
        picture = self._floor
        clinics = sorted(picture.clinics)
        for clinic in clinics if settled else self._dice.sample(clinics, min(_CLINICS_AT_ONCE, len(clinics))):
            for _ in range(_TRIES):
                answer = await self._door.get("read-queue", f"/clinics/{clinic}/queue", self._tokens.console)
                queue = msgspec.json.decode(answer.body, type=_QueueAnswer)
                if not settled and queue.offset != picture.offset:
                    continue
                asked = [one.ticket.id for one in queue.waiting]
                seen = {
                    name
                    for name, ticket in picture.tickets.items()
                    if ticket.state == "waiting" and ticket.clinic == clinic
                }
                holds = set(asked) == seen and len(asked) == picture.clinics[clinic].waiting
                what = f"clinic {clinic}: {len(asked)} wait, the feed shows {len(seen)}"
                self._ledger.hold(Promise.PICTURE, holds, ("floor", queue.offset), what)
                break

    async def ask_how_each_ended(self, visits: Iterable[str]) -> None:
        """The server's own word on every visit, beside the feed's."""
        reading = asyncio.Semaphore(_READERS)

        async def ask(visit: str) -> None:
            async with reading:
                try:
                    answer = await self._door.get("read-visit", f"/visits/{visit}", self._tokens.console)
                except (Refused, Unreachable):
                    self._ledger.hold(Promise.FINAL, False, ("visit", 0), f"visit {visit} cannot be read")
                    return
            for stop in msgspec.json.decode(answer.body, type=_StaffVisit).visit.journey:
                what = f"ticket {stop.id} is {stop.state}"
                self._ledger.hold(Promise.FINAL, stop.state in FINAL, ("visit", 0), what)

        await asyncio.gather(*map(ask, sorted(set(visits))))
