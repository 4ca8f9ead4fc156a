"""Telling a thousand boards of an event, against websockets' broadcast() and against plain ASGI sends, in one run.

    python -m loadtests.benchmarks.fanout [--listeners 1000] [--rate 20] [--rounds 3] [--seconds 3]

Every contender sends the same 300 bytes so many times a second to so many sockets on loopback, from one core; the
sockets are read on the other. queueflow does it as it does in a hospital: the event goes through the hub, is applied,
narrowed, encoded once, and written by way of sessions with bounded buffers; broadcast() has neither buffers nor a
view. Counted is the server's processor time for each delivery, and when each of a thousand has the frame.

Goals: at most 1.1 times broadcast()'s processor time; the last of a thousand has 99 of 100 frames within 50 ms; a
board that only listens takes at most 1.3 times the memory of a bare uvicorn WebSocket.
"""

import argparse
import asyncio
import base64
import json
import os
import random
import selectors
import socket
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import uvicorn
import uvloop
from litestar import Litestar
from litestar.datastructures import State
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.typing import Subprotocol

from loadtests.benchmarks import compare
from queueflow.live.hub import Hub
from queueflow.model.events import AnyEvent, TicketRecalled
from queueflow.model.facility import Facility
from queueflow.model.ids import (
    ClinicId,
    FacilityId,
    Number,
    PriorityId,
    RoomId,
    ServiceDay,
    ServiceId,
    TicketId,
    VisitId,
)
from queueflow.model.live_state import FacilityState, Place, VisitRecord
from queueflow.model.patient import Patient
from queueflow.model.ticket import Ticket, TicketState
from queueflow.model.visit import Visit
from queueflow.store.stream import Began, StreamItem, Told
from queueflow.web import feed
from queueflow.web.wire import FeedProtocol

FACILITY = FacilityId("benchmark")
TICKET = TicketId("20261124-0123456789abc-1")
GOAL_CPU = 1.1
GOAL_LAST_MS = 50.0
GOAL_MEMORY = 1.3
MARK = b'"number":"'
"""After it stands the instant of sending, in nanoseconds of the machine's monotonic clock."""
CONTENDERS = ("queueflow", "broadcast", "asgi-send")


@dataclass(frozen=True)
class Measured:
    """One round: processor time a delivery, milliseconds until each and until the last had it, memory a board."""

    cpu_us: float
    p50_ms: float
    p99_ms: float
    last_p99_ms: float
    delivered: int
    memory_kib: float


# The servers.


def recalled(number: int) -> Ticket:
    return Ticket(
        id=TICKET,
        visit=VisitId(TICKET[:-2]),
        number=Number(str(time.monotonic_ns())),
        service=ServiceId("exam"),
        priority=PriorityId("ordinary"),
        state=TicketState.CALLED,
        issued_at_ms=1_790_035_200_000,
        order_at=1.0,
        revision=number,
        clinic=ClinicId("internal-medicine-1"),
        room=RoomId("room-101"),
        called_at_ms=1_790_035_200_000,
        calls=number,
    )


class Recalls:
    """A facility in which one patient is called again and again."""

    def __init__(self, rate: float) -> None:
        self._rate = rate

    async def follow(self, facility: FacilityId) -> AsyncGenerator[StreamItem]:
        """The calls."""
        yield Began(FacilityState(epoch="e", offset=1, at_ms=0))
        offset = 1
        while True:
            await asyncio.sleep(1 / self._rate)
            offset += 1
            event = TicketRecalled(
                at_ms=time.time_ns() // 1_000_000,
                day=ServiceDay("20261124"),
                actor="benchmark",
                tickets=(recalled(offset),),
            )
            yield Told(offset, event)

    async def past(self, facility: FacilityId, after: int, upto: int) -> Sequence[AnyEvent]:
        """Nothing was before."""
        return ()

    async def visit(self, facility: FacilityId, visit: VisitId) -> VisitRecord:
        """Nobody asks."""
        raise NotImplementedError

    async def places(self, facility: FacilityId, tickets: Sequence[TicketId]) -> Sequence[Place]:
        """Nobody waits."""
        return ()

    def open_patient(self, facility: FacilityId, visit: Visit) -> Patient:
        """Nobody looks."""
        return Patient()


