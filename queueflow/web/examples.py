"""The examples in the API's description: one patient's way, the same in every call; invented people only.

Lives here: those examples as they look on the wire.
May import: the standard library's typing.
Never: anything that runs; tests check each against its type.
"""

from typing import Any, Final

_VISIT: Final = "20261124-0k3d7v9wq2m5x"
LINK_KEY: Final = "pV3x0c2m8Qd1TzLw"

CHECK_IN_BODY: Final[dict[str, Any]] = {
    "identity": {
        "scheme": "cccd-qr",
        "value": "020185000002||Nguyễn Thị Bình|02091985|Nữ|Thôn Mẫu 1, Xã Thử Nghiệm, Lạng Sơn|01072022",
    },
    "patient": {"phone": "0912345678"},
    "service": "internal-medicine",
    "answers": {},
    "flags": ["pregnant"],
    "language": "vi",
    "appointment": None,
}
WAITING: Final[dict[str, Any]] = {
    "id": f"{_VISIT}-1",
    "number": "A012",
    "visit": _VISIT,
    "clinic": "internal-1",
    "room": None,
    "service": "internal-medicine",
    "priority": "priority",
    "state": "waiting",
    "position": 3,
    "estimated_wait": {"p50_s": 540, "p90_s": 1200},
    "issued_at": "2026-11-24T00:41:07.512Z",
    "called_at": None,
    "started_at": None,
    "ended_at": None,
    "calls": 0,
    "waits_for": [],
    "revision": 1,
    "appointment": {"id": "20261124-5m2x0k3d7v9wq", "at": "2026-11-24T01:30:00.000Z"},
}
CALLED: Final[dict[str, Any]] = {
    **WAITING,
    "room": "room-101",
    "state": "called",
    "position": None,
    "estimated_wait": None,
    "called_at": "2026-11-24T00:52:30.001Z",
    "calls": 1,
    "revision": 2,
}
SERVING: Final[dict[str, Any]] = {**CALLED, "state": "serving", "started_at": "2026-11-24T00:53:02.120Z", "revision": 3}
DONE: Final[dict[str, Any]] = {**SERVING, "state": "done", "ended_at": "2026-11-24T01:01:44.310Z", "revision": 4}
NO_SHOW: Final[dict[str, Any]] = {**CALLED, "state": "no-show", "ended_at": "2026-11-24T00:58:00.000Z", "revision": 3}
ON_HOLD: Final[dict[str, Any]] = {
    **WAITING,
    "state": "on-hold",
    "position": None,
    "estimated_wait": None,
    "revision": 2,
}
CANCELLED: Final[dict[str, Any]] = {
    **WAITING,
    "state": "cancelled",
    "position": None,
    "estimated_wait": None,
    "ended_at": "2026-11-24T00:50:00.000Z",
    "revision": 2,
}
PLANNED: Final[dict[str, Any]] = {
    **WAITING,
    "id": f"{_VISIT}-2",
    "clinic": None,
    "service": "pharmacy",
    "state": "planned",
    "position": None,
    "estimated_wait": None,
}
VISIT: Final[dict[str, Any]] = {
    "id": _VISIT,
    "number": "A012",
    "facility": "lang-son-general",
    "day": "2026-11-24",
    "state": "arrived",
    "journey": [WAITING, PLANNED],
    "tracking_url": f"/visit/lang-son-general/{_VISIT}?k={LINK_KEY}",
}
DEFERRED: Final[dict[str, Any]] = {
    **{name: value for name, value in WAITING.items() if name not in ("visit", "priority", "waits_for", "revision")},
    "position": 8,
    "estimated_wait": {"p50_s": 1620, "p90_s": 2580},
    "deferred": True,
    "ended_reason": None,
    "wish": None,
    "stop": 1,
    "group": None,
    "waits_for": [],
}
GIVEN_UP: Final[dict[str, Any]] = {
    "visit": _VISIT,
    "state": "cancelled",
    "journey": [
        {
            **DEFERRED,
            "state": "cancelled",
            "position": None,
            "estimated_wait": None,
            "ended_at": "2026-11-24T00:50:00.000Z",
            "ended_reason": "gave-up",
        }
    ],
}
CHECKED_IN: Final[dict[str, Any]] = {
    "visit": VISIT,
    "ticket": WAITING,
    "directions": {"vi": "Khám nội 1 – Nhà B, tầng 2", "en": "Internal medicine 1 – Building B, 2nd floor"},
    "decision": {"ruleset": 3, "rule": "internal-adults", "reasons": ["service is internal-medicine"]},
}
ROOM: Final[dict[str, Any]] = {
    "id": "room-101",
    "state": "open",
    "practitioner": "dr-lan",
    "clinics": ["internal-1"],
    "tickets": [],
    "served": 0,
    "opened_at": "2026-11-24T00:00:00.000Z",
    "paused_until": None,
    "revision": 1,
}
PAUSED_ROOM: Final[dict[str, Any]] = {
    **ROOM,
    "state": "paused",
    "paused_until": "2026-11-24T04:30:00.000Z",
    "revision": 2,
}
CLOSED_ROOM: Final[dict[str, Any]] = {**ROOM, "state": "closed", "practitioner": None, "opened_at": None, "revision": 3}
PATIENT: Final[dict[str, Any]] = {
    "name": "Nguyễn Thị Bình",
    "birth_year": 1985,
    "last3": "002",
    "flags": ["pregnant"],
    "language": "vi",
}
QUEUE: Final[dict[str, Any]] = {
    "clinic": "internal-1",
    "at": "2026-11-24T00:41:10.000Z",
    "offset": 118,
    "estimated_wait": {"p50_s": 720, "p90_s": 1500},
    "waiting": [{"ticket": WAITING, "patient": PATIENT}],
}
STAFF_VISIT: Final[dict[str, Any]] = {"visit": VISIT, "ticket": WAITING, "patient": PATIENT}
FACILITY: Final[dict[str, Any]] = {
    "id": "lang-son-general",
    "name": {"vi": "Bệnh viện Đa khoa tỉnh", "en": "Provincial general hospital"},
    "time_zone": "Asia/Ho_Chi_Minh",
    "languages": ["vi", "en"],
    "services": [
        {
            "id": "internal-medicine",
            "name": {"vi": "Khám nội", "en": "Internal medicine"},
            "kiosk": True,
            "icon": "stethoscope",
        }
    ],
    "clinics": [
        {
            "id": "internal-1",
            "name": {"vi": "Khám nội 1", "en": "Internal medicine 1"},
            "services": ["internal-medicine"],
            "location": {"vi": "Nhà B, tầng 2", "en": "Building B, 2nd floor"},
        }
    ],
    "rooms": [
        {
            "id": "room-101",
            "name": {"vi": "Phòng 101", "en": "Room 101"},
            "clinics": ["internal-1"],
            "places": 1,
            "location": {},
        }
    ],
    "priorities": [{"id": "priority", "name": {"vi": "Ưu tiên", "en": "Priority"}}],
}
BOARD: Final[dict[str, Any]] = {
    "epoch": "6f1d2c0b9a8e7f54",
    "offset": 118,
    "at": "2026-11-24T00:52:31.000Z",
    "state": {
        "clinics": {
            "internal-1": {
                "id": "internal-1",
                "waiting": 2,
                "rooms_open": 1,
                "next": ["20261124-7m1r8s2tv4w6y-1", "20261124-c5d9e3fgh0j8k-1"],
                "estimated_wait": {"p50_s": 720, "p90_s": 1500},
            }
        },
        "rooms": {
            "room-101": {
                "id": "room-101",
                "state": "open",
                "clinics": ["internal-1"],
                "tickets": [f"{_VISIT}-1"],
                "paused_until": None,
            }
        },
        "tickets": {
            f"{_VISIT}-1": {
                "id": f"{_VISIT}-1",
                "number": "A012",
                "state": "called",
                "clinic": "internal-1",
                "room": "room-101",
                "called_at": "2026-11-24T00:52:30.001Z",
                "calls": 1,
            }
        },
    },
}
PAPER: Final[dict[str, Any]] = {
    "language": "en",
    "facility": "Lạng Sơn General Hospital",
    "issued": "24/11/2026  07:41",
    "printed": "",
    "heading": "Your number",
    "number": "A012",
    "state": "",
    "place": ["Internal medicine 1", "House A, ground floor"],
    "facts": [
        {"label": "People ahead of you", "value": "2"},
        {"label": "Expected wait", "value": "5–20 min"},
    ],
    "way_heading": "Your way today",
    "way": [
        {"mark": "now", "name": "Internal medicine", "note": "Waiting now"},
        {"mark": "next", "name": "Pharmacy", "note": "Still to come"},
    ],
    "link": f"http://queue.example/visit/lang-son-general/{_VISIT}?k=pV3x0c2m8Qd1TzLw&lang=en",
    "link_hint": "Scan with your phone to follow your turn",
}

