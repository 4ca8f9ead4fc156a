"""A hospital of real processes: `queueflow serve` with its workers and its store, all of which may be killed."""

import asyncio
import itertools
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import redis

from queueflow.model.ids import FacilityId
from queueflow.web.auth import Role
from tests.properties.audit import Auditor
from tests.properties.kept import Kept
from tests.web.conftest import FACILITY, HOSPITALS, V1, make_tokens, token_of

LONG = bool(os.environ.get("QUEUEFLOW_FAULTS"))
READY_S = 30


class Floor:
    """`serve` on a data directory; `store_url` for a store of the test's own."""

    def __init__(self, data_dir: Path, *, workers: int = 2, store_url: str | None = None) -> None:
        data_dir.mkdir(exist_ok=True)
        self.data_dir = data_dir
        self.workers = workers
        self.store_url = store_url
        self.port = 0
        self.process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        make_tokens(data_dir)

    async def __aenter__(self) -> "Floor":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start it, and wait until a worker says that it is ready."""
        variables = {name: value for name, value in os.environ.items() if not name.startswith("QUEUEFLOW_")}
        variables |= {"QUEUEFLOW_RULES_DIR": str(HOSPITALS), "QUEUEFLOW_LOG_FORMAT": "json"}
        if self.store_url is not None:
            variables["QUEUEFLOW_STORE_URL"] = self.store_url
        options = ["--data-dir", str(self.data_dir), "--port", str(self.port), "--workers", str(self.workers)]
        with (self.data_dir / "server.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "queueflow", "serve", *options),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=variables,
            )
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), READY_S)
        assert b"http://" in line, (line, self.log())
        self.port = int(line.rpartition(b":")[2])
        self._reading = asyncio.create_task(_read_on(self.process.stdout))

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.wait(), READY_S)
        self.process = None
        if self._reading is not None:
            await self._reading
            self._reading = None

    def log(self) -> str:
        return (self.data_dir / "server.log").read_text()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def worker_pids(self) -> list[int]:
        assert self.process is not None
        parent = self.process.pid
        with suppress(FileNotFoundError):
            return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
        return []

    def store_pid(self) -> int:
        """The embedded store's."""
        return int((self.data_dir / "valkey" / "valkey.pid").read_text())

    def signal(self, pid: int, which: signal.Signals = signal.SIGKILL) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, which)

    async def kill_everything(self) -> None:
        """kill -9 of parent, workers and store."""
        assert self.process is not None
        for pid in (self.process.pid, *self.worker_pids(), self.store_pid()):
            self.signal(pid)
        await self.process.wait()
        self.process = None

    def store(self) -> "redis.Redis":
        """The embedded store itself, behind everybody's back."""
        path = (self.data_dir / "valkey" / "socket").read_text()
        return redis.Redis(unix_socket_path=path)

    @asynccontextmanager
    async def client(self, timeout_s: float = 10) -> AsyncIterator[httpx.AsyncClient]:
        # No TLS is spoken here, and its set-up would take longer than a request.
        async with httpx.AsyncClient(base_url=self.base_url, timeout=timeout_s, verify=False) as client:
            yield client


@dataclass
class Kiosks:
    """Patients who check in once each, by kiosks that repeat a request with its key until it is answered."""

    floor: Floor
    prefix: str
    answers: dict[str, httpx.Response] = field(default_factory=dict)
    refused: list[httpx.Response] = field(default_factory=list)
    """Every 503 on the way."""
    tries: int = 0
    _more: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def some_more(self, count: int) -> None:
        """Wait until so many more are answered."""
        for _ in range(count):
            await self._more.acquire()

    async def check_in(self, client: httpx.AsyncClient, serial: int, until: float) -> None:
        """One patient; raises TimeoutError at the instant `until` of the monotonic clock."""
        key = f"{self.prefix}-{serial}"
        while key not in self.answers:
            if time.monotonic() > until:
                raise TimeoutError(key)
            self.tries += 1
            try:
                answer = await self.send(client, key)
            except httpx.TransportError:
                # Nobody knows whether it was done: that is what the key is for.
                await asyncio.sleep(0.1)
                continue
            if answer.status_code == 503:
                assert int(answer.headers["retry-after"]) > 0
                self.refused.append(answer)
                await asyncio.sleep(0.2)
                continue
            assert answer.status_code == 201, answer.text
            self.answers[key] = answer
            self._more.release()

    async def send(self, client: httpx.AsyncClient, key: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token_of(Role.KIOSK)}", "Idempotency-Key": key}
        body = {"identity": {"scheme": "mrn", "value": key.upper()}, "service": "internal-medicine"}
        return await client.post(f"{V1}/check-ins", headers=headers, json=body)

    async def all_check_in(self, count: int, *, at_once: int = 8, patience_s: float = 60) -> None:
        """`count` patients at so many kiosks."""
        first = len(self.answers)
        await self._arrive(iter(range(first, first + count)), at_once, patience_s)

    @asynccontextmanager
    async def arriving(self, *, at_once: int = 8, patience_s: float = 60) -> AsyncIterator[None]:
        """Patients come all the while, and those that were there at its end are served."""
        first, over = len(self.answers), asyncio.Event()
        serials = itertools.takewhile(lambda _: not over.is_set(), itertools.count(first))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._arrive(serials, at_once, patience_s))
            yield
            over.set()

    async def _arrive(self, serials: Iterator[int], at_once: int, patience_s: float) -> None:
        until = time.monotonic() + patience_s

        async def kiosk() -> None:
            async with self.floor.client() as client:
                for serial in serials:
                    await self.check_in(client, serial, until)

        async with asyncio.TaskGroup() as kiosks:
            for _ in range(at_once):
                kiosks.create_task(kiosk())


def audited(client: "redis.Redis") -> Kept:
    """What the store keeps of the small hospital, with every invariant checked from its first event on."""
    return Auditor(client, FacilityId(FACILITY)).check()


def assert_each_exists_once(kept: Kept, kiosks: Kiosks) -> None:
    """Every acknowledged check-in is there as it was answered, and there is nothing else."""
    told = {}
    for answer in kiosks.answers.values():
        ticket = answer.json()["ticket"]
        told[ticket["id"]] = ticket["number"]
    assert len(told) == len(kiosks.answers), "two patients were given one ticket"
    assert len(set(told.values())) == len(told), "a number was given twice"
    assert {ticket.id: ticket.number for ticket in kept.tickets.values()} == told


async def assert_repeated_alike(floor: Floor, kiosks: Kiosks, keys: list[str]) -> None:
    """The same request gives the same answer, however much later."""
    async with floor.client() as client:
        for key in keys:
            again = await kiosks.send(client, key)
            first = kiosks.answers[key]
            assert (again.status_code, again.content) == (first.status_code, first.content)
            assert again.headers["idempotent-replayed"] == "true"


async def ready(floor: Floor, status: int = 200, *, seconds: float = READY_S) -> httpx.Response:
    """Wait until /readyz answers with that status."""
    deadline = time.monotonic() + seconds
    while True:
        with suppress(httpx.TransportError):
            async with floor.client() as client:
                answer = await client.get("/readyz")
                if answer.status_code == status:
                    return answer
        assert time.monotonic() < deadline, f"not {status} within {seconds} s: {floor.log()[-2000:]}"
        await asyncio.sleep(0.1)


async def _read_on(stream: asyncio.StreamReader) -> None:
    while await stream.read(4096):
        pass
