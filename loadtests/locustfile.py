"""The hall under load: kiosks that fill with the morning, a doctor in every room, and screens that must keep up.

    python loadtests/bench_load.py          does all of it: a server, this, the figures

By hand, against a demo that is already there:

    queueflow demo --no-patients --ready-file /tmp/ready.json
    LOAD_READY_FILE=/tmp/ready.json locust -f loadtests/locustfile.py --headless

LOAD_SHAPE holds the shape as JSON: {"seconds": 60, "kiosks": 30, "doctors": 25, "screens": 50}. The whole day of
profiles/morning.toml passes in those seconds; `kiosks` is how many are busy at its peak.
"""

import os
from pathlib import Path

import msgspec
from locust import LoadTestShape, User

from loadtests.users.doctor import DoctorUser
from loadtests.users.kiosk import KioskUser
from loadtests.users.screen import ScreenUser
from queueflow.simulation.arrivals import read_profile

PROFILE = Path(__file__).parent / "profiles" / "morning.toml"
SHAPE = "LOAD_SHAPE"
_OPENING_S = 3
"""Doctors and screens are there before the first patient."""


class Load(msgspec.Struct, forbid_unknown_fields=True):
    """How much, and for how long."""

    seconds: float = 60
    kiosks: int = 30
    doctors: int = 25
    screens: int = 50


LOAD = msgspec.json.decode(os.environ.get(SHAPE, "{}"), type=Load)
DoctorUser.fixed_count = LOAD.doctors
ScreenUser.fixed_count = LOAD.screens


class Morning(LoadTestShape):
    """As many busy kiosks as the profile has arrivals, the day's length pressed into the run's."""

    use_common_options = True

    def __init__(self) -> None:
        super().__init__()
        profile = read_profile(PROFILE.read_text(encoding="utf-8"), PROFILE.name)
        self._weights = [weight for _, weight in profile.steps()]

    def tick(self) -> tuple[int, float, list[type[User]]] | None:
        """The users that there should be now, or None at the end."""
        passed = self.get_run_time() - _OPENING_S
        if passed >= LOAD.seconds:
            return None
        at = min(len(self._weights) - 1, int(max(0.0, passed) / LOAD.seconds * len(self._weights)))
        kiosks = max(1, round(LOAD.kiosks * self._weights[at] / max(self._weights))) if passed >= 0 else 0
        users = LOAD.doctors + LOAD.screens + kiosks
        return users, float(users), [DoctorUser, ScreenUser, KioskUser] if kiosks else [DoctorUser, ScreenUser]
