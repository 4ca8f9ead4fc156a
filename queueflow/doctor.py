"""An installation looked over: what is wrong with it, and how to mend it.

Lives here: the looks that `queueflow doctor` takes, each giving findings.
May import: app, serving, settings, store, operations, web.auth; msgspec.
Never: change anything, or say that all is well without having looked.
"""

import asyncio
import os
import stat
from collections.abc import Mapping

import msgspec

from queueflow.app import KEY_FILE, TOKENS_FILE, read_rules
from queueflow.model.errors import StoreUnavailable
from queueflow.routing.tables import RulesInvalid
from queueflow.serving import CannotServe, listen, prepare_data_dir
from queueflow.settings import Settings, SettingsError, unknown_variables
from queueflow.store.client import Store
from queueflow.store.durability import durability_warnings
from queueflow.store.embedded import EmbeddedStoreError, EmbeddedValkey
from queueflow.store.vault import KeyFileError, load_key
from queueflow.web.auth import Tokens


class Look(msgspec.Struct, frozen=True):
    """What was looked at and what was found. `stops`: the server would not start or not be safe."""

    good: bool
    sentence: str
    mend: str = ""
    stops: bool = False


def _good(sentence: str) -> Look:
    return Look(True, sentence)


def _wrong(sentence: str, mend: str) -> Look:
    return Look(False, sentence, mend, stops=True)


def _warning(sentence: str, mend: str) -> Look:
    return Look(False, sentence, mend)


async def examine(settings: Settings, environment: Mapping[str, str]) -> list[Look]:
    """Every look, in the order in which a server would stumble."""
    found = [*_variables(environment), _data_dir(settings)]
    if found[-1].good:
        found += [_key(settings), _tokens(settings)]
    found += [_rules(settings), _port(settings)]
    if not any(look.stops for look in found):
        found += await _store(settings)
    return found


def _variables(environment: Mapping[str, str]) -> list[Look]:
    return [
        _warning(f"{name} sets nothing.", "Look for a misspelling in its name, or remove it.")
        for name in unknown_variables(environment)
    ]


def _data_dir(settings: Settings) -> Look:
    try:
        prepare_data_dir(settings.data_dir)
    except CannotServe as error:
        return _wrong(str(error), "Make it writable for the user who runs queueflow.")
    return _good(f"The data directory {settings.data_dir} can be written to.")


def _key(settings: Settings) -> Look:
    path = settings.data_dir / KEY_FILE
    if not path.exists():
        return _good("There is no key file yet; the first start makes one.")
    try:
        load_key(path)
    except KeyFileError as error:
        return _wrong(str(error), "The names kept so far can be read with the right key only.")
    return _good("The key file is there and nobody else can read it.")


def _tokens(settings: Settings) -> Look:
    path = settings.data_dir / TOKENS_FILE
    try:
        count = len(Tokens(path).records())
        mode = stat.S_IMODE(os.stat(path).st_mode) if path.exists() else 0o600
    except (OSError, msgspec.DecodeError) as error:
        return _wrong(f"{path} cannot be read ({type(error).__name__}).", "Bring it back from the backup.")
    if mode & 0o077:
        return _warning(f"{path} can be read by others; it holds hashes only.", f"chmod 600 {path}")
    if count == 0:
        return _warning("There is no token yet.", "queueflow token create --facility … --role kiosk")
    return _good(f"{count} tokens.")


def _rules(settings: Settings) -> Look:
    try:
        rules = read_rules(settings)
    except (SettingsError, RulesInvalid) as error:
        return _wrong(f"The rules: {error}", "queueflow rules check says every finding with its place.")
    return _good(f"{len(rules)} facilities with good rules: {', '.join(one.facility.id for one in rules)}.")


def _port(settings: Settings) -> Look:
    try:
        for one in listen(settings.host, settings.port, 1):
            one.close()
    except CannotServe as error:
        return _warning(str(error), "If that program is queueflow itself, all is well.")
    return _good(f"Port {settings.port} on {settings.host} is free.")


async def _store(settings: Settings) -> list[Look]:
    embedded = EmbeddedValkey(settings.data_dir)
    try:
        url = settings.store_url or await asyncio.to_thread(embedded.start)
    except EmbeddedStoreError as error:
        return [_wrong(str(error), "Its own log lies in the data directory, under valkey/.")]
    store = Store(url)
    try:
        await store.start()
        warnings = await durability_warnings(store)
    except StoreUnavailable:
        return [_wrong("The store cannot be reached.", "Look at QUEUEFLOW_STORE_URL, and whether that server runs.")]
    finally:
        await store.close()
        await asyncio.to_thread(embedded.stop)
    looks = [_warning(one, "See docs/run.md.") for one in warnings]
    return [_good("The store answers."), *(looks or [_good("What it acknowledges is on its disk.")])]
