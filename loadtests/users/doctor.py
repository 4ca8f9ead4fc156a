"""A doctor: opens a room, calls whoever is next, starts, completes, and again."""

import itertools
import time

import msgspec
from locust import FastHttpUser, between, task

from loadtests.users.hall import CALLS, HALL, PATH, headers
from queueflow.simulation.door import OpenFacility

_turns = itertools.count()


class Called(msgspec.Struct):
    """The ticket that was called, as far as a doctor needs it."""

    id: str


class DoctorUser(FastHttpUser):
    """One doctor in one room; each takes the next room, so as many doctors as rooms fill the house."""

    host = HALL.base_url
    wait_time = between(0.2, 0.6)

    def on_start(self) -> None:
        """Open a room."""
        answer = self.client.get(PATH, name="facility")
        rooms = msgspec.json.decode(answer.content or b"", type=OpenFacility).rooms
        self.left: list[str] = []
        self.room = f"{PATH}/rooms/{rooms[next(_turns) % len(rooms)].id}"
        self._press(f"{self.room}/open", "open-room")

    def on_stop(self) -> None:
        """See off whoever is in the room, and close it."""
        self._finish()
        self._press(f"{self.room}/close", "close-room")

    @task
    def serve(self) -> None:
        """One patient."""
        pressed = time.perf_counter()
        called = self._press(f"{self.room}/call-next", "call-next")
        if called is None:
            return
        CALLS.pressed(called.id, pressed)
        self.left = [f"{PATH}/tickets/{called.id}/{action}" for action in ("start", "complete")]
        self.wait()
        self._finish()

    def _finish(self) -> None:
        while self.left:
            path = self.left.pop(0)
            self._press(path, path.rpartition("/")[2])

    def _press(self, path: str, name: str) -> Called | None:
        answer = self.client.post(path, data=b"{}", headers=headers("console"), name=name)
        return (
            msgspec.json.decode(answer.content, type=Called) if answer.status_code == 200 and answer.content else None
        )
