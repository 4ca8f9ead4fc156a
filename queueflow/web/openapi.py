"""The API's own description: OpenAPI 3.1 at /schema, put together from what the handlers say of themselves.

Lives here: Says (what a handler says), the document's making, and its handler.
May import: model.errors, web.auth, web.answer, web.entry; litestar, msgspec.
Never: list a call by hand: a handler that is registered is described, and no other is.
"""

import re
from typing import Any, Final, cast

import msgspec
from litestar import Litestar, get
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp

from queueflow import __version__
from queueflow.model.errors import (
    BodyTooLarge,
    Forbidden,
    Invalid,
    QueueflowError,
    StoreUnavailable,
    Unauthenticated,
    UnknownFacility,
    UnsupportedMediaType,
)
from queueflow.web.answer import Answer
from queueflow.web.auth import MAY
from queueflow.web.entry import AnyRequest
from queueflow.web.problems import TYPE

Json = dict[str, Any]
"""A piece of the document."""


class Gives(msgspec.Struct, frozen=True):
    """One good answer: its status, its type (None: no body), and an example. `media`: where it is not JSON."""

    status: int
    what: str
    type: Any = None
    example: Any = None
    media: str = "application/json"


class Says(msgspec.Struct, frozen=True, kw_only=True):
    """What a handler says of itself. `key`: whether an idempotency key is needed, taken, or no matter.

    `media`: of the body, where it is not JSON.
    """

    call: str
    summary: str
    gives: tuple[Gives, ...]
    body: Any = None
    body_example: Any = None
    body_needed: bool = True
    media: str = "application/json"
    refuses: tuple[type[QueueflowError], ...] = ()
    key: str = ""
    revision: bool = False
    query: tuple[tuple[str, str], ...] = ()


def says(said: Says) -> dict[str, object]:
    """What a handler hangs on itself: the call's name for the door, the rest for the document."""
    return {"call": said.call, "says": said}


@get("/schema", opt={"call": "schema"})
async def schema(request: AnyRequest) -> ASGIApp:
    """The document."""
    state = request.app.state
    if "schema" not in state:
        state["schema"] = msgspec.json.encode(document(request.app))
    return Answer(200, cast("bytes", state["schema"]), headers=[(b"cache-control", b"no-cache")])


HANDLERS: Final = (schema,)


def document(app: Litestar) -> Json:
    """The OpenAPI document of an application's handlers."""
    said: list[tuple[str, str, Says]] = []
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if isinstance(saying := handler.opt.get("says"), Says):
                    path = re.sub(r"{(\w+):\w+}", r"{\1}", route.path_format)
                    said += [(path, method.lower(), saying) for method in handler.http_methods]
    said.sort(key=lambda one: one[:2])
    types = [kind for _, _, one in said for kind in (one.body, *(gives.type for gives in one.gives)) if kind]
    types = list({id(kind): kind for kind in types}.values())
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    schema_of = {id(kind): found for kind, found in zip(types, schemas, strict=True)}
    paths: Json = {}
    for path, method, one in said:
        paths.setdefault(path, {})[method] = _operation(path, one, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "queueflow",
            "version": __version__,
            "description": "A hospital's front hall: check-in, queues, rooms and live screens.",
        },
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


_PROBLEM: Final[Json] = {
    "type": "object",
    "description": "Why it was not done (RFC 9457). Some kinds carry more fields: `field`, `state`, `revision`.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "field": {"type": "string"},
    },
}


def _operation(path: str, said: Says, schema_of: dict[int, Any]) -> Json:
    roles = MAY[said.call]
    who = "public" if roles is None else ", ".join(sorted(roles))
    operation: Json = {
        "operationId": said.call,
        "summary": said.summary,
        "description": f"Who may: {who}.",
        "parameters": _parameters(path, said),
        "responses": {
            **{str(one.status): _good(one, schema_of) for one in said.gives},
            **_refusals(path, said),
        },
    }
    if roles is not None:
        operation["security"] = [{"token": []}]
    if said.body is not None:
        content: Json = {"schema": schema_of[id(said.body)]}
        if said.body_example is not None:
            content["example"] = said.body_example
        operation["requestBody"] = {"required": said.body_needed, "content": {said.media: content}}
    return operation


def _parameters(path: str, said: Says) -> list[Json]:
    text: Json = {"type": "string"}
    found: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": text} for name in re.findall(r"{(\w+)}", path)
    ]
    found += [
        {"name": name, "in": "query", "description": what, "schema": text, "required": False}
        for name, what in said.query
    ]
    if said.key:
        key = "A new value for each new request; a repeated one answers what the first did."
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": said.key == "required",
                "description": key,
                "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
            }
        )
    if said.revision:
        found.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": False,
                "description": "The revision as last seen; another one now is refused.",
                "schema": {"type": "string", "pattern": '^("[0-9]{1,15}"|[0-9]{1,15}|\\*)$'},
            }
        )
    return found


def _good(gives: Gives, schema_of: dict[int, Any]) -> Json:
    if gives.type is None and gives.example is None:
        return {"description": gives.what}
    content: Json = {"schema": schema_of[id(gives.type)] if gives.type is not None else {"type": "string"}}
    if gives.example is not None:
        content["example"] = gives.example
    return {"description": gives.what, "content": {gives.media: content}}


def _refusals(path: str, said: Says) -> Json:
    errors: list[type[QueueflowError]] = [*said.refuses]
    if "{facility}" in path:
        errors.append(UnknownFacility)
    if MAY[said.call] is not None:
        errors += [Unauthenticated, Forbidden, StoreUnavailable]
    if said.body is not None:
        errors += [Invalid, BodyTooLarge, UnsupportedMediaType]
    by_status: dict[str, list[type[QueueflowError]]] = {}
    for error in dict.fromkeys(errors):
        by_status.setdefault(str(error.status), []).append(error)
    return {
        status: {
            "description": " ".join(dict.fromkeys(error.title for error in kinds)),
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {
                        error.slug: {"value": {"type": TYPE + error.slug, "title": error.title, "status": error.status}}
                        for error in kinds
                    },
                }
            },
        }
        for status, kinds in sorted(by_status.items())
    }
