"""A kiosk: one made-up person after the other shows a card and takes a number."""

from datetime import UTC, datetime
from random import Random

import msgspec
from locust import FastHttpUser, constant_pacing, task

from loadtests.users.hall import HALL, PATH, headers
from queueflow.simulation.day_file import scheme_and_value
from queueflow.simulation.door import OpenFacility
from queueflow.simulation.people import kind_for, person

SECONDS_A_PATIENT = 1.0


class People:
    """People who never were, each once in a run."""

    def __init__(self) -> None:
        self._dice = Random()
        self._serial = self._dice.randrange(1_000_000)

    def next(self, facility: OpenFacility) -> bytes:
        """The body of somebody's check-in, for a service that they may come for."""
        self._serial += 1
        service = self._dice.choice([one.id for one in facility.services if facility.rooms_of(one.id)])
        somebody = person(self._serial, kind_for(service), datetime.now(UTC).date(), self._dice)
        scheme, value = scheme_and_value(somebody.identity)
        body = {
            "identity": {"scheme": scheme, "value": value},
            "patient": {"name": somebody.name, "birth_date": somebody.birth_date},
            "service": service,
            "flags": somebody.flags,
            "language": facility.languages[0],
        }
        return msgspec.json.encode(body)


PEOPLE = People()


class KioskUser(FastHttpUser):
    """Checks people in; how many kiosks are busy follows the hour (locustfile.Morning)."""

    host = HALL.base_url
    wait_time = constant_pacing(SECONDS_A_PATIENT)

    def on_start(self) -> None:
        """Read which services there are."""
        answer = self.client.get(PATH, name="facility")
        self.facility = msgspec.json.decode(answer.content or b"", type=OpenFacility)

    @task
    def check_in(self) -> None:
        """Somebody's check-in; 200 is somebody who scanned again."""
        body = PEOPLE.next(self.facility)
        self.client.post(f"{PATH}/check-ins", data=body, headers=headers("kiosk"), name="check-in")
