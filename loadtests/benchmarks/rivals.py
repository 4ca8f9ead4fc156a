"""What queueflow's check-in is compared with: a bare Litestar POST, and the check-in as one would write it first.

    bare     the same body into the same structs, an answer of the same size, no store: what the framework leaves
    naive    the same body, then one function of twelve commands in the store over a pool of 32 connections

Neither checks a token, a key or a card, or decides anything.
"""

import os
from typing import Any

import msgspec
from litestar import Litestar, post
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from queueflow.operations.check_in import Arrival

STORE = "BENCHMARK_STORE"
POOL = 32
LIBRARY = """#!lua name=naive
redis.register_function("naive_check_in", function(keys, args)
  local base, now = keys[1], tonumber(args[2])
  if redis.call("GET", base .. ":once:" .. args[1]) then
    return redis.call("GET", base .. ":once:" .. args[1])
  end
  local number = redis.call("HINCRBY", base .. ":numbers", "A", 1)
  local id = args[1] .. "-1"
  redis.call("HSET", base .. ":ticket:" .. id, "number", number, "state", "waiting", "issued", now)
  redis.call("HSET", base .. ":visit:" .. args[1], "number", number, "ticket", id)
  redis.call("HSET", base .. ":people", args[1], id)
  redis.call("ZADD", base .. ":waiting", now, id)
  local before = redis.call("ZRANK", base .. ":waiting", id)
  local length = redis.call("ZCARD", base .. ":waiting")
  redis.call("HINCRBY", base .. ":clinic", "waiting", 1)
  redis.call("XADD", base .. ":events", "MAXLEN", "~", 10000, "*", "name", "ticket.issued", "id", id)
  local answer = cmsgpack.pack({ id = id, number = number, before = before, length = length })
  redis.call("SET", base .. ":once:" .. args[1], answer, "EX", 86400)
  return answer
end)
"""


class Answer(msgspec.Struct):
    """As many bytes as a check-in is answered with."""

    id: str
    number: str
    rest: str = "x" * 1100


class Issued(msgspec.Struct):
    """What the naive function answers."""

    id: str
    number: int
    before: int
    length: int


@post("/v1/facilities/{facility:str}/check-ins", media_type="application/json")
async def bare(facility: str, data: Arrival) -> Answer:
    return Answer(facility, data.identity.scheme)


def bare_app() -> Litestar:
    return Litestar([bare], openapi_config=None, logging_config=None)


_decode = msgspec.msgpack.Decoder(Issued).decode


def naive_app() -> Litestar:
    pool = BlockingConnectionPool.from_url(os.environ[STORE], max_connections=POOL, retry=Retry(NoBackoff(), 0))
    store: Redis = Redis(connection_pool=pool)
    count = 0

    @post("/v1/facilities/{facility:str}/check-ins", media_type="application/json")
    async def naive(facility: str, data: Arrival) -> Answer:
        nonlocal count
        count += 1
        reply: Any = await store.fcall("naive_check_in", 1, f"{{{facility}}}", f"{os.getpid()}-{count}", count)
        issued = _decode(reply)
        return Answer(issued.id, data.identity.scheme)

    async def load() -> None:
        await store.function_load(LIBRARY, replace=True)

    return Litestar([naive], openapi_config=None, logging_config=None, on_startup=[load], on_shutdown=[store.aclose])
