"""How the server is: alive, ready, and in figures.

Lives here: the handlers of /healthz, /readyz and /metrics.
May import: model.errors, web.entry, web.metrics; litestar, msgspec.
Never: tell an address, a version or a facility's figures to whoever asks: these three ask for no token.
"""

import asyncio
from typing import Final

import msgspec
from litestar import get
from litestar.types import ASGIApp

from queueflow.model.errors import StoreUnavailable
from queueflow.web import metrics
from queueflow.web.answer import Answer
from queueflow.web.entry import AnyRequest, Hall, hall
from queueflow.web.openapi import Gives, Says, says

_PATIENCE_S: Final = 2.0
_RETRY_AFTER: Final = (b"retry-after", b"2")


class Readiness(msgspec.Struct, frozen=True):
    """Whether this worker can serve. `warnings`: what works but should be mended."""

    status: str
    store: str
    rules: str
    feeds: str
    warnings: tuple[str, ...]


@get("/healthz", opt=says(Says(call="alive", summary="Whether the process answers.", gives=(Gives(200, "It does."),))))
async def healthz(request: AnyRequest) -> ASGIApp:
    """Alive."""
    return Answer(200, b'{"status":"ok"}')


@get(
    "/readyz",
    opt=says(
        Says(
            call="ready",
            summary="Whether this worker can serve: store reachable, rules published, feeds live.",
            gives=(
                Gives(
                    200,
                    "It can.",
                    Readiness,
                    {"status": "ready", "store": "ok", "rules": "ok", "feeds": "ok", "warnings": []},
                ),
                Gives(503, "It cannot, for now."),
            ),
        )
    ),
)
async def readyz(request: AnyRequest) -> ASGIApp:
    """Ready."""
    here = hall(request)
    store = await _store(here)
    rules = "ok" if all(facility in here.in_force for facility in here.facilities) else "not published"
    feeds = "not live" if here.in_doubt else "ok"
    status = "draining" if here.draining else "ready" if {store, rules, feeds} == {"ok"} else "not ready"
    content = msgspec.json.encode(Readiness(status, store, rules, feeds, here.warnings))
    return Answer(200, content) if status == "ready" else Answer(503, content, headers=[_RETRY_AFTER])


@get(
    "/metrics",
    opt=says(
        Says(
            call="metrics",
            summary="Figures for Prometheus.",
            gives=(Gives(200, "The figures.", media="text/plain"),),
        )
    ),
)
async def figures(request: AnyRequest) -> ASGIApp:
    """Figures."""
    return Answer(200, metrics.text(), metrics.KIND)


async def _store(here: Hall) -> str:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await here.store.ping()
    except (StoreUnavailable, TimeoutError):
        return "unreachable"
    return "ok"


HANDLERS: Final = (healthz, readyz, figures)
