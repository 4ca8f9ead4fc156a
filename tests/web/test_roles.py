"""Every route that there is, asked by every role, at home and in another facility: nobody does more than they may."""

import itertools
import re
from typing import Any

import pytest
from litestar.routes import HTTPRoute

from queueflow.web import (
    appointments,
    board,
    console,
    desk,
    health,
    journeys,
    kiosk,
    lookup,
    moves,
    openapi,
    pages,
    patient,
    ticket,
)
from queueflow.web.auth import MAY, Role
from tests.web.conftest import Hospital, token_of

inside = pytest.mark.asyncio(loop_scope="module")

HANDLERS = [
    handler
    for module in (
        kiosk,
        console,
        desk,
        moves,
        journeys,
        appointments,
        lookup,
        board,
        patient,
        ticket,
        pages,
        health,
        openapi,
    )
    for handler in module.HANDLERS
]
ROUTES = sorted(
    (next(iter(handler.http_methods)), path, str(handler.opt["call"])) for handler in HANDLERS for path in handler.paths
)
VISIT = "20261124-0k3d7v9wq2m5x"
EXAMPLES = {
    "facility": "small",
    "room": "room-1",
    "clinic": "internal-1",
    "visit": VISIT,
    "ticket": f"{VISIT}-1",
    "appointment": VISIT,
}


def address(path: str, facility: str = "small") -> str:
    parts = {**EXAMPLES, "facility": facility, "version": "x", "name": "shared/base.css"}
    return re.sub(r"{(\w+):\w+}", lambda found: parts[found[1]], path)


async def asked(hospital: Hospital, method: str, path: str, token: str | None) -> int:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    more: dict[str, Any] = {"json": {"room": "room-1"}} if path.endswith("/call") else {}
    return (await hospital.client.request(method, path, headers=headers, **more)).status_code


def test_every_route_says_which_call_it_is_and_every_call_has_its_roles() -> None:
    calls = {call for _, _, call in ROUTES}
    assert calls <= set(MAY)
    assert set(MAY) - calls == {
        "feed-board", "feed-console", "feed-floor", "feed-visit", "act-for-patient",
    }  # fmt: skip


@inside
async def test_nothing_is_served_that_is_not_in_the_table(hospital: Hospital) -> None:
    app = hospital.client._transport.app  # type: ignore[attr-defined]
    served = {
        (method, route.path_format, handler.opt.get("call"))
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
        if method != "OPTIONS"
    }
    assert served == {(method, re.sub(r":\w+}", "}", path), call) for method, path, call in ROUTES}


@pytest.mark.parametrize(("route", "role"), list(itertools.product(ROUTES, Role)), ids=str)
@inside
async def test_a_role_gets_in_where_the_table_says_and_nowhere_else(
    hospital: Hospital, route: tuple[str, str, str], role: Role
) -> None:
    method, path, call = route
    allowed = MAY[call]
    own = await asked(hospital, method, address(path), token_of(role))
    if allowed is None or role in allowed:
        assert own not in (401, 403)
    else:
        assert own == 403
    if "{facility" in path and allowed is not None:
        foreign = await asked(hospital, method, address(path, "other"), token_of(role))
        assert foreign == 403


@pytest.mark.parametrize("route", ROUTES, ids=str)
@pytest.mark.parametrize("token", [None, "", "qf_nobody", "qf_small-admin ", "qf_small-admin\x7f", "kiosk-small"])
@inside
async def test_without_a_good_token_only_what_is_public_answers(
    hospital: Hospital, route: tuple[str, str, str], token: str | None
) -> None:
    method, path, call = route
    status = await asked(hospital, method, address(path), token)
    if MAY[call] is None:
        assert status not in (401, 403)
    elif token == "qf_small-admin ":
        # White space around it is the header's, not the token's.
        assert status not in (401, 403)
    else:
        assert status == 401


@inside
async def test_whoever_is_not_known_is_told_how_to_be(hospital: Hospital) -> None:
    answer = await hospital.call("GET", "/v1/facilities/small/clinics/internal-1/queue", None)
    assert answer.headers["www-authenticate"] == "Bearer"


@inside
async def test_an_unknown_facility_is_unknown_to_everybody(hospital: Hospital) -> None:
    for token in (None, "admin"):
        answer = await hospital.call("POST", "/v1/facilities/nowhere/check-ins", token, json={})
        assert answer.status_code == 404
        assert answer.json()["type"] == "urn:queueflow:problem:unknown-facility"


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "HEAD"])
@inside
async def test_other_methods_do_nothing(hospital: Hospital, method: str) -> None:
    answer = await hospital.call(method, "/v1/facilities/small/check-ins")
    assert answer.status_code == 405
