import msgspec
import pytest

from queueflow.simulation.clock import dice
from queueflow.simulation.door import Door, Refused, Tokens, Unreachable
from tests.simulation.scripted import CLOSE, answer, scripted


class Body(msgspec.Struct):
    a: int = 1


def door(base_url: str, tries: int = 5) -> Door:
    return Door(base_url, "small", run="run", dice=dice(1), tries=tries, connections=2)


async def test_a_lost_answer_and_a_full_server_are_asked_again_with_the_same_key() -> None:
    answers = [CLOSE, answer(503, b"", "Retry-After: 1"), answer(201, b'{"ok": 1}', "Idempotent-Replayed: true")]
    async with scripted(lambda number: answers[number]) as server:
        asking = door(server.base_url)
        told = await asking.post("check-in", "/check-ins", "secret", Body())
        assert (told.status, told.body) == (201, b'{"ok": 1}')
        assert [server.header(index, "Idempotency-Key") for index in range(3)] == ["run-1"] * 3
        assert server.header(0, "Authorization") == "Bearer secret"
        calls = asking.calls["check-in"]
        assert (calls.sent, calls.repeated, calls.replayed, calls.unanswered) == (1, 2, 1, 0)
        asking.close()


async def test_two_wishes_never_have_one_key() -> None:
    async with scripted(lambda _: answer(200)) as server:
        asking = door(server.base_url)
        await asking.post("start", "/tickets/1/start", "t", Body())
        await asking.post("start", "/tickets/1/start", "t", Body())
        assert server.header(0, "Idempotency-Key") != server.header(1, "Idempotency-Key")
        asking.close()


async def test_a_refusal_is_not_repeated_and_counts_under_its_slug() -> None:
    problem = b'{"type": "urn:queueflow:problem:room-not-open", "status": 409}'
    async with scripted(lambda _: answer(409, problem)) as server:
        asking = door(server.base_url)
        with pytest.raises(Refused) as refused:
            await asking.post("call-next", "/rooms/1/call-next", "t", Body())
        assert (refused.value.status, refused.value.slug) == (409, "room-not-open")
        assert asking.calls["call-next"].refused == {"room-not-open": 1}
        assert len(server.asked) == 1
        asking.close()


async def test_whoever_never_answers_is_given_up_after_so_many_tries() -> None:
    async with scripted(lambda _: CLOSE) as server:
        asking = door(server.base_url, tries=3)
        with pytest.raises(Unreachable):
            await asking.get("read-board", "/board", "t")
        assert len(server.asked) == 3
        assert asking.calls["read-board"].unanswered == 1
        asking.close()


async def test_nobody_waits_is_counted_apart() -> None:
    async with scripted(lambda _: b"HTTP/1.1 204 No Content\r\n\r\n") as server:
        asking = door(server.base_url)
        assert (await asking.post("call-next", "/rooms/1/call-next", "t", Body())).status == 204
        assert asking.calls["call-next"].nobody == 1
        asking.close()


def test_an_admin_does_for_every_role_that_has_no_token_of_its_own() -> None:
    assert Tokens.of({"admin": "a", "kiosk": "k"}) == Tokens("k", "a", "a")
    with pytest.raises(KeyError):
        Tokens.of({"kiosk": "k"})
