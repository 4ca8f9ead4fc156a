"""What the HTTP benchmarks share: pinned servers, a load that costs little itself, rounds, medians, ratios.

A figure by itself says more of the machine than of the program. So whatever is compared runs in the same run, in turn,
for several rounds: the server on one core, the load and the store on the other, and the ratio of the medians counts.
Beside requests a second stands the server's own processor time a request, which neighbours on the machine disturb
least; a server that fills its core has one as the inverse of the other.
"""

import asyncio
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import uvloop

ROOT = Path(__file__).parents[2]
SERVER_CORE = 0
LOAD_CORE = 1
START_S = 60.0


@dataclass(frozen=True)
class Measured:
    """One round: requests answered a second, the server's processor time for each, and how long they took."""

    rate: float
    cpu_us: float
    p50_ms: float
    p99_ms: float
    answered: int
    refused: int


@dataclass(frozen=True)
class Contender:
    """What is measured: its name, the server's process, its port, and a round's requests, each for one connection.

    `requests()` gives one iterator of whole requests a connection; an iterator may look at the last answer's body.
    """

    name: str
    pid: int
    port: int
    requests: Callable[[], list["Requests"]]


class Requests:
    """The requests of one connection, in order; `answered` is told every answer before the next is asked for."""

    def __init__(self, requests: Iterable[bytes]) -> None:
        self._requests = iter(requests)

    def next(self) -> bytes | None:
        """The next request, None when there is none left."""
        return next(self._requests, None)

    def answered(self, status: int, body: bytes) -> None:
        """Told of the answer to the last request."""


def pin_to(core: int, pid: int = 0) -> None:
    """Keep a process (0: this one) on a core, where there are two."""
    if (os.cpu_count() or 1) > 1:
        for thread in os.listdir(f"/proc/{pid or os.getpid()}/task"):
            os.sched_setaffinity(int(thread), {core})


@contextmanager
def server(command: list[str], environment: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server on its core, until the block ends; it is there when its port answers."""
    pinned = ["taskset", "-c", str(SERVER_CORE)] if (os.cpu_count() or 1) > 1 else []
    with subprocess.Popen(
        [*pinned, *command], env={**os.environ, **environment}, cwd=ROOT, stdout=subprocess.DEVNULL
    ) as process:
        try:
            wait_for_port(port, process)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(START_S)


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(int(START_S / 0.1)):
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


def wait_for_file(file: Path, process: subprocess.Popen[bytes]) -> None:
    for _ in range(int(START_S / 0.1)):
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}")
        if file.exists():
            return
        time.sleep(0.1)
    raise SystemExit(f"{file} was not written")


def worker_of(pid: int) -> int:
    """The process that answers: a supervisor's one child, else the process itself."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else pid


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_s(pid: int) -> float:
    """Processor seconds of a process so far, user and system, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def post(path: str, token: str, key: str, body: bytes) -> bytes:
    """A whole request."""
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class _Connection(asyncio.Protocol):
    """Sends the next request when the last was answered; reads no more of HTTP than its servers write."""

    def __init__(self, requests: Requests, load: "_Load") -> None:
        self._requests = requests
        self._load = load
        self._data = b""
        self._sent = 0.0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        request = None if self._load.over else self._requests.next()
        if request is None:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)  # pyright: ignore[reportAttributeAccessIssue]

    def data_received(self, data: bytes) -> None:
        self._data += data
        end = self._data.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._data[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._data) < end + 4 + length:
            return
        self._load.note(int(head[9:12]), time.perf_counter() - self._sent)
        body, self._data = self._data[end + 4 : end + 4 + length], self._data[end + 4 + length :]
        self._requests.answered(int(head[9:12]), body)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


class _Load:
    def __init__(self) -> None:
        self.over = False
        self.took: list[float] = []
        self.refused = 0

    def note(self, status: int, took_s: float) -> None:
        if 200 <= status < 300:
            self.took.append(took_s)
        else:
            self.refused += 1


def hammer(contender: Contender, seconds: float) -> Measured:
    """One round: every connection sends as fast as it is answered, for so long or until it has nothing left."""
    return uvloop.run(_hammer(contender, seconds))


async def _hammer(contender: Contender, seconds: float) -> Measured:
    loop = asyncio.get_running_loop()
    load = _Load()
    loop.call_later(seconds, setattr, load, "over", True)
    began, cpu = time.perf_counter(), cpu_s(contender.pid)
    opened = [
        await loop.create_connection(lambda one=one: _Connection(one, load), "127.0.0.1", contender.port)
        for one in contender.requests()
    ]
    await asyncio.gather(*(connection.done for _, connection in opened))
    took_s, cpu = time.perf_counter() - began, cpu_s(contender.pid) - cpu
    ordered = sorted(load.took) or [0.0]
    answered = len(load.took)
    return Measured(
        rate=answered / took_s,
        cpu_us=cpu / max(1, answered + load.refused) * 1e6,
        p50_ms=ordered[len(ordered) // 2] * 1000,
        p99_ms=ordered[int(len(ordered) * 0.99)] * 1000,
        answered=answered,
        refused=load.refused,
    )


def rounds(contenders: list[Contender], count: int, seconds: float) -> dict[str, list[Measured]]:
    """Each contender in turn, round after round, so that what disturbs the machine disturbs all alike."""
    found: dict[str, list[Measured]] = {contender.name: [] for contender in contenders}
    for number in range(count):
        for contender in contenders:
            measured = hammer(contender, seconds)
            found[contender.name].append(measured)
            print(
                f"  round {number + 1}  {contender.name:<28}{measured.rate:>8,.0f}/s  {measured.cpu_us:>6.0f} us  "
                f"p50 {measured.p50_ms:5.1f}  p99 {measured.p99_ms:5.1f} ms  refused {measured.refused}"
            )
    return found


def median(found: dict[str, list[Measured]], name: str, field: str) -> float:
    return statistics.median(getattr(measured, field) for measured in found[name])


def ratio(found: dict[str, list[Measured]], name: str, other: str) -> tuple[float, float]:
    """How many times the other's requests a second, and how many times its speed by processor time."""
    by_rate = median(found, name, "rate") / median(found, other, "rate")
    by_cpu = median(found, other, "cpu_us") / median(found, name, "cpu_us")
    return by_rate, by_cpu


def keep(file: str, found: dict[str, list[Measured]], ratios: dict[str, tuple[float, float]]) -> None:
    """Write the run down beside the ones before it."""
    folder = ROOT / "artifacts"
    folder.mkdir(exist_ok=True)
    kept = {name: [asdict(measured) for measured in rounds_of] for name, rounds_of in found.items()}
    text = json.dumps({"measured": kept, "ratios": ratios, "python": sys.version}, indent=1)
    (folder / file).write_text(text, encoding="utf-8")
    print(f"kept in artifacts/{file}")
