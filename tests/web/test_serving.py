"""The server as a program: its port, its workers, its end, and its return after the worst of ends."""

import os
import re
import signal
import socket
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from queueflow.serving import CannotServe, listen, prepare_data_dir
from tests.web.processes import Demo, demo, environment, is_there, run, until


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("two"), "--workers", "2") as server:
        yield server


def test_the_ready_file_says_all_that_a_program_needs(two_workers: Demo) -> None:
    assert set(two_workers.tokens) == {"kiosk", "display", "console", "admin"}
    assert two_workers.pid == two_workers.process.pid
    with two_workers.client() as client:
        assert client.get("/readyz").json()["status"] == "ready"
        facility = client.get(f"/v1/facilities/{two_workers.facility}").json()
        assert facility["rooms"]
        queue = client.get(
            f"/v1/facilities/{two_workers.facility}/clinics/{facility['clinics'][0]['id']}/queue",
            headers={"Authorization": f"Bearer {two_workers.tokens['console']}"},
        )
        assert queue.status_code == 200


def test_the_hall_is_closed_from_the_command_line(two_workers: Demo) -> None:
    with two_workers.client() as client:
        two_workers.check_in(client, "who-waits-in-vain")
    command = ("day", "close", "--facility", two_workers.facility, "--url", two_workers.base_url)
    closed = run(*command, ADMIN_TOKEN=two_workers.tokens["admin"])
    assert (closed.returncode, closed.stderr) == (0, "")
    assert "1 still waited; 1 stops were ended" in closed.stdout
    refused = run(*command, "--token", two_workers.tokens["kiosk"])
    assert (refused.returncode, refused.stderr.strip()) == (2, "This device or person may not do this.")


def test_the_server_does_not_say_what_it_is_made_of(two_workers: Demo) -> None:
    with two_workers.client() as client:
        assert "server" not in client.get("/healthz").headers


def test_a_large_body_is_refused_on_a_real_socket_and_the_next_request_is_served(two_workers: Demo) -> None:
    with two_workers.client() as client:
        path = f"/v1/facilities/{two_workers.facility}/check-ins"
        headers = {"Authorization": f"Bearer {two_workers.tokens['kiosk']}", "Content-Type": "application/json"}
        large = client.post(path, content=b"x" * 1_000_000, headers={**headers, "Idempotency-Key": "large"})
        assert large.status_code == 413
        assert two_workers.check_in(client, "after-the-large-one").status_code == 201


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /healthz HTTP/1.1\r\n\r\n\x00\xff",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"GET /v1/facilities/%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /healthz%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/facilities/x/check-ins HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.0\r\nX-Forwarded-Host: evil.example\r\n\r\n",
    ],
    ids=repr,
)
def test_what_is_hardly_http_is_refused_and_harms_no_worker(two_workers: Demo, request_bytes: bytes) -> None:
    before = two_workers.workers()
    address = httpx.URL(two_workers.base_url)
    with socket.create_connection((address.host, address.port or 0), timeout=5) as raw:
        raw.sendall(request_bytes)
        raw.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := raw.recv(4096):
            answer += chunk
    assert not re.match(rb"HTTP/1.1 5", answer)
    assert b"set-cookie" not in answer.lower().split(b"\r\n\r\n")[0]
    assert two_workers.workers() == before


def test_what_was_sent_is_in_no_line_that_the_server_writes(two_workers: Demo) -> None:
    canary = "Hoàng Thị Chim Yến"
    path = f"/v1/facilities/{two_workers.facility}"
    headers = {"Authorization": f"Bearer {two_workers.tokens['admin']}", "Idempotency-Key": "canary"}
    with two_workers.client() as client:
        client.get(f"{path}/tickets/{canary}", params={"name": canary}, headers=headers)
        client.post(f"{path}/check-ins", json={"identity": canary, canary: canary}, headers=headers)
        body = {"identity": {"scheme": "name", "value": canary}, "patient": {"birth_date": "1985"}}
        assert client.post(f"{path}/check-ins", json=body, headers=headers).status_code == 201
        client.get(f"/{canary}", headers={**headers, "User-Agent": "Chim-Yen-Canary", "Cookie": "a=Chim-Yen-Canary"})
    written = two_workers.output.read_text()
    assert "Kiosk" in written
    for text in (canary, "Chim", "Y%E1%BA%BFn", "Chim-Yen-Canary", two_workers.tokens["admin"][-20:]):
        assert text not in written.partition("Stop it with Ctrl-C")[2]


def test_metrics_are_the_sum_of_all_workers(two_workers: Demo) -> None:
    def counted() -> float:
        with two_workers.client() as client:
            text = client.get("/metrics").text
        found = re.search(r'queueflow_http_answers_total\{call="alive",status="200"\} ([0-9.]+)', text)
        return float(found[1]) if found else 0.0

    before = counted()
    for _ in range(40):
        # A connection of its own each time, so that both workers get some.
        with two_workers.client() as client:
            client.get("/healthz")
    assert {counted() for _ in range(10)} == {before + 40}


def test_listeners_are_counted_over_all_workers_and_go_with_them(two_workers: Demo) -> None:
    def counted(name: str) -> float:
        with two_workers.client() as client:
            text = client.get("/metrics").text
        found = re.search(rf'{name}\{{facility="{two_workers.facility}"\}} ([0-9.]+)', text)
        return float(found[1]) if found else -1.0

    address = two_workers.base_url.replace("http", "ws") + f"/v1/facilities/{two_workers.facility}/feed?view=board"
    with ExitStack() as open_feeds:
        for _ in range(8):
            open_feeds.enter_context(connect(address, subprotocols=[Subprotocol("queueflow.v1")]))
        until(lambda: counted("queueflow_feed_listeners") == 8, 15)
        assert counted("queueflow_feed_live") == 1
    until(lambda: counted("queueflow_feed_listeners") == 0, 15)


