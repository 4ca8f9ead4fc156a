"""The one place where the parts are put together: settings in, a running application out.

Lives here: create_app.
May import: every room, and settings.
Never: any behaviour of its own.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

from litestar import Litestar
from litestar.datastructures import State

from queueflow import resources
from queueflow.live.hub import Hub
from queueflow.live.sources import StoreSources
from queueflow.model.errors import NotAllowedInState, StoreUnavailable, UnknownFacility
from queueflow.operations import rulesets
from queueflow.operations.clockwork import Clockwork
from queueflow.operations.rulesets import Rules, RulesText
from queueflow.settings import Settings, SettingsError
from queueflow.store.calls import Engine
from queueflow.store.client import Store
from queueflow.store.durability import durability_warnings
from queueflow.store.reads import Reads
from queueflow.store.vault import Vault, load_key
from queueflow.web import (
    appointments,
    board,
    console,
    desk,
    feed,
    health,
    journeys,
    kiosk,
    lookup,
    metrics,
    moves,
    openapi,
    pages,
    patient,
    problems,
    ticket,
)
from queueflow.web.auth import Tokens
from queueflow.web.entry import LARGEST_BODY, Hall, admit, chance, fresh_epoch, now_ms, on_unknown_facility
from queueflow.web.pages import Screens

_log = logging.getLogger(__name__)

KEY_FILE = "vault.key"
TOKENS_FILE = "tokens.json"
ACTOR = "server"
"""Who publishes the rules when a server starts."""

_FIRST_TRY_S = 5.0
_AGAIN_S = 1.0


def create_app(settings: Settings) -> Litestar:
    """The application of one worker. The store's address must be set: an embedded one is started by `serving`.

    Raises SettingsError, routing.tables.RulesInvalid, OSError and store.vault's errors about the key file. A store
    that cannot be reached is no error: the worker answers 503 and opens as soon as the store is there.
    """
    if settings.store_url is None:
        raise SettingsError("QUEUEFLOW_STORE_URL: the store's address is not known.")
    rules = read_rules(settings)
    store = Store(settings.store_url, wait_replicas=settings.store_wait)
    reads = Reads(store)
    vault = Vault(load_key(settings.data_dir / KEY_FILE))
    facilities = {one.facility.id: one.facility for one in rules}
    sources = StoreSources(store, reads, vault, now_ms=now_ms, new_epoch=fresh_epoch)
    hall = Hall(
        facilities=facilities,
        store=store,
        engine=Engine(store),
        reads=reads,
        hub=Hub(facilities, sources, now_ms=now_ms, chance=chance),
        vault=vault,
        tokens=Tokens(settings.data_dir / TOKENS_FILE),
        public_url=settings.public_url,
        allowed_origins=settings.allowed_origins,
    )

    @asynccontextmanager
    async def open_hall(_: Litestar) -> AsyncGenerator[None]:
        opening = asyncio.create_task(_keep_open(hall, rules))
        opening.add_done_callback(_tell_of_fault)
        clockwork = asyncio.create_task(Clockwork(hall.engine, facilities, now_ms).run())
        clockwork.add_done_callback(_tell_of_fault)
        # Most often the store is there: then whoever waits for the start gets a worker that is ready.
        with suppress(TimeoutError):
            await asyncio.wait_for(hall.opened.wait(), _FIRST_TRY_S)
        try:
            yield
        finally:
            hall.draining = True
            opening.cancel()
            clockwork.cancel()
            await asyncio.gather(opening, clockwork, return_exceptions=True)
            await hall.hub.stop()
            await store.close()

    return Litestar(
        route_handlers=[
            *kiosk.HANDLERS,
            *console.HANDLERS,
            *desk.HANDLERS,
            *moves.HANDLERS,
            *journeys.HANDLERS,
            *appointments.HANDLERS,
            *lookup.HANDLERS,
            *board.HANDLERS,
            *feed.HANDLERS,
            *patient.HANDLERS,
            *ticket.HANDLERS,
            *pages.HANDLERS,
            *health.HANDLERS,
            *openapi.HANDLERS,
        ],
        before_request=admit,
        exception_handlers={**problems.HANDLERS, UnknownFacility: cast("Any", on_unknown_facility)},
        lifespan=[open_hall],
        logging_config=None,
        openapi_config=None,
        request_max_body_size=LARGEST_BODY,
        state=State({"hall": hall, "screens": Screens(resources.root("displays"))}),
    )


def rules_folder(settings: Settings) -> Path:
    """Where the facilities' folders lie: where the installation says, else the shipped examples."""
    return settings.rules_dir or resources.root("routing_rules")


def read_texts(settings: Settings) -> tuple[RulesText, ...]:
    """Every facility's files; raises SettingsError where there are none, or one cannot be read."""
    folder = rules_folder(settings)
    try:
        texts = rulesets.read_texts(folder)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"QUEUEFLOW_RULES_DIR: {folder} cannot be read: {error}.") from error
    if not texts:
        raise SettingsError(f"QUEUEFLOW_RULES_DIR: in {folder} no folder has a facility.toml.")
    return texts


def read_rules(settings: Settings) -> tuple[Rules, ...]:
    """Every facility's rules, checked; raises as read_texts, and RulesInvalid."""
    return tuple(rulesets.checked(text) for text in read_texts(settings))


async def _keep_open(hall: Hall, rules: tuple[Rules, ...]) -> None:
    """Connects and publishes every facility's rules, until it has; and again whenever the store may have lost them.

    Publishing what is in force already changes nothing, so a doubt is reason enough.
    """
    said: set[str] = set()
    while True:
        try:
            await hall.store.start()
            hall.warnings = await durability_warnings(hall.store)
            for one in rules:
                published = await rulesets.publish(hall.engine, one, now_ms=now_ms(), actor=ACTOR)
                hall.in_force[one.facility.id] = published
        except StoreUnavailable:
            _say_once(said, "the store cannot be reached; trying again until it can")
        except NotAllowedInState:
            _say_once(said, "the rules would strand tickets that still wait; they are published when none does")
        else:
            said.clear()
            if not hall.opened.is_set():
                await hall.hub.start()
                hall.opened.set()
            await _until_in_doubt(hall)
            continue
        await asyncio.sleep(_AGAIN_S)


async def _until_in_doubt(hall: Hall) -> None:
    """Waits until a request found that the store forgot a facility, or the feeds have lost the store."""
    is_live = True
    while is_live and not hall.to_publish.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(hall.to_publish.wait(), _AGAIN_S)
        for facility in hall.facilities:
            metrics.feeds(facility, hall.hub.listening(facility), is_live=hall.hub.is_live(facility))
        is_live = not hall.in_doubt
    hall.to_publish.clear()


def _tell_of_fault(ended: "asyncio.Task[None]") -> None:
    """Only a bug ends it: the worker stays not ready, and the log says why."""
    if not ended.cancelled() and (error := ended.exception()) is not None:
        _log.error("the rules could not be published", exc_info=error)


def _say_once(said: set[str], sentence: str) -> None:
    if sentence not in said:
        said.add(sentence)
        _log.warning("%s", sentence)
