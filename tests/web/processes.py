"""`queueflow` as a program: started, waited for, ended by its own process id."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

QUEUEFLOW = [sys.executable, "-m", "queueflow"]


def environment(**more: str) -> dict[str, str]:
    """This process' variables without any of queueflow's own, and these."""
    return {name: value for name, value in os.environ.items() if not name.startswith("QUEUEFLOW_")} | more


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [*QUEUEFLOW, *arguments], env=environment(**variables), capture_output=True, text=True, timeout=60, check=False
    )


class Demo:
    """A demo without patients: its process, and what its ready file says."""

    def __init__(self, process: "subprocess.Popen[str]", ready: dict[str, Any], output: Path) -> None:
        self.process = process
        self.output = output
        self.base_url: str = ready["base_url"]
        self.facility: str = ready["facility"]
        self.tokens: dict[str, str] = ready["tokens"]
        self.pid: int = ready["pid"]

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.base_url, timeout=15)

    def check_in(self, client: httpx.Client, key: str, service: str = "internal-medicine") -> httpx.Response:
        return client.post(
            f"/v1/facilities/{self.facility}/check-ins",
            json={"identity": {"scheme": "mrn", "value": key}, "service": service},
            headers={"Authorization": f"Bearer {self.tokens['kiosk']}", "Idempotency-Key": key},
        )

    def workers(self) -> list[int]:
        """The process ids of its workers."""
        found: list[int] = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(path.read_text().rpartition(")")[2].split()[1])
                command = (path.parent / "cmdline").read_bytes()
            except OSError:
                continue
            if parent == self.pid and b"serving import work" in command:
                found.append(int(path.parent.name))
        return sorted(found)


@contextmanager
def demo(folder: Path, *arguments: str, **variables: str) -> Iterator[Demo]:
    """A demo that is ready; what is still there of it is ended at the end."""
    ready_file = folder / "ready.json"
    ready_file.unlink(missing_ok=True)
    command = [*QUEUEFLOW, "demo", "--no-patients", "--port", "0", "--data-dir", str(folder / "data")]
    with (folder / "output.txt").open("a") as output:
        process = subprocess.Popen(
            [*command, "--ready-file", str(ready_file), *arguments],
            env=environment(**variables),
            stdout=output,
            stderr=output,
            text=True,
        )
    try:
        until(lambda: ready_file.exists() or process.poll() is not None, 60)
        assert process.poll() is None, (folder / "output.txt").read_text()
        yield Demo(process, json.loads(ready_file.read_text()), folder / "output.txt")
    finally:
        process.terminate()
        process.wait(30)


def until(holds: Any, seconds: float) -> None:
    """Wait until it holds; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def is_there(pid: int) -> bool:
    """Whether a process runs; one that ended and was not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
