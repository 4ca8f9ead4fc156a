"""A real server for the simulation's tests: the demo without patients, as a person starts it, on a port of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

START_S = 60


class Ready(msgspec.Struct):
    base_url: str
    facility: str
    tokens: dict[str, str]
    pid: int


def ready_file(folder: Path) -> Path:
    return folder / "ready.json"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Ready]:
    """A demo's ready file, read."""
    ready = ready_file(tmp_path)
    command = [sys.executable, "-m", "queueflow", "demo", "--no-patients", "--port", "0"]
    command += ["--ready-file", str(ready), "--data-dir", str(tmp_path / "data")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QUEUEFLOW_")}
    log = tmp_path / "server.log"
    with log.open("wb") as out, subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process:
        try:
            deadline = time.monotonic() + START_S
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"no server: {log.read_text()[-2000:]}")
                time.sleep(0.05)
            yield msgspec.json.decode(ready.read_bytes(), type=Ready)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(START_S)
