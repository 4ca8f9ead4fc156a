"""A store that lasts as long as a rehearsal: a Valkey in a temporary directory that keeps nothing.

Lives here: sandbox.
May import: store.client, store.embedded, the standard library's tempfile.
Never: a store that somebody's day is in; what is rehearsed here leaves nothing behind.
"""

import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from queueflow.store.client import Store
from queueflow.store.embedded import THROWAWAY, EmbeddedValkey


@asynccontextmanager
async def sandbox() -> AsyncGenerator[Store]:
    """A store for as many made-up facilities as one likes. Raises EmbeddedStoreError, StoreUnavailable."""
    with tempfile.TemporaryDirectory(prefix="queueflow-") as folder:
        server = EmbeddedValkey(Path(folder), THROWAWAY)
        try:
            store = Store(server.start())
            try:
                await store.start()
                yield store
            finally:
                await store.close()
        finally:
            server.stop()
