"""A real server for tests in the browser, and the hands of its staff: everything over HTTP, as any client would.

Lives here: Hospital, Card.
May import: the standard library, httpx.
Never: end a process that it did not start.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.servers import free_port

START_S = 60
_serial = itertools.count(1)


class Card:
    """A synthetic identity card that nobody has used yet. `birth`: DDMMYYYY or YYYY."""

    def __init__(self, name: str = "Nguyễn Thị Bình", birth: str = "02091985", sex: str = "Nữ") -> None:
        century = 2 * ((int(birth[-4:]) - 1900) // 100) + (sex == "Nữ")
        self.pin = f"020{century}{birth[-2:]}{next(_serial):06d}"
        self.name = name
        self.birth = birth
        self.text = f"{self.pin}||{name}|{birth}|{sex}|Thôn Mẫu 1, Xã Thử Nghiệm, Lạng Sơn|01072022"


class Hospital:
    """`queueflow demo --no-patients` on a port and a data directory that it keeps over stop() and start()."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.environment = {**os.environ, "NO_COLOR": "1", **(environment or {})}
        self.process: subprocess.Popen[bytes] | None = None
        self.facility = ""
        self.tokens: dict[str, str] = {}
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *options: str) -> "Hospital":
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "queueflow", "demo", "--port", str(self.port), "--ready-file", str(ready)]
        command += ["--data-dir", str(self.folder / "data"), *(options or ["--no-patients"])]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + START_S
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError((self.folder / "server.log").read_text(encoding="utf-8")[-3000:])
            time.sleep(0.02)
        told = json.loads(ready.read_bytes())
        self.facility, self.tokens = told["facility"], told["tokens"]
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def __enter__(self) -> "Hospital":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.http.close()

    def address(self, screen: str, *, role: str | None = None, **query: str) -> str:
        """A screen's address, with its token where a role is named: address("board", role="display", lang="en")."""
        page, _, rest = screen.partition("/")
        asked = "?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""
        token = f"#token={self.tokens[role]}" if role else ""
        return f"{self.base_url}/{page}/{self.facility}{'/' + rest if rest else ''}{asked}{token}"

    def post(self, path: str, body: object = None, role: str = "console") -> Any:
        """What the server answers to a call that must succeed; None for nobody waiting."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}", "Idempotency-Key": f"test-{next(_serial)}"}
        answer = self.http.post(f"/v1/facilities/{self.facility}{path}", json=body or {}, headers=headers)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return None if answer.status_code == 204 else answer.json()

    def facts(self) -> Any:
        """The facility as the public knows it."""
        return self.http.get(f"/v1/facilities/{self.facility}").json()

    def check_in(self, service: str, card: Card | None = None, flags: tuple[str, ...] = ()) -> Any:
        """A visit and its ticket."""
        identity = {"scheme": "cccd-qr", "value": (card or Card()).text}
        body = {"identity": identity, "service": service, "flags": flags, "language": "vi"}
        return self.post("/check-ins", body, "kiosk")

    def visit(self, visit: str) -> Any:
        """A visit as staff see it now."""
        headers = {"Authorization": f"Bearer {self.tokens['console']}"}
        return self.http.get(f"/v1/facilities/{self.facility}/visits/{visit}", headers=headers).json()["visit"]

    def open(self, *rooms: str) -> None:
        for room in rooms:
            self.post(f"/rooms/{room}/open")

    def call_next(self, room: str) -> Any:
        return self.post(f"/rooms/{room}/call-next")

    def send_round_the_house(self, ticket: str, room: str, *more: str) -> None:
        """A doctor sees a patient, orders tests of every kind, and wants to see them again with a result."""
        self.open(room)
        self.post(f"/tickets/{ticket}/call", {"room": room})
        self.move(ticket, "start")
        tests = [
            {"service": "blood-test", "group": 1},
            {"service": "x-ray", "group": 1},
            {"service": "ultrasound", "waits_for": ["payment"]},
            {"service": "ecg"},
            *({"service": service, "waits_for": ["stamp"]} for service in more),
        ]
        self.post(f"/tickets/{ticket}/complete", {"next": tests, "return": True, "waits_for": ["result"]})

    def move(self, ticket: str, action: str) -> Any:
        return self.post(f"/tickets/{ticket}/{action}")
