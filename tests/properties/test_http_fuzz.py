"""Random and mutated requests at every call that the API describes: never a fault, always a clear refusal."""

import asyncio
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queueflow.model.ids import FacilityId
from queueflow.web.auth import Role
from tests.properties.audit import Auditor
from tests.properties.door import Answered, Asked, ask
from tests.properties.requests import CANARY, operations, requests
from tests.servers import Server, valkey_binary
from tests.web.conftest import FACILITY, V1, make_tokens, running, settings_for, token_of

LONG = bool(os.environ.get("QUEUEFLOW_FUZZ"))
FORM = settings(
    max_examples=50_000 if LONG else 1_000,
    deadline=None,
    derandomize=not LONG,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
SLUG = re.compile(r"urn:queueflow:problem:[a-z-]+")
KNOWN = {
    "facility": (FACILITY,),
    "room": ("room-1", "room-2", "room-9"),
    "clinic": ("internal-1", "desk", "hiv-clinic"),
    "service": ("internal-medicine", "hiv-care", "surgery"),
}

pytestmark = pytest.mark.timeout(6 * 3600 if LONG else 120)


class Attacked:
    """The application with a few patients in it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, app: Any) -> None:
        self.loop = loop
        self.app = app
        self.calls = operations(self.ask(Asked("GET", b"/schema")).json())
        tickets = [self.patient(number) for number in range(12)]
        self.known = {
            **KNOWN,
            "ticket": [ticket["id"] for ticket in tickets],
            "visit": [ticket["visit"] for ticket in tickets],
        }

    def ask(self, asked: Asked) -> Answered:
        return self.loop.run_until_complete(ask(self.app, asked))

    def patient(self, number: int) -> dict[str, str]:
        headers = (
            (b"authorization", f"Bearer {token_of(Role.KIOSK)}".encode()),
            (b"idempotency-key", f"patient-{number}".encode()),
            (b"content-type", b"application/json"),
        )
        body = b'{"identity": {"scheme": "mrn", "value": "P%d"}, "service": "internal-medicine"}' % number
        answered = self.ask(Asked("POST", f"{V1}/check-ins".encode(), headers, body))
        assert answered.status == 201, answered.body
        return answered.json()["ticket"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(valkey_binary(), tmp_path_factory.mktemp("store")) as server:
        yield server


@pytest.fixture(scope="module")
def attacked(store: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    data_dir: Path = tmp_path_factory.mktemp("data")
    make_tokens(data_dir)
    loop = asyncio.new_event_loop()
    life = running(settings_for(store, data_dir))
    client = loop.run_until_complete(life.__aenter__())
    yield Attacked(loop, client._transport.app)  # pyright: ignore[reportAttributeAccessIssue]
    loop.run_until_complete(life.__aexit__(None, None, None))
    loop.close()


def test_every_call_is_attacked(attacked: Attacked) -> None:
    assert len(attacked.calls) >= 20
    assert sum(call.example is not None for call in attacked.calls) >= 15


@FORM
@given(data=st.data())
def test_no_request_makes_a_fault_or_hears_itself(attacked: Attacked, data: st.DataObject) -> None:
    asked = data.draw(requests(attacked.calls, attacked.known))
    answered = attacked.ask(asked)
    assert answered.status < 500 or (answered.status == 503 and b"/readyz" in asked.raw_path), (asked, answered)
    for name, value in answered.headers:
        assert CANARY.encode() not in value, (name, value)
        assert b"\r" not in value
        assert b"\n" not in value
    if answered.status >= 400 and asked.method != "HEAD":
        refused_clearly(answered)
    if answered.status == 429:
        assert int(answered.header(b"retry-after")) > 0


def refused_clearly(answered: Answered) -> None:
    assert answered.header(b"content-type") == b"application/problem+json", answered
    problem = answered.json()
    assert SLUG.fullmatch(problem["type"]), problem
    assert problem["status"] == answered.status
    assert problem["title"]
    if problem["type"].endswith(":validation"):
        assert problem["field"]
    told = answered.body.decode()
    assert CANARY not in told
    assert "7391" not in told


def test_after_all_that_every_invariant_holds(attacked: Attacked, store: Server) -> None:
    with store.client() as client:
        kept = Auditor(client, FacilityId(FACILITY)).check()
    assert set(attacked.known["ticket"]) <= set(kept.tickets)
    assert attacked.ask(Asked("GET", b"/readyz")).status == 200
