"""The patients of the visits under way, opened from the vault once each, for staff.

Lives here: People.
May import: model, live.public.
Never: keep a patient whose visit is over, or write one down.
"""

from collections.abc import Callable, Container

from queueflow.live.public import PatientDetails
from queueflow.model.ids import VisitId
from queueflow.model.patient import Patient
from queueflow.model.visit import Visit


class People:
    """Opens a visit's patient at first sight and remembers until the visit changes or is forgotten."""

    def __init__(self, open_sealed: Callable[[Visit], Patient]) -> None:
        self._open_sealed = open_sealed
        self._known: dict[VisitId, tuple[Visit, PatientDetails]] = {}

    def open(self, visit: Visit) -> PatientDetails:
        """Whom staff call in."""
        known = self._known.get(visit.id)
        if known is None or known[0] != visit:
            patient = self._open_sealed(visit) if visit.sealed else Patient()
            known = self._known[visit.id] = (visit, details(visit, patient))
        return known[1]

    def forget(self, visit: VisitId) -> None:
        """The visit is over."""
        self._known.pop(visit, None)

    def forget_all_but(self, visits: Container[VisitId]) -> None:
        """Only these are under way."""
        for visit in [visit for visit in self._known if visit not in visits]:
            del self._known[visit]


def details(visit: Visit, patient: Patient) -> PatientDetails:
    """What staff see of a patient: of the birth date the year alone."""
    birth_year = int(patient.birth_date[:4]) if patient.birth_date else None
    return PatientDetails(patient.name, birth_year, visit.last3, visit.flags, visit.language)
