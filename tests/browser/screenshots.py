"""Takes the pictures of the screens in docs/images: make screenshots.

    .venv/bin/python -m tests.browser.screenshots [folder]

The hall is a real demo server with made-up people in it, as lively as one moment of a morning.

Lives here: who is in the hall, and what is shown in each picture.
May import: the standard library, playwright, tests.
Never: a real person.
"""

import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LAPTOP, PHONE, TALL, WALL
from tests.browser.hospital import Card, Hospital
from tests.browser.palette import small_png
from tests.browser.test_kiosk import scan
from tests.chromium import SOUND_ALLOWED, chromium
from tools.docstrings import ROOT

FOLDER = ROOT / "docs" / "images"
ROOM = "a201"
"""Cardiology: the console that is shown."""
CHILD = ("Lương Gia Bảo", "14062022", "Nam")
MOTHER = ("Phùng Thị Yến", "11041996", "Nữ")
PEOPLE = (
    ("Hoàng Văn Mẫu", "1958", "Nam"),
    ("Nguyễn Thị Bình", "02091985", "Nữ"),
    ("Lý Ỷ Nhi", "11041991", "Nữ"),
    ("Vi Văn Tú", "1944", "Nam"),
    ("Đặng Thuỳ Dương", "28022003", "Nữ"),
    ("Nông Thị Ước", "1939", "Nữ"),
    ("Bế Minh Khánh", "17081976", "Nam"),
)
SERVICES = (
    "internal-medicine cardiology eye paediatrics endocrinology internal-medicine cardiology orthopaedics "
    "ear-nose-throat antenatal cardiology surgery pharmacy"
).split()


def take(folder: Path) -> None:
    """All pictures, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, Hospital(Path(data)) as hospital, chromium(SOUND_ALLOWED) as browser:
        fill(hospital)
        for name, show in SHOWN.items():
            page = show(hospital, browser)
            picture = small_png(browser.new_page(), page.screenshot(animations="disabled"))
            (folder / f"{name}.png").write_bytes(picture)
            print(f"{name}.png: {len(picture) / 1000:.0f} kB")


def fill(hospital: Hospital) -> None:
    """Ninety people, and rooms that have called or seen the first of them."""
    for n in range(90):
        service = SERVICES[n % len(SERVICES)]
        who = {"paediatrics": CHILD, "antenatal": MOTHER}.get(service, PEOPLE[n % len(PEOPLE)])
        hospital.check_in(service, Card(*who), ("pregnant",) if who is MOTHER else ())
    rooms = "a101 a103 a205 b201 b203 d101 d201 b102 a203 desk-4".split()
    hospital.open(*rooms, "b202", "d202", "a202")
    hospital.post(f"/rooms/{ROOM}/open", {"practitioner": "bs-hoang-van-mau"})
    for n, room in enumerate([ROOM, *rooms]):
        ticket = hospital.call_next(room)
        if ticket and n % 2 == 0:
            hospital.move(ticket["id"], "start")
    hospital.post("/rooms/b202/pause", {"until": "2030-01-01T03:30:00Z"})


def _board(hospital: Hospital, browser: Browser) -> Page:
    # A board that comes up calls out what was called in the last ten seconds: here only one more call is to be new.
    time.sleep(11)
    page = browser.new_page(viewport=WALL)  # pyright: ignore[reportArgumentType]
    page.goto(hospital.address("board", role="display"))
    expect(page.locator(".place:not(.free)")).to_have_count(6)
    hospital.call_next("a202")
    expect(page.locator(".place.new .number")).to_be_visible()
    return page


def _kiosk(hospital: Hospital, browser: Browser) -> Page:
    page = browser.new_page(viewport=TALL)  # pyright: ignore[reportArgumentType]
    page.goto(hospital.address("kiosk", role="kiosk"))
    scan(page, Card().text)
    expect(page.locator(".services")).to_be_visible()
    return page


def _kiosk_ticket(hospital: Hospital, browser: Browser) -> Page:
    page = _kiosk(hospital, browser)
    page.get_by_role("button", name="Khám tim mạch, huyết áp").click()
    page.get_by_role("button", name="Không", exact=True).click()
    expect(page.locator("#number")).to_be_visible()
    page.locator(".qr img").evaluate("(image) => image.decode()")
    return page


def _console(hospital: Hospital, browser: Browser) -> Page:
    page = browser.new_page(viewport=LAPTOP)  # pyright: ignore[reportArgumentType]
    page.goto(hospital.address(f"console/{ROOM}", role="console"))
    expect(page.locator(".here.serving, .here.called")).to_be_visible(timeout=60_000)
    expect(page.locator(".queue .ticket").nth(2)).to_be_visible(timeout=60_000)
    return page


def _phone(hospital: Hospital, browser: Browser) -> Page:
    given = hospital.check_in("cardiology")
    page = browser.new_page(viewport=PHONE, device_scale_factor=2)  # pyright: ignore[reportArgumentType]
    page.goto(hospital.base_url + given["visit"]["tracking_url"])
    expect(page.locator(".state")).to_have_text(re.compile("Đang chờ|tiếp theo"))
    return page


def _desk(hospital: Hospital, browser: Browser) -> Page:
    page = browser.new_page(viewport=WALL)  # pyright: ignore[reportArgumentType]
    page.goto(hospital.address("desk", role="console"))
    page.locator("[data-clinic=internal-1]").click()
    page.locator(".person.waiting").nth(1).click()
    expect(page.locator(".people .chosen")).to_be_visible()
    return page


def _ticket(hospital: Hospital, browser: Browser) -> Page:
    given = hospital.check_in("cardiology")
    page = browser.new_page(viewport=PHONE, device_scale_factor=2)  # pyright: ignore[reportArgumentType]
    page.goto(hospital.base_url + given["visit"]["tracking_url"].replace("/visit/", "/ticket/"))
    page.locator(".paper.laid").wait_for()
    return page


SHOWN: dict[str, Callable[[Hospital, Browser], Page]] = {
    "board": _board,
    "kiosk": _kiosk,
    "kiosk-ticket": _kiosk_ticket,
    "console": _console,
    "desk": _desk,
    "phone": _phone,
    "ticket": _ticket,
}

if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
