"""A server on one port: a parent that owns the port and the embedded store, and workers that answer.

Lives here: listening, the parent (`Supervisor`), and what a worker process runs (`work`).
May import: app, settings, store.embedded, store.vault, web.logs; uvicorn, uvloop.
Never: anything of what is served.

Each worker has its own listening socket on the port (SO_REUSEPORT: the kernel spreads connections among them). The
parent makes all of them before the first worker starts and keeps them: connections that come while a worker is
starting, or while a dead one is being replaced, wait in its backlog. A worker holds the parent's end of a pipe as its
standard input, and drains by itself when that ends: kill -9 of the parent leaves nobody on the port.
"""

import asyncio
import errno
import gc
import logging
import os
import shutil
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, cast

import msgspec
import uvicorn
from litestar import Litestar

from queueflow.app import KEY_FILE, create_app
from queueflow.settings import Settings, packed, unpacked
from queueflow.store.embedded import EmbeddedStoreError, EmbeddedValkey
from queueflow.store.vault import KeyFileError, load_key
from queueflow.web import logs, metrics
from queueflow.web.entry import Hall
from queueflow.web.wire import FeedProtocol

_log = logging.getLogger(__name__)

DRAIN_S: Final = 10
"""Seconds that a worker gives requests and feeds to end."""
_KILL_AFTER_S: Final = DRAIN_S + 4
_BACKLOG: Final = 2048
_LARGEST_FRAME: Final = 16 * 1024
_RESTART_S: Final = 0.5
_GARBAGE: Final = (20_000, 20, 50)
"""Python looks for circles of garbage after so many new objects. Requests leave next to none, and a day's tickets are
many objects to look through: measured, a twelfth of a check-in's time at its own setting of 700, 10 and 10."""
_LOOK_S: Final = 0.02
_KEEP_ALIVE_S: Final = 75
"""Seconds that a connection may be idle: longer than proxies keep theirs, so that it is they who let go."""
_LOOK_AT_STORE_S: Final = 1.0
_WORK: Final = ("-P", "-c", "from queueflow.serving import work; work()")
"""-P: nothing is imported from the folder that the server is started in, whose files may have our modules' names."""


class CannotServe(Exception):
    """Why there is no server, in one sentence."""


