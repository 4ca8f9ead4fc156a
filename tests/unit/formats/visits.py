"""A visit with stops in every state, at a small hospital of its own, and its tickets.

Lives here: FACILITY, WORDS, journey, paper.
May import: queueflow.formats, queueflow.model.
Never: a real person.
"""

import json
from typing import Any

from queueflow.formats.paper import Paper, paper_of
from queueflow.model.facility import Clinic, Facility, Room, Service
from queueflow.model.ids import ClinicId, FacilityId, Number, RoomId, ServiceDay, ServiceId, TicketId, VisitId
from queueflow.model.live_state import Place, VisitRecord
from queueflow.model.ticket import Ticket, TicketState, Wait
from queueflow.model.visit import Visit, VisitState
from queueflow.resources import root

MORNING = 1_795_567_260_000
"""2026-11-25 07:41 in Việt Nam."""
VISIT = VisitId("20261125-0k3d7v9wq2m5x")
LINK = f"http://192.168.10.5:8080/visit/mau/{VISIT}?k=pV3x0c2m8Qd1TzLwpV3x0c"
WORDS: dict[str, dict[str, str]] = {
    language: json.loads((root("displays") / "words" / f"{language}.json").read_text(encoding="utf-8"))
    for language in ("vi", "en")
}

SERVICES = {
    "internal-medicine": ("Khám nội tổng hợp", "Internal medicine"),
    "blood-test": ("Xét nghiệm máu", "Blood test"),
    "x-ray": ("Chụp X-quang", "X-ray"),
    "ultrasound": ("Siêu âm ổ bụng tổng quát và Doppler mạch máu", "Abdominal ultrasound with Doppler of the vessels"),
    "payment": ("Đóng viện phí", "Payment"),
    "pharmacy": ("Lĩnh thuốc bảo hiểm y tế", "Pharmacy"),
}


def text(vi: str, en: str) -> dict[str, str]:
    return {"vi": vi, "en": en}


FACILITY = Facility(
    id=FacilityId("mau"),
    name=text("Bệnh viện Đa khoa tỉnh Mẫu", "Model Province General Hospital"),
    time_zone="Asia/Ho_Chi_Minh",
    languages=("vi", "en"),
    services=tuple(Service(ServiceId(one), text(*names)) for one, names in SERVICES.items()),
    clinics=(
        Clinic(
            ClinicId("internal-1"),
            text("Phòng khám Nội tổng hợp 1", "Internal medicine 1"),
            (ServiceId("internal-medicine"),),
            "A",
            location=text("Nhà A, tầng 1, rẽ trái ở sảnh", "Building A, ground floor, left of the hall"),
        ),
        Clinic(
            ClinicId("quiet"),
            text("Phòng khám HIV", "HIV clinic"),
            (ServiceId("internal-medicine"),),
            "B",
            public_name=text("Phòng tư vấn 5", "Counselling 5"),
        ),
    ),
    rooms=(Room(RoomId("a101"), text("Phòng 101", "Room 101"), (ClinicId("internal-1"),)),),
    priorities=(),
)


def stop(n: int, service: str, state: TicketState, **more: Any) -> Ticket:
    return Ticket(
        id=TicketId(f"{VISIT}-{n}"),
        visit=VISIT,
        number=Number("A012"),
        service=ServiceId(service),
        priority="elderly-first",  # pyright: ignore[reportArgumentType]
        state=state,
        issued_at_ms=MORNING,
        order_at=float(MORNING),
        revision=1,
        **more,
    )


def waiting(**more: Any) -> Ticket:
    return stop(1, "internal-medicine", TicketState.WAITING, **{"clinic": ClinicId("internal-1"), **more})


SIX = (
    stop(1, "payment", TicketState.DONE, clinic=ClinicId("internal-1")),
    stop(2, "internal-medicine", TicketState.SUSPENDED, clinic=ClinicId("internal-1"), room=RoomId("a101")),
    stop(3, "blood-test", TicketState.WAITING, clinic=ClinicId("internal-1"), group="x:1"),
    stop(4, "x-ray", TicketState.PLANNED, group="x:1"),
    stop(5, "ultrasound", TicketState.PLANNED, waits_for=("payment",)),
    stop(6, "pharmacy", TicketState.PLANNED, waits_for=("prescription-from-the-moon",)),
)


def record(*journey: Ticket, position: int = 4, number: str = "A012") -> VisitRecord:
    at = next((one for one in journey if one.state is TicketState.WAITING), None)
    return VisitRecord(
        epoch="e",
        offset=1,
        at_ms=MORNING,
        visit=Visit(
            id=VISIT,
            number=Number(number),
            day=ServiceDay("20261125"),
            state=VisitState.ARRIVED,
            opened_at_ms=MORNING,
            tickets=tuple(one.id for one in journey),
            sealed="NAME",
            flags=("pregnant",),
            last3="921",
        ),
        journey=journey,
        place=None if at is None else Place(at.id, position, Wait(540, 1200)),
    )


def paper(*journey: Ticket, language: str = "vi", later_ms: int = 0, **more: Any) -> Paper:
    return paper_of(
        record(*(journey or (waiting(),)), **more),
        FACILITY,
        words=WORDS[language],
        language=language,
        link=LINK,
        now_ms=MORNING + later_ms,
    )