_APPOINTMENT_ID: Final = "20261124-5m2x0k3d7v9wq"
SLOTS: Final[dict[str, Any]] = {
    "slots": [
        {
            "schedule": "internal-lan",
            "clinic": "internal-1",
            "practitioner": "dr-lan",
            "start": "2026-11-24T01:30:00.000Z",
            "end": "2026-11-24T01:45:00.000Z",
            "places": 2,
            "free": 1,
            "overbook": 1,
        }
    ]
}
BOOKING: Final[dict[str, Any]] = {
    "identity": {"scheme": "name", "value": "Nguyễn Thị Bình"},
    "patient": {"birth_date": "1985-09-02", "phone": "0912345678"},
    "clinic": "internal-1",
    "practitioner": "dr-lan",
    "start": "2026-11-24T08:30:00+07:00",
}
APPOINTMENT: Final[dict[str, Any]] = {
    "id": _APPOINTMENT_ID,
    "code": "5m2x0k",
    "clinic": "internal-1",
    "schedule": "internal-lan",
    "practitioner": "dr-lan",
    "service": "internal-medicine",
    "day": "2026-11-24",
    "start": "2026-11-24T01:30:00.000Z",
    "end": "2026-11-24T01:45:00.000Z",
    "state": "booked",
    "overbooked": False,
    "ticket": None,
    "moved_to": None,
    "booked_at": "2026-11-20T03:12:00.000Z",
    "revision": 1,
    "patient": {"name": "Nguyễn Thị Bình", "birth_year": 1985, "last3": None, "flags": [], "language": "vi"},
}
CANCELLED_APPOINTMENT: Final[dict[str, Any]] = {**APPOINTMENT, "state": "cancelled", "revision": 2}
APPOINTMENTS: Final[dict[str, Any]] = {"day": "2026-11-24", "appointments": [APPOINTMENT]}
APPOINTMENTS_TABLE: Final = (
    "date,time,clinic,identity,name,birth_date,phone\r\n"
    "2026-11-24,08:30,internal-1,BN-20417,Nguyễn Thị Bình,1985-09-02,0912345678\r\n"
    "2026-11-24,25:00,internal-1,BN-20418,Trần Văn Mẫu,1970,\r\n"
)
IMPORTED: Final[dict[str, Any]] = {
    "booked": 1,
    "there_already": 0,
    "refused": 1,
    "rows": [
        {"row": 2, "result": "booked", "appointment": _APPOINTMENT_ID, "code": "5m2x0k"},
        {"row": 3, "result": "refused", "column": "time", "expected": "Expected a time of day as HH:MM."},
    ],
}
