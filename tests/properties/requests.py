"""Hypothesis strategies for requests made from the API's own description, right ones and every kind of wrong one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from queueflow.web.auth import MAY, Role
from tests.properties.door import Asked, Header
from tests.web.conftest import token_of

CANARY = "Kẻ-Lạ-7391"
"""In everything hostile; no refusal may repeat it."""
HOSTILE = (
    CANARY,
    f"{CANARY}\x00",
    f"{CANARY}\r\nSet-Cookie: a=b",
    f"<script>{CANARY}</script>",
    f"\u202e{CANARY}",
    f"{CANARY}\ud83d",
    f"../../{CANARY}",
    f"{{{CANARY}}}",
    f"'; DROP TABLE {CANARY}",
    CANARY * 2_000,
    "",
    " ",
    "١٢٣",
    "null",
)
LEAVES = st.one_of(
    st.sampled_from(HOSTILE),
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from((2**63, -(2**63) - 1, 10**400, 0, -1, 1e308, 1e-320)),
    st.just([]),
    st.just({}),
    st.just({CANARY: [CANARY]}),
    st.text(max_size=20),
)
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner))


@dataclass(frozen=True)
class Operation:
    """One call of the API: its address with {names} in it, and the body that its description shows."""

    method: str
    path: str
    example: Any
    query: tuple[str, ...]
    roles: frozenset[str]


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """Every call that the description has."""
    return [
        Operation(
            method.upper(),
            path,
            said.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example"),
            tuple(one["name"] for one in said["parameters"] if one["in"] == "query"),
            MAY[said["operationId"]] or frozenset({Role.ADMIN}),
        )
        for path, methods in document["paths"].items()
        for method, said in methods.items()
    ]


@st.composite
def requests(draw: st.DrawFn, calls: Sequence[Operation], known: Mapping[str, Sequence[str]]) -> Asked:
    """A request for one of the calls, in which most often one thing is wrong.

    `known`: by the name in the address, ids that are there.
    """
    call = draw(st.sampled_from(calls))
    wrong = draw(st.sampled_from(WRONG))
    if call.path.endswith("/day/close"):
        wrong = wrong or {"who"}  # or everybody would soon be gone
    path = call.path
    for name in ("facility", "room", "clinic", "ticket", "visit"):
        if f"{{{name}}}" in path:
            there, other = st.sampled_from([*known[name]]), st.sampled_from(HOSTILE) | st.text(max_size=12)
            value = draw(other if "path" in wrong and draw(st.booleans()) else there)
            path = path.replace(f"{{{name}}}", _quoted(value))
    query = "&".join(f"{name}={_quoted(draw(st.sampled_from(HOSTILE)))}" for name in call.query if draw(st.booleans()))
    method = draw(st.sampled_from(("GET", "PUT", "DELETE", "HEAD", "PATCH"))) if "method" in wrong else call.method
    raw_path = path + (f"?{query}" if query else "")
    body = draw(_bodies(call.example, known) if "body" in wrong else _right(call.example, known))
    return Asked(method, raw_path.encode("ascii"), draw(_headers(call, wrong)), body)


WRONG = [
    set[str](),
    *[{one} for one in ("body", "body", "body", "path", "who", "key", "revision", "kind", "twice", "method")],
]
WRONG += [{"body", "key"}, {"path", "body"}, {"key", "revision"}]


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@st.composite
def _headers(draw: st.DrawFn, call: Operation, wrong: set[str]) -> tuple[Header, ...]:
    who = st.just(f"Bearer {token_of(draw(st.sampled_from(sorted(call.roles))))}")
    other = st.sampled_from([f"Bearer {token_of(role, at)}" for role in Role for at in ("small", "other")])
    bad = st.sampled_from(
        ("", "Bearer", "Basic YTpi", f"Bearer {CANARY}", f"bearer  {token_of(Role.ADMIN)}", CANARY * 500)
    )
    keys = st.integers(0, 10**9).map(str)
    wanted = {
        "authorization": draw(st.one_of(other, bad, st.none()) if "who" in wrong else who),
        "idempotency-key": draw(st.sampled_from((*HOSTILE, "again", None)) if "key" in wrong else keys),
        "if-match": draw(st.sampled_from(("1", '"2"', "*", "W/1", CANARY, "9" * 40))) if "revision" in wrong else None,
        "content-type": draw(st.sampled_from(_KINDS)) if "kind" in wrong else "application/json",
    }
    headers = [
        (name.encode(), value.encode("utf-8", "surrogatepass")) for name, value in wanted.items() if value is not None
    ]
    if "twice" in wrong:
        headers.append(draw(st.sampled_from(headers)))
    return (*headers, (b"host", b"kiosk.local"))


_KINDS = (None, "", "text/plain", "application/json; charset=utf-16", "multipart/form-data", f"application/{CANARY}")


@st.composite
def _right(draw: st.DrawFn, example: Any, known: Mapping[str, Sequence[str]]) -> bytes:
    """The body that the description shows, about this hospital."""
    if not isinstance(example, dict):
        return b""
    here = dict(example)
    for name, kind in (("room", "room"), ("clinic", "clinic"), ("other", "visit")):
        if name in here:
            here[name] = draw(st.sampled_from([*known[kind]]))
    if "clinics" in here:
        here["clinics"] = [draw(st.sampled_from([*known["clinic"]]))]
    if "next" in here:
        here["next"] = [{"service": draw(st.sampled_from(known["service"]))}]
    if "identity" in here:
        here |= {
            "identity": {"scheme": "mrn", "value": f"F{draw(st.integers(0, 40))}"},
            "service": draw(st.sampled_from(known["service"])),
        }
        here.pop("answers", None)
    return json.dumps(here).encode()


@st.composite
def _bodies(draw: st.DrawFn, example: Any, known: Mapping[str, Sequence[str]]) -> bytes:
    """A wrong body."""
    right = draw(_right(example, known))
    how = draw(st.sampled_from(("wrong leaf", "wrong leaf", "wrong leaf", "no field", "more", "any", "bytes")))
    if how == "bytes":
        return draw(st.one_of(st.binary(max_size=64), _damaged(right), st.sampled_from(_BYTES)))
    value = draw(ANYTHING) if how == "any" else draw(_mutated(json.loads(right or b"{}"), how))
    # A lone surrogate leaves as its escape, which is what a client could send.
    return json.dumps(value).encode()


_BYTES = (
    b"",
    b"{",
    b"\xff\xfe",
    b'{"identity":{"scheme":"mrn","value":"\xff"}}',
    b'{"a":' * 3_000,
    b"[" * 60_000,
    b" " * 70_000,
    b"\xef\xbb\xbf{}",
    b'{"identity":{"scheme":"mrn","value":"1"},"identity":{"scheme":"mrn","value":"2"}}',
    b"1e999999",
    b"NaN",
    b"\x00",
)


@st.composite
def _damaged(draw: st.DrawFn, data: bytes) -> bytes:
    at = draw(st.integers(0, max(0, len(data) - 1)))
    return draw(st.sampled_from((data[:at], data[:at] + draw(st.binary(min_size=1, max_size=3)) + data[at + 1 :])))


@st.composite
def _mutated(draw: st.DrawFn, value: Any, how: str) -> Any:
    """The example with one place of it changed."""
    if isinstance(value, dict) and value and (how == "wrong leaf" or draw(st.booleans())):
        name = draw(st.sampled_from(sorted(value)))
        return {**value, name: draw(_mutated(value[name], how))}
    if isinstance(value, list) and value:
        at = draw(st.integers(0, len(value) - 1))
        return [*value[:at], draw(_mutated(value[at], how)), *value[at + 1 :]]
    if isinstance(value, dict):
        if how == "no field" and value:
            gone = draw(st.sampled_from(sorted(value)))
            return {name: one for name, one in value.items() if name != gone}
        return {**value, draw(st.sampled_from((CANARY, "priority", "state", "number", "id"))): draw(LEAVES)}
    return draw(LEAVES)