def test_a_worker_that_was_killed_is_replaced_and_nobody_is_turned_away(two_workers: Demo) -> None:
    before = two_workers.workers()
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    for serial in range(20):
        with two_workers.client() as client:
            assert two_workers.check_in(client, f"through-it-{serial}").status_code == 201
    until(lambda: len(two_workers.workers()) == 2, 20)
    assert before[0] not in two_workers.workers()


def test_a_demo_that_is_started_again_carries_on_with_the_same_day_and_tokens(tmp_path: Path) -> None:
    with demo(tmp_path) as first, first.client() as client:
        made = first.check_in(client, "card-1").json()
        tokens = first.tokens
    assert first.process.returncode == 0
    with demo(tmp_path) as second, second.client() as client:
        assert second.tokens == tokens
        held = second.check_in(client, "card-1")
        assert held.headers["idempotent-replayed"] == "true"
        assert held.json()["ticket"]["id"] == made["ticket"]["id"]
        other = second.check_in(client, "card-2").json()
        assert other["ticket"]["number"] != made["ticket"]["number"]
    for name in ("vault.key", "tokens.json"):
        assert stat.S_IMODE((tmp_path / "data" / name).stat().st_mode) == 0o600


def test_sigterm_ends_everything_and_the_port_is_free(tmp_path: Path) -> None:
    with demo(tmp_path, "--workers", "2") as server:
        workers = server.workers()
        store = int((tmp_path / "data" / "valkey" / "valkey.pid").read_text())
        os.kill(server.pid, signal.SIGTERM)
        assert server.process.wait(20) == 0
        assert not any(map(is_there, [*workers, store]))
    address = httpx.URL(server.base_url)
    for one in listen("127.0.0.1", address.port or 0, 1):
        one.close()


def test_after_kill_9_of_the_parent_nobody_is_left_on_the_port_and_nothing_is_lost(tmp_path: Path) -> None:
    with demo(tmp_path) as server, server.client() as client:
        made = server.check_in(client, "card-1").json()
        workers = server.workers()
        os.kill(server.pid, signal.SIGKILL)
        server.process.wait(10)
        until(lambda: not any(map(is_there, workers)), 20)
    port = httpx.URL(server.base_url).port or 0
    for one in listen("127.0.0.1", port, 1):
        one.close()
    with demo(tmp_path) as again, again.client() as client:
        assert again.check_in(client, "card-1").json()["ticket"]["id"] == made["ticket"]["id"]


def test_the_embedded_store_is_started_again_when_it_dies(tmp_path: Path) -> None:
    with demo(tmp_path) as server, server.client() as client:
        made = server.check_in(client, "card-1").json()
        os.kill(int((tmp_path / "data" / "valkey" / "valkey.pid").read_text()), signal.SIGKILL)
        until(lambda: server.check_in(client, "card-2").status_code == 201, 20)
        assert server.check_in(client, "card-1").json()["ticket"]["id"] == made["ticket"]["id"]


def test_a_port_in_use_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for workers in ("1", "2"):
            ended = run("serve", "--port", str(port), "--workers", workers, "--data-dir", str(tmp_path / "data"))
            assert ended.returncode == 2
            assert f"Port {port}" in ended.stderr
            assert "in use" in ended.stderr
            assert "Traceback" not in ended.stderr


def test_a_data_directory_that_cannot_be_written_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = run("serve", "--port", "0", "--data-dir", str(tmp_path / "file" / "data"))
    assert ended.returncode == 2
    assert "cannot be written" in ended.stderr
    assert "QUEUEFLOW_DATA_DIR" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_key_that_others_may_read_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "vault.key").write_bytes(b"k" * 32)
    (tmp_path / "vault.key").chmod(0o644)
    ended = run("serve", "--port", "0", "--data-dir", str(tmp_path))
    assert ended.returncode == 2
    assert "chmod 600" in ended.stderr


def test_rules_with_a_mistake_are_told_with_their_place_before_anything_starts(tmp_path: Path) -> None:
    folder = tmp_path / "rules" / "small"
    folder.mkdir(parents=True)
    here = Path(__file__).parent / "hospitals" / "small"
    (folder / "facility.toml").write_text((here / "facility.toml").read_text())
    (folder / "rules.toml").write_text((here / "rules.toml").read_text().replace('"internal-1"', '"internal-7"'))
    data = tmp_path / "data"
    ended = run("serve", "--port", "0", "--data-dir", str(data), QUEUEFLOW_RULES_DIR=str(tmp_path / "rules"))
    assert ended.returncode == 2
    assert "rules.toml:" in ended.stderr
    assert "internal-7" in ended.stderr
    assert not data.exists()


def test_a_host_that_is_not_this_machines_is_refused() -> None:
    with pytest.raises(CannotServe, match="QUEUEFLOW_HOST"):
        listen("192.0.2.1", 0, 1)


def test_an_address_of_every_interface_gives_one_socket_a_worker_on_one_port() -> None:
    sockets = listen("0.0.0.0", 0, 3)
    try:
        assert len({one.getsockname()[1] for one in sockets}) == 1
        with pytest.raises(CannotServe, match="in use"):
            listen("0.0.0.0", sockets[0].getsockname()[1], 2)
    finally:
        for one in sockets:
            one.close()


def test_a_data_directory_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    prepare_data_dir(tmp_path / "a" / "b")
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    assert list((tmp_path / "a" / "b").iterdir()) == []
    assert "QUEUEFLOW_PORT" not in environment()