def listen(host: str, port: int, count: int) -> list[socket.socket]:
    """`count` listening sockets on one port (0: any free one); raises CannotServe, which names the port."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        first = _listening(family, address, shared=False)
        if count == 1:
            return [first]
        # Bound without SO_REUSEPORT first: with it, a port that another server answers on would look free.
        address = (address[0], first.getsockname()[1], *address[2:])
        first.close()
        return [_listening(family, address, shared=True) for _ in range(count)]
    except OSError as error:
        raise CannotServe(_why_not(error, host, port)) from error


def _listening(family: int, address: tuple[object, ...], *, shared: bool) -> socket.socket:
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        found.bind(address)
        found.listen(_BACKLOG)
    except OSError:
        found.close()
        raise
    return found


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use by another program. Choose another one with --port or QUEUEFLOW_PORT."
    if error.errno == errno.EACCES:
        return f"Port {port} may not be opened by this user. Choose one above 1023 with --port or QUEUEFLOW_PORT."
    return f"{host}:{port} cannot be listened on ({error.strerror}). Look at QUEUEFLOW_HOST and QUEUEFLOW_PORT."


def prepare_data_dir(folder: Path) -> None:
    """Make the data directory and see that it can be written to; raises CannotServe, which names it."""
    probe = folder / f".writable.{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotServe(
            f"The data directory {folder} cannot be written to ({error.strerror}). "
            "Choose another one with --data-dir or QUEUEFLOW_DATA_DIR."
        ) from error


class _Order(msgspec.Struct, frozen=True):
    """What a worker is told on its standard input: its settings, and which descriptors are its port and its bell."""

    settings: msgspec.Raw
    port_fd: int
    bell_fd: int


class Supervisor:
    """Runs a server until SIGTERM or SIGINT: store first, then workers; on the way down workers first, then store."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stop = asyncio.Event()
        self._sockets: list[socket.socket] = []
        self._processes: dict[int, asyncio.subprocess.Process] = {}
        self._ready = [asyncio.Event() for _ in range(settings.workers)]
        self._embedded: EmbeddedValkey | None = None

    @property
    def base_url(self) -> str:
        """How this machine reaches the server."""
        bound: tuple[str, int] = self._sockets[0].getsockname()[:2]
        # A server that answers on every address of the machine is reached by its loopback one.
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bound[0], bound[0])  # noqa: S104
        return f"http://[{host}]:{bound[1]}" if ":" in host else f"http://{host}:{bound[1]}"

    async def run(self, beside: Callable[["Supervisor"], Awaitable[None]]) -> None:
        """Serve. `beside` runs once every worker is ready, and is cancelled on the way down. Raises CannotServe."""
        settings = self._settings
        prepare_data_dir(settings.data_dir)
        try:
            load_key(settings.data_dir / KEY_FILE)
        except KeyFileError as error:
            raise CannotServe(str(error)) from error
        self._sockets = listen(settings.host, settings.port, settings.workers)
        loop = asyncio.get_running_loop()
        for which in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(which, self._stop.set)
        tasks: list[asyncio.Task[None]] = []
        try:
            await self._open_store()
            environment = self._environment()
            tasks = [loop.create_task(self._keep_worker(slot, environment)) for slot in range(settings.workers)]
            tasks += [loop.create_task(self._keep_store()), loop.create_task(self._run_beside(beside))]
            stopping = loop.create_task(self._stop.wait(), name="stopping")
            ended, _ = await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            for task in ended:
                task.result()
        finally:
            await self._go_down(tasks)

    async def _open_store(self) -> None:
        if self._settings.store_url is not None:
            return
        self._embedded = EmbeddedValkey(self._settings.data_dir)
        try:
            url = await asyncio.to_thread(self._embedded.start)
        except EmbeddedStoreError as error:
            raise CannotServe(str(error)) from error
        self._settings = msgspec.structs.replace(self._settings, store_url=url)

    async def _keep_store(self) -> None:
        """The embedded store, should it die, is started again; what it had acknowledged is in its file."""
        while True:
            await asyncio.sleep(_LOOK_AT_STORE_S)
            if self._embedded is not None:
                try:
                    await asyncio.to_thread(self._embedded.start)
                except EmbeddedStoreError as error:
                    # Patients see that the queue cannot be reached; it is tried again until whoever can has mended it.
                    _log.error("%s", error)

    async def _keep_worker(self, slot: int, environment: dict[str, str]) -> None:
        """One worker, started again whenever it ends; one that was never ready has a fault that would come again."""
        while True:
            process = await self._start_worker(slot, environment)
            status = await process.wait()
            metrics.worker_ended(environment.get(metrics.SHARED_FOLDER), process.pid)
            if not self._ready[slot].is_set():
                raise CannotServe(f"A worker could not start (status {status}); the lines above say why.")
            _log.error("a worker ended (status %s); starting another", status)
            await asyncio.sleep(_RESTART_S)

    async def _start_worker(self, slot: int, environment: dict[str, str]) -> asyncio.subprocess.Process:
        bell, hammer = os.pipe()
        port = self._sockets[slot].fileno()
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, *_WORK),
                stdin=asyncio.subprocess.PIPE,
                pass_fds=(port, hammer),
                env=environment,
            )
        except BaseException:
            os.close(bell)
            raise
        finally:
            os.close(hammer)
        self._processes[slot] = process
        self._listen_for(bell, self._ready[slot])
        order = _Order(msgspec.Raw(packed(self._settings)), port, hammer)
        # Written and never closed: the end of this pipe tells the worker that its parent is gone.
        lifeline = cast("asyncio.StreamWriter", process.stdin)
        lifeline.write(msgspec.json.encode(order) + b"\n")
        with suppress(ConnectionError):
            await lifeline.drain()
        return process

    def _listen_for(self, bell: int, ready: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()

        def rung() -> None:
            loop.remove_reader(bell)
            if os.read(bell, 1):
                ready.set()
            os.close(bell)

        loop.add_reader(bell, rung)

    async def _run_beside(self, beside: Callable[["Supervisor"], Awaitable[None]]) -> None:
        for ready in self._ready:
            await ready.wait()
        await beside(self)
        await asyncio.Event().wait()

    def _environment(self) -> dict[str, str]:
        if self._settings.workers == 1:
            return {**os.environ}
        folder = self._settings.data_dir / "metrics"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        return {**os.environ, metrics.SHARED_FOLDER: str(folder)}

    async def _go_down(self, tasks: list[asyncio.Task[None]]) -> None:
        # The parent's hold on the port goes first, so that it is free the moment that the last worker has drained.
        for one in self._sockets:
            one.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(_end(process) for process in self._processes.values()))
        if self._embedded is not None:
            try:
                await asyncio.to_thread(self._embedded.stop)
            except EmbeddedStoreError as error:
                raise CannotServe(str(error)) from error


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _KILL_AFTER_S)
    except TimeoutError:
        _log.error("a worker did not drain in %s s and is killed", _KILL_AFTER_S)
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


class _Worker(uvicorn.Server):
    """uvicorn's server, which tells its parent when it is ready, ends with it, and says goodbye before it closes."""

    def __init__(self, config: uvicorn.Config, hall: Hall, bell_fd: int) -> None:
        super().__init__(config)
        self._hall = hall
        self._bell_fd = bell_fd
        self._ringing: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self._parent_is_gone)
        self._ringing = asyncio.create_task(self._ring())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._ringing is not None:
            self._ringing.cancel()
        for server in self.servers:
            server.close()
        await self._hall.drain()
        await super().shutdown(sockets)

    async def _ring(self) -> None:
        await self._hall.opened.wait()
        while self._hall.in_doubt:  # noqa: ASYNC110 (the feeds ring no bell of their own)
            await asyncio.sleep(_LOOK_S)
        # What is there now stays: looking through it for garbage again and again would only cost time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_GARBAGE)
        os.write(self._bell_fd, b"!")
        os.close(self._bell_fd)

    def _parent_is_gone(self) -> None:
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        self.should_exit = True


def work() -> None:
    """What a worker process runs; its order comes on standard input, whose end is the end of its parent."""
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=_Order)
    settings = unpacked(bytes(order.settings))
    logs.set_up(settings.log_format, settings.log_level)
    app = create_app(settings)
    server = _Worker(server_config(app, settings), app.state["hall"], order.bell_fd)
    with suppress(KeyboardInterrupt):
        server.run(sockets=[socket.socket(fileno=order.port_fd)])


def server_config(app: Litestar, settings: Settings) -> uvicorn.Config:
    """Uvicorn as it was measured to be best for this: no deflate, small frames, no access log, bounded draining."""
    return uvicorn.Config(
        app,
        http="httptools",
        loop="uvloop",
        ws=FeedProtocol,
        # A screen that was switched off at the wall is noticed within 15 s, a doctor's half-open laptop too.
        ws_ping_interval=10.0,
        ws_ping_timeout=5.0,
        ws_max_size=_LARGEST_FRAME,
        ws_per_message_deflate=False,
        lifespan="on",
        backlog=_BACKLOG,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=DRAIN_S,
    )
