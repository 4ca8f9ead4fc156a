"""The API's description: complete, true to the types, and with an example for every call."""

import re
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from litestar.routes import HTTPRoute

from queueflow.model import errors
from queueflow.web.auth import MAY
from queueflow.web.openapi import Says
from tests.web.conftest import Hospital

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def document(hospital: Hospital) -> dict[str, Any]:
    answer = await hospital.call("GET", "/schema", None)
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def handlers(hospital: Hospital) -> list[tuple[str, str, Any]]:
    app = hospital.client._transport.app  # type: ignore[attr-defined]
    return [
        (route.path_format, method.lower(), handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
        if method != "OPTIONS"
    ]


async def test_every_call_of_the_api_is_described(hospital: Hospital, document: dict[str, Any]) -> None:
    for path, method, handler in handlers(hospital):
        if path.startswith("/v1/") or path in ("/healthz", "/readyz", "/metrics"):
            operation = document["paths"][path][method]
            assert operation["operationId"] == handler.opt["call"]
            assert operation["summary"].endswith(".")
            named = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path))
            assert ("security" in operation) == (MAY[handler.opt["call"]] is not None)


async def test_a_public_call_of_a_facility_may_be_refused_for_its_facility_alone(document: dict[str, Any]) -> None:
    answers = document["paths"]["/v1/facilities/{facility}"]["get"]["responses"]
    assert set(answers) == {"200", "404"}
    assert set(document["paths"]["/healthz"]["get"]["responses"]) == {"200"}


async def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(ids) == len(set(ids))


async def test_every_body_and_every_answer_has_an_example_that_its_type_takes(hospital: Hospital) -> None:
    for path, _, handler in handlers(hospital):
        said = handler.opt.get("says")
        if not isinstance(said, Says):
            continue
        if said.body is not None:
            assert said.body_example is not None, path
            msgspec.convert(said.body_example, said.body)
        for gives in said.gives:
            if gives.type is not None:
                assert gives.example is not None, path
                typed = msgspec.convert(gives.example, gives.type)
                assert msgspec.json.decode(msgspec.json.encode(typed)) == gives.example, path


async def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    text = msgspec.json.encode(document).decode()
    for name in set(re.findall(r'"#/components/schemas/(\w+)"', text)):
        assert name in document["components"]["schemas"]
    assert document["components"]["schemas"]["Arrival"]["additionalProperties"] is False


async def test_every_problem_that_is_named_is_one_of_ours(document: dict[str, Any]) -> None:
    slugs = {kind.slug for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "slug")}
    named = set(re.findall(r"urn:queueflow:problem:([a-z-]+)", msgspec.json.encode(document).decode()))
    assert named <= slugs
    assert {"validation", "unauthenticated", "forbidden", "not-allowed-in-state", "store-unavailable"} <= named