async def serve_queueflow(port: int, rate: float) -> None:
    facility = Facility(
        id=FACILITY, name={}, time_zone="UTC", languages=("en",), services=(), clinics=(), rooms=(), priorities=()
    )
    hub = Hub(
        {FACILITY: facility},
        Recalls(rate),
        now_ms=lambda: time.time_ns() // 1_000_000,
        chance=random.Random(1).random,
    )
    await hub.start()
    hall = SimpleNamespace(facility=lambda _: facility, hub=hub, public_url=None, allowed_origins=())
    app = Litestar([*feed.HANDLERS], openapi_config=None, logging_config=None, state=State({"hall": hall}))
    await serve_asgi(app, port, FeedProtocol)


async def serve_send(port: int, rate: float) -> None:
    listeners: set[object] = set()

    async def app(scope: dict, receive, send) -> None:
        await receive()
        await send({"type": "websocket.accept", "subprotocol": feed.SUBPROTOCOL})
        listeners.add(send)
        while (await receive())["type"] != "websocket.disconnect":
            pass
        listeners.discard(send)

    async def tell() -> None:
        while True:
            await asyncio.sleep(1 / rate)
            message = {"type": "websocket.send", "text": text()}
            for send in tuple(listeners):
                with suppress(OSError):
                    await send(message)  # type: ignore[operator]

    telling = asyncio.create_task(tell())
    await serve_asgi(app, port, "websockets-sansio")
    telling.cancel()


async def serve_asgi(app: object, port: int, protocol: object) -> None:
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        port=port,
        ws=protocol,  # type: ignore[arg-type]
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        lifespan="off",
        log_level="warning",
        loop="none",
    )
    await uvicorn.Server(config).serve()


async def serve_broadcast(port: int, rate: float) -> None:
    listeners: set[ServerConnection] = set()

    async def keep(connection: ServerConnection) -> None:
        listeners.add(connection)
        await connection.wait_closed()
        listeners.discard(connection)

    offered = cast("list[Subprotocol]", [feed.SUBPROTOCOL])
    async with serve(keep, "127.0.0.1", port, compression=None, ping_interval=None, subprotocols=offered):
        while True:
            await asyncio.sleep(1 / rate)
            broadcast(listeners, text())


def text() -> str:
    """The same frame as queueflow's."""
    instant = "2026-11-24T00:30:00.000Z"
    ticket = {
        "id": TICKET,
        "number": str(time.monotonic_ns()),
        "state": "called",
        "clinic": "internal-medicine-1",
        "room": "room-101",
        "called_at": instant,
        "calls": 123,
    }
    told = {"clinics": {}, "rooms": {}, "tickets": {TICKET: ticket}}
    frame = {"type": "event", "offset": 123, "prev": 122, "at": instant, "name": "ticket.recalled", "set": told}
    return json.dumps(frame, separators=(",", ":"))


# The listeners.


class Listeners:
    """Sockets that are read as fast as bytes come; what is noted is when."""

    def __init__(self, port: int, count: int) -> None:
        self._selector = selectors.DefaultSelector()
        for _ in range(count):
            self._selector.register(connected(port), selectors.EVENT_READ)
        self._count = count

    def read(self, seconds: float) -> tuple[list[float], list[float]]:
        """Milliseconds from sending: of every delivery, and of each frame's last."""
        deliveries: list[float] = []
        last: dict[bytes, list[float]] = {}
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                now = time.monotonic_ns()
                if not data:
                    raise SystemExit("the server closed a connection")
                at = data.find(MARK)
                while at >= 0:
                    end = data.find(b'"', at + len(MARK))
                    sent = data[at + len(MARK) : end]
                    took = (now - int(sent)) / 1e6
                    deliveries.append(took)
                    last.setdefault(sent, []).append(took)
                    at = data.find(MARK, end)
        return deliveries, [max(took) for took in last.values() if len(took) == self._count]

    def close(self) -> None:
        """All of them."""
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()


