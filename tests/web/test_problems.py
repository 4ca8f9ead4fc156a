"""The one map from what went wrong to problem+json."""

import json
import logging

import msgspec
import pytest
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException

from queueflow.model import errors
from queueflow.model.errors import Invalid, QueueflowError
from queueflow.operations.check_in import Arrival
from queueflow.web import problems

CANARY = "Hoàng Thị Chim Yến 020185999111"


def every_error() -> list[type[QueueflowError]]:
    return [
        found
        for found in vars(errors).values()
        if isinstance(found, type) and issubclass(found, QueueflowError) and found is not QueueflowError
    ]


def made(error: type[QueueflowError]) -> QueueflowError:
    return error("identity.value", "It has 12 digits.") if error is Invalid else error()


@pytest.mark.parametrize("error", every_error(), ids=lambda error: error.slug)
def test_every_error_becomes_its_problem(error: type[QueueflowError]) -> None:
    answer = problems.answer(made(error))
    document = json.loads(answer.body)
    assert answer.status == error.status == document["status"]
    assert document["type"] == f"urn:queueflow:problem:{error.slug}"
    assert document["title"] == error.title
    assert (b"content-type", b"application/problem+json") in answer.headers
    retry = any(name == b"retry-after" for name, _ in answer.headers)
    assert retry == (error.status in (429, 503))


def test_slugs_are_unique() -> None:
    slugs = [error.slug for error in every_error()]
    assert len(slugs) == len(set(slugs))


def test_the_fields_of_an_error_stand_in_its_problem() -> None:
    document = json.loads(problems.document(errors.RevisionMismatch(revision=7)))
    assert document["revision"] == 7


def refused(body: bytes) -> Invalid:
    try:
        msgspec.json.decode(body, type=Arrival)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return problems.invalid(error)
    raise AssertionError("it was taken")


def test_a_decoder_that_ran_out_of_stack_is_a_bad_body_too() -> None:
    assert problems.invalid(RecursionError()).status == 400


GOOD = {"identity": {"scheme": "mrn", "value": "1"}}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "identity"),
        ({"identity": {"scheme": "mrn"}}, "identity.value"),
        ({"identity": {"scheme": "mrn", "value": 5}}, "identity.value"),
        ({"identity": {"scheme": CANARY, "value": "1"}}, "identity.scheme"),
        ({**GOOD, "patient": {"birth_date": 1980}}, "patient.birth_date"),
        ({**GOOD, "patient": {"sex": CANARY}}, "patient.sex"),
        ({**GOOD, "patient": {"name": "x" * 500}}, "patient.name"),
        ({**GOOD, "patient": {"state": "called"}}, "patient.state"),
        ({**GOOD, "priority": "emergency"}, "priority"),
        ({**GOOD, CANARY: 1}, "body"),
        ({**GOOD, "patient": {CANARY: 1}}, "patient"),
        ({**GOOD, "flags": ["pregnant", 3]}, "flags[1]"),
        ({**GOOD, "flags": "pregnant"}, "flags"),
        ({**GOOD, "answers": {CANARY: [CANARY]}}, "answers[...]"),
        ({**GOOD, "answers": {CANARY * 10: 1}}, "answers"),
        ({**GOOD, "appointment": [CANARY]}, "appointment"),
        ([], "body"),
        (None, "body"),
        (CANARY, "body"),
    ],
)
def test_a_body_of_the_wrong_shape_names_the_field_and_quotes_nothing(body: object, field: str) -> None:
    error = refused(json.dumps(body).encode())
    assert error.field == field
    assert "Hoàng" not in str(error)
    assert "020185999111" not in str(error) + error.field


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"identity":{"scheme":"mrn","value":"\xff"}}',
        b'{"identity":{"scheme":"mrn","value":"\\ud800"}}',
        b'{"answers":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"x":' * 50_000,
        b"[" * 1_100,
        b'{"a":1e999999999}',
        b"NaN",
    ],
)
def test_bytes_that_are_no_json_are_refused_as_the_body(body: bytes) -> None:
    assert refused(body).status == 400


@pytest.mark.parametrize(
    ("error", "slug"),
    [
        (NotFoundException(detail=CANARY), "not-found"),
        (MethodNotAllowedException(headers={"allow": "OPTIONS, GET, websocket"}), "method-not-allowed"),
        (HTTPException(status_code=413, detail=CANARY), "body-too-large"),
        (HTTPException(status_code=400, detail=CANARY), "validation"),
        (HTTPException(status_code=418, detail=CANARY), "validation"),
        (HTTPException(status_code=500, detail=CANARY), "error"),
    ],
)
def test_what_the_framework_refuses_becomes_ours(error: HTTPException, slug: str) -> None:
    answer = problems.on_http(None, error)  # type: ignore[arg-type]
    assert json.loads(answer.body)["type"].endswith(f":{slug}")
    assert CANARY.encode() not in answer.body
    if slug == "method-not-allowed":
        assert (b"allow", b"GET") in answer.headers


def test_a_bug_is_logged_by_its_place_and_answered_without_a_word_of_it(caplog: pytest.LogCaptureFixture) -> None:
    def stumble() -> None:
        raise ValueError(CANARY)

    with caplog.at_level(logging.ERROR):
        with pytest.raises(ValueError, match=CANARY) as stumbled:
            stumble()
        answer = problems.on_fault(None, stumbled.value)  # type: ignore[arg-type]
    assert answer.status == 500
    assert CANARY not in answer.body.decode()
    assert CANARY not in caplog.text
    assert "ValueError" in caplog.text
    assert "stumble" in caplog.text
