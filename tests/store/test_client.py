"""Tests of store/client.py, on every make of store."""

import asyncio

from queueflow.model.commands import Attach, AttachResult
from queueflow.model.ids import FacilityId, ServiceDay
from queueflow.store import wire
from queueflow.store.client import Store

F = FacilityId("test-hospital")


async def test_a_command_reaches_the_engine_and_its_result_comes_back(store: Store) -> None:
    command = Attach(
        facility=F, now_ms=1_790_035_200_000, day=ServiceDay("20260922"), actor="test", replication_id="r", epoch="e1"
    )
    before = store.round_trips
    result = wire.decode_result(await store.call("qf_attach", F, wire.encode(command)), AttachResult)
    assert result == AttachResult(epoch="e1", offset=0, changed=True)
    assert store.round_trips == before + 1


async def test_calls_made_together_go_in_one_round_trip(store: Store) -> None:
    before = store.round_trips
    await asyncio.gather(*(store.ping() for _ in range(100)))
    assert store.round_trips == before + 1
