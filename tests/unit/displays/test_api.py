"""How a screen's call survives a bad network: one idempotency key, several tries, and an honest end."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route

pytestmark = pytest.mark.browser

CHECK_IN = """async ([tries]) => {
  const {Api, freshKey} = await import('/shared/api.js');
  window.retried = [];
  const key = freshKey();
  try {
    const how = {key, tries, revision: 7, onRetry: (problem) => retried.push(problem.slug)};
    const answer = await new Api('small', 'secret').post('/check-ins', {a: 1}, how);
    return {key, answer};
  } catch (problem) {
    return {key, slug: problem.slug, field: problem.field, passing: problem.passing};
  }
}"""


class Answers:
    """What the server does with one request after the other: a status and a body, or None for a broken line."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[Request] = []
        self.next: list[tuple[int, Any] | None] = []
        page.route("**/v1/**", self._answer)

    def _answer(self, route: Route) -> None:
        self.requests.append(route.request)
        answer = self.next.pop(0)
        if answer is None:
            route.abort("connectionreset")
        else:
            status, body = answer
            route.fulfill(status=status, json=body, headers={"Retry-After": "2"} if status == 503 else {})

    def check_in(self, *answers: tuple[int, Any] | None, tries: int = 3) -> Any:
        self.next = list(answers)
        self.page.clock.install()
        self.page.evaluate(
            f"([tries]) => {{ window.done = ({CHECK_IN})([tries]).then((got) => window.got = got) }}", [tries]
        )
        for _ in range(100):
            if self.page.evaluate("window.got !== undefined"):
                return self.page.evaluate("got")
            self.page.clock.run_for(500)
        raise AssertionError("the call did not end")


def problem(slug: str, **more: str) -> dict[str, str]:
    return {"type": f"urn:queueflow:problem:{slug}", **more}


@pytest.fixture
def answers(pages: Callable[[], Page]) -> Iterator[Answers]:
    page = pages()
    yield Answers(page)
    page.close()


def test_every_try_of_a_call_carries_the_same_key_and_body(answers: Answers) -> None:
    got = answers.check_in(None, (503, problem("store-unavailable")), (201, {"number": "A001"}))
    assert got["answer"] == {"status": 201, "body": {"number": "A001"}}
    assert {request.headers["idempotency-key"] for request in answers.requests} == {got["key"]}
    assert {request.post_data for request in answers.requests} == {json.dumps({"a": 1}, separators=(",", ":"))}
    assert {request.headers["if-match"] for request in answers.requests} == {'"7"'}
    assert {request.headers["authorization"] for request in answers.requests} == {"Bearer secret"}
    assert answers.page.evaluate("retried") == ["no-connection", "store-unavailable"]


def test_a_refusal_is_not_tried_again(answers: Answers) -> None:
    got = answers.check_in((400, problem("validation", field="identity.value")))
    assert len(answers.requests) == 1
    assert got["slug"] == "validation"
    assert got["field"] == "identity.value"
    assert got["passing"] is False


@pytest.mark.parametrize(
    ("last", "slug"), [(None, "no-connection"), ((503, problem("store-unavailable")), "store-unavailable")]
)
def test_an_outage_that_lasts_ends_in_saying_so(answers: Answers, last: tuple[int, Any] | None, slug: str) -> None:
    got = answers.check_in(last, last, tries=2)
    assert len(answers.requests) == 2
    assert (got["slug"], got["passing"]) == (slug, True)


def test_an_answer_that_is_no_problem_document_is_still_a_refusal(answers: Answers) -> None:
    assert answers.check_in((418, "a proxy's own page"))["slug"] == "other"


def test_nobody_waiting_is_an_answer_without_a_body(answers: Answers) -> None:
    answers.page.route("**/v1/**", lambda route: route.fulfill(status=204))
    assert answers.check_in()["answer"] == {"status": 204, "body": None}
