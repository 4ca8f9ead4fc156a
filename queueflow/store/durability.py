"""Whether a store keeps what it acknowledges: what of its settings should be mended.

Lives here: durability_warnings.
May import: redis' errors, model.errors, store.client.
Never: change a setting; that is for whoever runs the store.
"""

from typing import Final, cast

from redis.exceptions import RedisError, ResponseError

from queueflow.model.errors import StoreUnavailable
from queueflow.store.client import Store

_LOOKED_AT: Final = ("appendonly", "appendfsync", "maxmemory-policy")
_WANTED: Final = (
    ("appendonly", "yes", "The store keeps no append-only file (appendonly no): a restart loses the day."),
    (
        "appendfsync",
        "always",
        "The store answers before its disk has the change (appendfsync is not always): a power cut can lose tickets.",
    ),
    (
        "maxmemory-policy",
        "noeviction",
        "The store drops keys when memory runs short (maxmemory-policy is not noeviction): queues would be lost.",
    ),
)


async def durability_warnings(store: Store) -> tuple[str, ...]:
    """A sentence for each setting that is not as it should be. Raises StoreUnavailable."""
    try:
        reply = await store.redis.config_get(*_LOOKED_AT)  # pyright: ignore[reportUnknownMemberType]
    except ResponseError:
        return (
            "The store does not let its settings be seen (CONFIG GET), so nobody knows what a power cut would lose.",
        )
    except (RedisError, OSError) as error:
        raise StoreUnavailable from error
    found = {_text(name): _text(value) for name, value in cast("dict[str, str]", reply).items()}
    return tuple(sentence for name, wanted, sentence in _WANTED if found.get(name) != wanted)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
