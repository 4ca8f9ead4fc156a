"""What became of everybody, as the floor's feed told it: one record a stop, and each queue's length over time.

Lives here: Stop and Journal.
May import: model, msgspec, simulation.feed.
Never: work out a figure (simulation.report does); instants stay the server's, Unix milliseconds.
"""

import msgspec

from queueflow.model.days import from_rfc3339
from queueflow.simulation.feed import EventFrame, Frame, Picture, SeenTicket


class Stop(msgspec.Struct):
    """One ticket's way, Unix ms by the server's clock. `outcome`: its last state, empty while it is under way."""

    ticket: str
    number: str
    service: str
    priority: str
    clinic: str = ""
    waits_from_ms: int | None = None
    called_ms: int | None = None
    started_ms: int | None = None
    ended_ms: int | None = None
    outcome: str = ""

    @property
    def wait_ms(self) -> int | None:
        """From its place in the queue to the first call."""
        if self.waits_from_ms is None or self.called_ms is None:
            return None
        return self.called_ms - self.waits_from_ms


class Journal:
    """Written frame by frame, before each is drawn into `picture`."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self.stops: dict[str, Stop] = {}
        self.waiting: dict[str, list[tuple[int, int]]] = {}
        self.events: dict[str, int] = {}

    def take(self, frame: Frame) -> None:
        """Write down what a frame tells."""
        if not isinstance(frame, EventFrame):
            return
        self.events[frame.name] = self.events.get(frame.name, 0) + 1
        at_ms = from_rfc3339(frame.at)
        after = Picture()
        after.take(frame)
        for name in frame.set.tickets:
            self._write(name, self._picture.tickets.get(name), after.tickets.get(name), frame.name, at_ms)
        for name, clinic in after.clinics.items():
            steps = self.waiting.setdefault(name, [])
            if not steps or steps[-1][1] != clinic.waiting:
                steps.append((at_ms, clinic.waiting))

    def _write(self, name: str, before: SeenTicket | None, now: SeenTicket | None, event: str, at_ms: int) -> None:
        stop = self.stops.get(name)
        if stop is None:
            known = now or before
            if known is None:
                return
            stop = Stop(name, known.number, known.service or "", known.priority or "")
            self.stops[name] = stop
        if now is None:
            # A hall that closes lets go of whoever is being served as done, and of all others as cancelled.
            served = event == "ticket.completed" or (before is not None and before.state == "serving")
            stop.outcome, stop.ended_ms = ("done" if served else "cancelled"), at_ms
            return
        stop.clinic = now.clinic or stop.clinic
        if now.state == "waiting" and stop.waits_from_ms is None:
            stop.waits_from_ms = at_ms
        elif now.state == "called" and stop.called_ms is None:
            stop.called_ms = at_ms
        elif now.state == "serving" and stop.started_ms is None:
            stop.started_ms = at_ms
        elif now.state == "no-show":
            stop.outcome, stop.ended_ms = now.state, at_ms
