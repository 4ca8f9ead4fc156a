import asyncio

import pytest

from queueflow.simulation.wire import Lost, Wire
from tests.simulation.scripted import CLOSE, answer, scripted


async def test_a_request_is_sent_whole_and_its_answer_read_whole() -> None:
    async with scripted(lambda _: answer(201, b'{"a": 1}', "X-Told: yes")) as server:
        wire = Wire(server.base_url + "/under", 4)
        told = await wire.request("POST", "/path?q=1", {"Authorization": "Bearer t"}, b"body")
        assert (told.status, told.body, told.headers["x-told"]) == (201, b'{"a": 1}', "yes")
        assert server.asked[0].startswith(b"POST /under/path?q=1 HTTP/1.1\r\nHost: 127.0.0.1:")
        assert server.asked[0].endswith(b"\r\n\r\nbody")
        wire.close()


async def test_connections_are_kept_and_never_shared_at_one_time() -> None:
    async with scripted(lambda number: answer(200, str(number).encode())) as server:
        wire = Wire(server.base_url, 3)
        for _ in range(5):
            await wire.request("GET", "/", {}, b"")
        assert server.connections == 1
        await asyncio.gather(*(wire.request("GET", "/", {}, b"") for _ in range(20)))
        assert server.connections <= 3
        wire.close()


async def test_an_answer_in_pieces_without_a_length_is_one_answer() -> None:
    pieces = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    async with scripted(lambda _: pieces) as server:
        wire = Wire(server.base_url, 1)
        assert (await wire.request("GET", "/", {}, b"")).body == b"abcde"
        wire.close()


async def test_a_connection_that_goes_before_the_answer_is_lost_and_the_next_request_has_a_new_one() -> None:
    async with scripted(lambda number: CLOSE if number == 0 else answer(200)) as server:
        wire = Wire(server.base_url, 1)
        with pytest.raises(Lost):
            await wire.request("GET", "/", {}, b"")
        assert (await wire.request("GET", "/", {}, b"")).status == 200
        wire.close()


async def test_what_is_no_http_is_lost() -> None:
    async with scripted(lambda _: b"SSH-2.0-OpenSSH\r\n\r\n") as server:
        wire = Wire(server.base_url, 1)
        with pytest.raises(Lost):
            await wire.request("GET", "/", {}, b"")
        wire.close()


async def test_nobody_there_is_lost() -> None:
    async with scripted(lambda _: answer(200)) as server:
        gone = server.base_url
    with pytest.raises(Lost):
        await Wire(gone, 1).request("GET", "/", {}, b"")


async def test_a_request_that_was_given_up_leaves_no_connection_with_an_answer_for_somebody_else() -> None:
    waiting = asyncio.Event()

    async with scripted(lambda number: answer(200, f"answer {number}".encode())) as server:
        wire = Wire(server.base_url, 1)

        async def ask() -> bytes:
            waiting.set()
            return (await wire.request("GET", "/", {}, b"")).body

        given_up = asyncio.create_task(ask())
        await waiting.wait()
        await asyncio.sleep(0)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        told = (await wire.request("GET", "/", {}, b"")).body
        assert told == f"answer {len(server.asked) - 1}".encode()
        wire.close()


@pytest.mark.parametrize("address", ["", "127.0.0.1:80", "ftp://host", "http://"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="no address of a server"):
        Wire(address, 1)
