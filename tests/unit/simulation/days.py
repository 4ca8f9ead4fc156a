"""A replayed day as it is handed over to be worked out: ten patients at ten times real speed."""

from queueflow.simulation.checks import Ledger, Promise
from queueflow.simulation.door import Calls
from queueflow.simulation.feed import Followed
from queueflow.simulation.journal import Stop
from queueflow.simulation.report import Day

BEGAN_MS = 1_764_000_000_000
SPEED = 10.0
SEVEN = 7 * 3600.0


def stop(
    at: int, wait_s: float, *, clinic: str = "internal", priority: str = "ordinary", outcome: str = "done"
) -> Stop:
    """Somebody who came `at` hospital seconds after seven and waited so many, then was in the room for a minute."""
    waits_from = BEGAN_MS + round(at / SPEED * 1000)
    called = waits_from + round(wait_s / SPEED * 1000)
    ended = called + round(60 / SPEED * 1000)
    return Stop(f"t{at}", f"A{at:03d}", "s", priority, clinic, waits_from, called, called, ended, outcome)


def day(**more: object) -> Day:
    stops = [stop(at * 100, at * 60.0) for at in range(1, 10)]
    stops.append(stop(3700, 30.0, clinic="eye", priority="emergency", outcome="no-show"))
    ledger = Ledger()
    ledger.hold(Promise.CHAIN, True, ("floor", 1), "")
    values: dict[str, object] = {
        "file": "day.csv",
        "facility": "small",
        "started_at": "2026-11-24T00:00:00Z",
        "speed": SPEED,
        "wall_s": 720.0,
        "begins_s": SEVEN,
        "server_ms": BEGAN_MS,
        "server_s": SEVEN,
        "lines": 11,
        "checked_in": 11,
        "held": 1,
        "ours": {s.ticket for s in stops},
        "stops": {s.ticket: s for s in stops},
        "waiting": {"internal": [(BEGAN_MS, 0), (BEGAN_MS + 10_000, 3), (BEGAN_MS + 60_000, 0)], "eye": []},
        "calls": {"check-in": Calls(sent=11, took_s=[0.001] * 10 + [0.101])},
        "feeds": {"floor": Followed(1, 0, 1, 40, 9000)},
        "ledger": ledger,
        "late_s": [0.0] * 99 + [0.5],
        "woke_late_s": [0.001],
        "call_to_board_s": [0.004, 0.006],
    }
    return Day(**(values | more))  # pyright: ignore[reportArgumentType]