def connected(port: int) -> socket.socket:
    listener = socket.create_connection(("127.0.0.1", port))
    key = base64.b64encode(os.urandom(16)).decode()
    request = (
        f"GET /v1/facilities/{FACILITY}/feed?view=board HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: {feed.SUBPROTOCOL}\r\n\r\n"
    )
    listener.sendall(request.encode())
    answer = listener.recv(4096)
    if not answer.startswith(b"HTTP/1.1 101"):
        raise SystemExit(answer.decode())
    listener.setblocking(False)
    return listener


def memory_kib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024


def measure(name: str, count: int, rate: float, seconds: float) -> Measured:
    port = compare.free_port()
    command = [sys.executable, "-m", "loadtests.benchmarks.fanout", "--serve", name, "--port", str(port)]
    with compare.server([*command, "--rate", str(rate)], {}, port) as process:
        warm = Listeners(port, 20)
        warm.read(0.5)
        warm.close()
        before = memory_kib(process.pid)
        listeners = Listeners(port, count)
        memory = (memory_kib(process.pid) - before) / count
        listeners.read(0.5)
        cpu = compare.cpu_s(process.pid)
        deliveries, last = listeners.read(seconds)
        cpu = compare.cpu_s(process.pid) - cpu
        listeners.close()
    deliveries.sort()
    last.sort()
    return Measured(
        cpu_us=cpu / len(deliveries) * 1e6,
        p50_ms=deliveries[len(deliveries) // 2],
        p99_ms=deliveries[int(len(deliveries) * 0.99)],
        last_p99_ms=last[int(len(last) * 0.99)] if last else float("inf"),
        delivered=len(deliveries),
        memory_kib=memory,
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--listeners", type=int, default=1000)
    options.add_argument("--rate", type=float, default=20.0)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seconds", type=float, default=3.0)
    options.add_argument("--serve", choices=CONTENDERS)
    options.add_argument("--port", type=int)
    chosen = options.parse_args()
    if chosen.serve:
        server = {"queueflow": serve_queueflow, "broadcast": serve_broadcast, "asgi-send": serve_send}[chosen.serve]
        uvloop.run(server(chosen.port, chosen.rate))
        return
    compare.pin_to(compare.LOAD_CORE)
    found: dict[str, list[Measured]] = {name: [] for name in CONTENDERS}
    for number in range(chosen.rounds):
        for name in CONTENDERS:
            one = measure(name, chosen.listeners, chosen.rate, chosen.seconds)
            found[name].append(one)
            print(
                f"  round {number + 1}  {name:<12}{one.cpu_us:6.2f} us a delivery  p50 {one.p50_ms:5.1f}  "
                f"p99 {one.p99_ms:5.1f}  last p99 {one.last_p99_ms:5.1f} ms  {one.memory_kib:5.1f} KiB a board"
            )
    sys.exit(0 if judged(found) else 1)


def judged(found: dict[str, list[Measured]]) -> bool:
    def median(name: str, field: str) -> float:
        return statistics.median(getattr(one, field) for one in found[name])

    cpu = median("queueflow", "cpu_us") / median("broadcast", "cpu_us")
    last = median("queueflow", "last_p99_ms")
    memory = median("queueflow", "memory_kib") / median("asgi-send", "memory_kib")
    print(f"\nprocessor time a delivery, to broadcast()'s   {cpu:5.2f}   goal {GOAL_CPU}")
    print(f"p99 until the last of all boards has a frame  {last:5.1f} ms goal {GOAL_LAST_MS:.0f}")
    print(f"memory a board, to a bare WebSocket's          {memory:5.2f}   goal {GOAL_MEMORY}")
    folder = compare.ROOT / "artifacts"
    folder.mkdir(exist_ok=True)
    kept = {name: [asdict(one) for one in rounds] for name, rounds in found.items()}
    (folder / "fanout.json").write_text(json.dumps({"measured": kept, "python": sys.version}, indent=1))
    return cpu <= GOAL_CPU and last <= GOAL_LAST_MS and memory <= GOAL_MEMORY


if __name__ == "__main__":
    main()
