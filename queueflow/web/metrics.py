"""What Prometheus reads: how many calls, how they ended, how long they took.

Lives here: every metric of the HTTP side, and their text.
May import: prometheus_client, litestar's types, the standard library.
Never: a label that is not from a short fixed list: no id, no facility's patient, no path as it was typed.
"""

import os
import time
from typing import Final, cast

from litestar.types import Scope
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

KIND: Final = CONTENT_TYPE_LATEST.encode()
SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus_client's own variable: with it the workers of one port count into files of one folder, and whichever
of them is asked tells the sum. The supervisor sets it before the workers start."""

_ANSWERS: Final = Counter("queueflow_http_answers", "Answers by call and status.", ["call", "status"])
_SECONDS: Final = Histogram(
    "queueflow_http_seconds",
    "Seconds from a request's head to its answer.",
    ["call"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
_LISTENERS: Final = Gauge(
    "queueflow_feed_listeners", "Screens, consoles and phones that listen.", ["facility"], multiprocess_mode="livesum"
)
_LIVE: Final = Gauge(
    "queueflow_feed_live", "1 while feeds show what the store holds.", ["facility"], multiprocess_mode="livemin"
)
_counters: Final[dict[tuple[str, int], Counter]] = {}
_timers: Final[dict[str, Histogram]] = {}
_CALL: Final = "queueflow.call"
_BEGAN: Final = "queueflow.began"


def began(scope: Scope, call: str) -> None:
    """A request of that call came in: its clock starts."""
    own = cast("dict[str, object]", scope)
    own[_CALL], own[_BEGAN] = call, time.perf_counter()


def answered(scope: Scope, status: int) -> None:
    """A request was answered. What had no call (no such address, no such method) is counted as `none`."""
    own = cast("dict[str, object]", scope)
    call = str(own.get(_CALL, "none"))
    counter = _counters.get((call, status))
    if counter is None:
        counter = _counters[call, status] = _ANSWERS.labels(call, status)
    counter.inc()
    begin = own.get(_BEGAN)
    if isinstance(begin, float):
        timer = _timers.get(call)
        if timer is None:
            timer = _timers[call] = _SECONDS.labels(call)
        timer.observe(time.perf_counter() - begin)


def feeds(facility: str, listeners: int, *, is_live: bool) -> None:
    """How a facility's feeds are in this worker just now."""
    _LISTENERS.labels(facility).set(listeners)
    _LIVE.labels(facility).set(is_live)


def worker_ended(folder: str | None, pid: int) -> None:
    """A worker is gone, and with it those who listened to it."""
    if folder is not None:
        multiprocess.mark_process_dead(pid, folder)  # pyright: ignore[reportUnknownMemberType]


def text() -> bytes:
    """Every metric in Prometheus' text form, of all workers where there are several."""
    if SHARED_FOLDER not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return generate_latest(registry)
