import re
from collections.abc import Iterator

import pytest

from queueflow.model import errors
from queueflow.model.errors import REFUSALS, Invalid, QueueflowError, RevisionMismatch, StoreUnavailable

STATUS = {
    "error": 500,
    "validation": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "not-found": 404,
    "unknown-facility": 404,
    "unknown-service": 404,
    "unknown-clinic": 404,
    "unknown-room": 404,
    "unknown-ticket": 404,
    "unknown-visit": 404,
    "unknown-appointment": 404,
    "method-not-allowed": 405,
    "not-allowed-in-state": 409,
    "room-not-open": 409,
    "slot-full": 409,
    "revision-mismatch": 412,
    "body-too-large": 413,
    "unsupported-media-type": 415,
    "idempotency-key-reused": 422,
    "unroutable": 422,
    "too-many-requests": 429,
    "store-unavailable": 503,
}
"""The public contract: DESIGN section 6 and what HTTP itself needs."""


def tree(error: type[QueueflowError]) -> Iterator[type[QueueflowError]]:
    yield error
    for kind in error.__subclasses__():
        yield from tree(kind)


ALL = tuple(tree(QueueflowError))


def test_every_refusal_has_the_slug_and_the_status_of_the_contract() -> None:
    assert {error.slug: error.status for error in ALL} == STATUS
    assert len(ALL) == len(STATUS)


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.slug)
def test_every_refusal_has_a_sentence_of_its_own(error: type[QueueflowError]) -> None:
    assert re.fullmatch(r"[A-Z][^.]+\.( [A-Z][^.]+\.)?", error.title)
    assert [other.title for other in ALL].count(error.title) == 1
    assert (error.__doc__ or "").strip()


def test_the_tree_at_the_top_of_the_file_is_the_tree() -> None:
    drawn = re.findall(r"[A-Z]\w+", (errors.__doc__ or "").partition("QueueflowError\n")[2].partition("Lives here")[0])
    assert set(drawn) == {error.__name__ for error in ALL} - {"QueueflowError"}


def test_what_the_store_may_refuse_is_found_by_its_slug() -> None:
    assert all(REFUSALS[error.slug] is error for error in REFUSALS.values())
    assert StoreUnavailable.slug not in REFUSALS


def test_a_refusal_without_a_detail_reads_as_its_title() -> None:
    assert str(StoreUnavailable()) == StoreUnavailable.title
    assert StoreUnavailable().detail is None
    assert str(StoreUnavailable("x")) == "x"


def test_fields_that_are_not_known_are_left_out() -> None:
    assert RevisionMismatch(revision=3, ticket=None).fields == {"revision": 3}
    assert StoreUnavailable().fields == {}


def test_invalid_names_its_field() -> None:
    refusal = Invalid("patient.name", "A name is needed.")
    assert (refusal.field, refusal.detail) == ("patient.name", "A name is needed.")
    assert refusal.fields == {"field": "patient.name"}
