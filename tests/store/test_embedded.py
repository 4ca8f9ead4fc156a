"""Tests of store/embedded.py."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import redis

from queueflow.store import embedded
from queueflow.store.embedded import EmbeddedStoreError, EmbeddedValkey


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data directory whose server, if one is left, is stopped afterwards."""
    folder = tmp_path / "data"
    yield folder
    if (folder / "valkey" / "server.lock").exists() and is_running(folder):
        last = EmbeddedValkey(folder)
        last.start()
        last.stop()


def is_running(folder: Path) -> bool:
    return EmbeddedValkey(folder)._is_running()


def client(url: str) -> "redis.Redis":
    return redis.Redis.from_url(url)


def process_id(url: str) -> int:
    with client(url) as asked:
        return asked.info("server")["process_id"]


OWNER = """
import sys
from pathlib import Path
from queueflow.store.embedded import EmbeddedValkey
share = EmbeddedValkey(Path(sys.argv[1]))
print(share.start(), flush=True)
sys.stdin.readline()
share.stop()
"""


def owner(folder: Path) -> tuple["subprocess.Popen[str]", str]:
    """Another process that needs the store, and the address that it got; a line on its stdin lets it go."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def release(process: "subprocess.Popen[str]") -> None:
    process.communicate("\n")
    assert process.returncode == 0


def test_what_it_runs_is_durable_and_not_on_the_network(data_dir: Path) -> None:
    store = EmbeddedValkey(data_dir)
    with client(store.start()) as asked:
        settings = asked.config_get("*")
        assert settings["appendonly"] == "yes"
        assert settings["appendfsync"] == "always"
        assert settings["aof-use-rdb-preamble"] == "yes"
        assert settings["aof-load-truncated"] == "yes"
        assert settings["maxmemory-policy"] == "noeviction"
        assert settings["port"] == "0"
        assert settings["enable-debug-command"] == "no"
        assert settings["dir"] == str(data_dir.resolve() / "valkey")
        assert int(asked.info("server")["valkey_version"].partition(".")[0]) >= 9
    assert (data_dir / "valkey").stat().st_mode & 0o077 == 0
    store.stop()


def test_it_stops_cleanly_and_starts_again_with_everything(data_dir: Path) -> None:
    store = EmbeddedValkey(data_dir)
    with client(store.start()) as asked:
        asked.set("number", "A012")
    store.stop()
    assert not is_running(data_dir)
    with client(store.start()) as asked:
        assert asked.get("number") == b"A012"
    store.stop()
    store.stop()
    assert not is_running(data_dir)


def test_two_starters_share_one_server_and_the_last_stops_it(data_dir: Path) -> None:
    first, second = EmbeddedValkey(data_dir), EmbeddedValkey(data_dir)
    url = first.start()
    assert second.start() == url
    number = process_id(url)
    first.stop()
    assert process_id(url) == number
    second.stop()
    assert not is_running(data_dir)


def test_many_processes_that_start_at_once_share_one_server(data_dir: Path) -> None:
    owners = [
        subprocess.Popen(
            [sys.executable, "-c", OWNER, str(data_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(6)
    ]
    urls = {process.stdout.readline().strip() for process in owners if process.stdout}
    assert len(urls) == 1
    with client(urls.pop()) as asked:
        asked.ping()
    for process in owners[:-1]:
        release(process)
    assert is_running(data_dir)
    release(owners[-1])
    assert not is_running(data_dir)


def test_a_server_whose_owner_was_killed_is_found_and_shared_and_stopped(data_dir: Path) -> None:
    killed, url = owner(data_dir)
    number = process_id(url)
    killed.kill()
    killed.communicate()
    assert is_running(data_dir)
    store = EmbeddedValkey(data_dir)
    assert store.start() == url
    assert process_id(url) == number
    store.stop()
    assert not is_running(data_dir)


def test_ctrl_c_at_the_owners_does_not_reach_the_server(data_dir: Path) -> None:
    store = EmbeddedValkey(data_dir)
    url = store.start()
    assert os.getsid(process_id(url)) != os.getsid(0)
    store.stop()


def test_nothing_acknowledged_is_lost_when_everything_is_killed(data_dir: Path) -> None:
    acknowledged = 0
    for _ in range(5):
        killed, url = owner(data_dir)
        number = process_id(url)
        with client(url) as writer:
            assert [int(value) for value in writer.lrange("issued", 0, -1)] == list(range(acknowledged))
            for value in range(acknowledged, acknowledged + 200):
                writer.rpush("issued", value)
            acknowledged += 200
            os.kill(number, signal.SIGKILL)
        killed.kill()
        killed.communicate()
    store = EmbeddedValkey(data_dir)
    with client(store.start()) as reader:
        assert [int(value) for value in reader.lrange("issued", 0, -1)] == list(range(acknowledged))
    store.stop()


def test_a_record_cut_short_in_the_file_is_dropped_and_the_rest_kept(data_dir: Path) -> None:
    store = EmbeddedValkey(data_dir)
    url = store.start()
    with client(url) as writer:
        writer.set("kept", "yes")
    os.kill(process_id(url), signal.SIGKILL)
    (log,) = (data_dir / "valkey" / "appendonlydir").glob("*.incr.aof")
    with log.open("ab") as file:
        file.write(b"*3\r\n$3\r\nSET\r\n$3\r\ncut\r\n$100\r\nhal")
    with client(store.start()) as reader:
        assert (reader.get("kept"), reader.get("cut")) == (b"yes", None)
    store.stop()


def test_start_revives_a_server_that_died_at_the_same_address(data_dir: Path) -> None:
    store, other = EmbeddedValkey(data_dir), EmbeddedValkey(data_dir)
    url = store.start()
    other.start()
    before = process_id(url)
    os.kill(before, signal.SIGKILL)
    assert store.start() == url
    assert other.start() == url
    assert process_id(url) != before
    store.stop()
    assert is_running(data_dir)
    other.stop()
    assert not is_running(data_dir)


def test_a_directory_taken_away_is_told_and_no_empty_store_put_in_its_place(data_dir: Path) -> None:
    store = EmbeddedValkey(data_dir)
    number = process_id(store.start())
    data_dir.rename(data_dir.with_name("elsewhere"))
    try:
        for moment in (store.start, store.stop):
            with pytest.raises(EmbeddedStoreError, match="taken away"):
                moment()
        assert not data_dir.exists()
    finally:
        os.kill(number, signal.SIGKILL)


def test_a_revival_that_stop_overtakes_starts_nothing(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = EmbeddedValkey(data_dir)
    store.start()
    locked = store._locked

    def overtaken(name: str) -> AbstractContextManager[None]:
        monkeypatch.undo()
        store.stop()
        return locked(name)

    monkeypatch.setattr(store, "_locked", overtaken)
    with pytest.raises(EmbeddedStoreError, match="stopped meanwhile"):
        store.start()
    assert not is_running(data_dir)


def test_a_server_that_is_about_to_end_is_waited_for(data_dir: Path) -> None:
    store = EmbeddedValkey(data_dir)
    url = store.start()
    with client(url) as asked:
        before = asked.info("server")["run_id"]
    os.kill(process_id(url), signal.SIGTERM)
    store.start()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            with client(url) as asked:
                if asked.info("server")["run_id"] != before:
                    break
        except redis.ConnectionError:
            store.start()
        time.sleep(0.02)
    else:
        pytest.fail("the old server still answers")
    store.stop()


@pytest.mark.parametrize("name", ["a b", "viện 'số' \"1\"", "%41?db=3#x", "x" * 120])
def test_any_name_of_a_directory_will_do(tmp_path: Path, name: str) -> None:
    store = EmbeddedValkey(tmp_path / name)
    url = store.start()
    with client(url) as asked:
        asked.set("a", "b")
    other = EmbeddedValkey(tmp_path / name)
    assert other.start() == url
    other.stop()
    store.stop()
    assert not is_running(tmp_path / name)


def test_a_socket_path_too_long_is_replaced_by_a_private_one_that_is_cleared_away(tmp_path: Path) -> None:
    store = EmbeddedValkey(tmp_path / ("x" * 120))
    store.start()
    recorded = store._recorded_socket()
    assert recorded is not None
    assert len(os.fsencode(recorded)) <= embedded.SOCKET_PATH_MAX
    assert recorded.parent.stat().st_mode & 0o077 == 0
    store.stop()
    assert not recorded.parent.exists()


def test_a_private_directory_that_others_may_enter_is_refused(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A folder with a short name: a socket's path has to fit into it, which tmp_path's own is too long for.
    there = tmp_path_factory.mktemp("t")
    monkeypatch.setattr(embedded.tempfile, "gettempdir", lambda: str(there))
    store = EmbeddedValkey(tmp_path / ("x" * 120))
    store.start()
    recorded = store._recorded_socket()
    assert recorded is not None
    store.stop()
    recorded.parent.mkdir(mode=0o755)
    with pytest.raises(EmbeddedStoreError, match="belongs to somebody else"):
        store.start()


def test_a_place_that_cannot_be_written_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedStoreError, match="cannot be kept in"):
        EmbeddedValkey(tmp_path / "file").start()


def test_a_directory_that_this_user_may_not_write_is_refused_in_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    as_nobody = OWNER.replace("share =", "import os; os.geteuid() or os.setuid(65534); share =")
    refused = subprocess.run(
        [sys.executable, "-c", as_nobody, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert "EmbeddedStoreError: The store cannot be kept in" in refused.stderr


def test_a_missing_server_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise embedded.ValkeyServerError("no binary")

    monkeypatch.setattr(embedded, "get_binary_path", missing)
    with pytest.raises(EmbeddedStoreError, match="QUEUEFLOW_STORE_URL"):
        EmbeddedValkey(tmp_path).start()
    (tmp_path / "plain").write_text("no program")
    monkeypatch.setattr(embedded, "get_binary_path", lambda: tmp_path / "plain")
    with pytest.raises(EmbeddedStoreError, match="may not be executed"):
        EmbeddedValkey(tmp_path).start()
    (tmp_path / "plain").chmod(0o700)
    with pytest.raises(EmbeddedStoreError, match="cannot be executed"):
        EmbeddedValkey(tmp_path).start()


def test_a_server_that_queueflow_did_not_start_is_left_alone(data_dir: Path) -> None:
    (data_dir / "valkey").mkdir(parents=True)
    stranger = subprocess.Popen(
        [embedded.get_binary_path(), "--port", "0", "--unixsocket", str(data_dir / "valkey" / "valkey.sock")],
        cwd=data_dir,
        stdout=subprocess.DEVNULL,
    )
    url = f"unix://{data_dir / 'valkey' / 'valkey.sock'}"
    try:
        for _ in range(200):
            if (data_dir / "valkey" / "valkey.sock").exists():
                break
            time.sleep(0.02)
        with pytest.raises(EmbeddedStoreError, match="did not start"):
            EmbeddedValkey(data_dir).start()
        with client(url) as asked:
            assert asked.ping()
    finally:
        stranger.kill()
        stranger.wait()


def test_a_file_that_cannot_be_read_back_is_named_with_the_servers_own_words(data_dir: Path) -> None:
    store = EmbeddedValkey(data_dir)
    with client(store.start()) as writer:
        writer.set("a", "b")
    store.stop()
    (log,) = (data_dir / "valkey" / "appendonlydir").glob("*.incr.aof")
    log.write_bytes(b"not an append-only file at all\n" * 100)
    with pytest.raises(EmbeddedStoreError, match="Bad file format"):
        store.start()
