"""A real server for the simulation's tests: the demo without patients, as a person starts it, on a port of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

START_S = 60


class Ready(msgspec.Struct):
    """A demo's ready file, and where it lies."""

    base_url: str
    facility: str
    tokens: dict[str, str]
    pid: int
    file: str = ""

    def workers(self) -> list[int]:
        """The processes that answer."""
        return [int(child) for child in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Ready]:
    """A hall of a test's own."""
    with _demo(tmp_path) as ready:
        yield ready


@pytest.fixture
def hall_of_two(tmp_path: Path) -> Iterator[Ready]:
    """A hall that two workers answer for."""
    with _demo(tmp_path, "--workers", "2") as ready:
        yield ready


@pytest.fixture(scope="module")
def used_hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ready]:
    """A hall that a module's tests use one after the other, each leaving nobody waiting and every room closed."""
    with _demo(tmp_path_factory.mktemp("hall")) as ready:
        yield ready


@contextmanager
def _demo(folder: Path, *more: str) -> Iterator[Ready]:
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "queueflow", "demo", "--no-patients", "--port", "0", *more]
    command += ["--ready-file", str(ready), "--data-dir", str(folder / "data")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QUEUEFLOW_")}
    log = folder / "server.log"
    with log.open("wb") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process:
        try:
            deadline = time.monotonic() + START_S
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"no server: {log.read_text()[-2000:]}")
                time.sleep(0.05)
            yield msgspec.structs.replace(msgspec.json.decode(ready.read_bytes(), type=Ready), file=str(ready))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(START_S)
