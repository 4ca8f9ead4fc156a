"""A canary in every patient: a name, a number and a birth date that must turn up nowhere in public."""

import json
import re
import unicodedata

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.browser.conftest import LAPTOP, PHONE, WALL, OpenScreen
from tests.browser.hospital import Card, Hospital

pytestmark = pytest.mark.browser

FAMILY = "Chimyen"
KEPT = """async () => JSON.stringify([
  document.documentElement.outerHTML, location.href, {...sessionStorage}, {...localStorage}, document.cookie,
  await indexedDB.databases(), await caches.keys(),
])"""


def listen(page: Page, heard: list[str]) -> None:
    """Adds every frame that the page's feeds bring to a list."""

    def opened(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: heard.append(str(frame)))

    page.on("websocket", opened)


def found(text: str, cards: list[Card]) -> list[str]:
    """What of these people stands in a text, with or without marks, in whatever way JSON writes letters."""
    try:
        text += json.dumps(json.loads(text), ensure_ascii=False)
    except json.JSONDecodeError:
        text += text.encode().decode("unicode_escape", "ignore")
    plain = unicodedata.normalize("NFD", text)
    secrets = {FAMILY, "020185"} | {card.pin for card in cards} | {card.birth for card in cards}
    secrets |= {f"{card.birth[4:]}-{card.birth[2:4]}-{card.birth[:2]}" for card in cards}
    return sorted(secret for secret in secrets if secret in text or secret in plain)


def test_no_public_page_or_frame_tells_who_somebody_is(hospital: Hospital, open_screen: OpenScreen) -> None:
    cards = [Card(name=f"Nguyễn Thị {FAMILY} {n}", birth=f"0{n}091985") for n in range(1, 4)]
    public: list[tuple[Page, list[str]]] = []

    def watch(address: str, size: dict[str, int]) -> Page:
        heard: list[str] = []
        page = open_screen(address, size, meet=lambda page: listen(page, heard))
        public.append((page, heard))
        return page

    board = watch(hospital.address("board", role="display"), WALL)
    hospital.open("b201")
    visits = [hospital.check_in("eye", card, flags=("pregnant",)) for card in cards]
    phone = watch(hospital.base_url + visits[0]["visit"]["tracking_url"], PHONE)
    ticket = visits[0]["ticket"]
    expect(phone.locator("#number")).to_have_text(ticket["number"])
    hospital.post(f"/tickets/{ticket['id']}/call", {"room": "b201"})
    for action in ("recall", "start", "complete"):
        hospital.move(ticket["id"], action)
    expect(phone.locator(".state")).to_have_text(re.compile("đã xong"))
    expect(board.locator(".clinic[data-clinic=eye] .queue .number")).to_have_count(2)

    for page, heard in public:
        assert len(heard) >= 3
        for text in (*heard, page.evaluate(KEPT)):
            assert found(text, cards) == [], page.url
        for frame in heard:
            assert "pregnant" not in frame


def test_the_canary_sings_where_staff_need_it(hospital: Hospital, open_screen: OpenScreen) -> None:
    card = Card(name=f"Hoàng Văn {FAMILY}")
    hospital.check_in("cardiology", card)
    desk = open_screen(hospital.address("console/a201", role="console"), LAPTOP)
    expect(desk.locator(".queue")).to_contain_text(card.name)
    assert found(desk.evaluate(KEPT), [card]) == [FAMILY]
    assert card.pin not in desk.evaluate(KEPT)


def test_a_console_keeps_nothing_of_anybody_on_the_machine(hospital: Hospital, open_screen: OpenScreen) -> None:
    card = Card(name=f"Lương Thị {FAMILY}")
    hospital.check_in("neurology", card)
    desk = open_screen(hospital.address("console/a301", role="console"), LAPTOP)
    expect(desk.locator(".queue")).to_contain_text(card.name)
    kept = desk.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")
    assert found(kept, [card]) == []
