"""What the feed does on the wire, against a scripted server: the frames of docs/feeds.md and every way to lose them."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute

from queueflow.live.close_codes import CLOSE_CODES
from tools.docstrings import DISPLAYS

pytestmark = pytest.mark.browser

FOLLOW = """async (token) => {
  const {Feed} = await import('/shared/feed.js');
  window.told = [];
  const tell = (name) => (of) => told.push([name, of?.offset ?? of ?? null]);
  window.feed = new Feed('small', 'board', {}, token, {
    snapshot: tell('snapshot'), event: tell('event'),
    fresh: tell('fresh'), stale: tell('stale'), refused: tell('refused'),
  });
}"""
AT = "2026-11-24T00:00:00.000Z"


def snapshot(offset: int, epoch: str = "e1") -> dict[str, Any]:
    return {"type": "snapshot", "epoch": epoch, "offset": offset, "at": AT, "state": {}}


def event(offset: int, prev: int) -> dict[str, Any]:
    return {"type": "event", "offset": offset, "prev": prev, "at": AT, "name": "ticket.called", "set": {}}


class Wire:
    """The server's end: each connection as it comes, with where it asked from."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sockets: list[WebSocketRoute] = []
        page.route_web_socket(lambda _: True, self._came)
        page.reload()

    def _came(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)

    def follow(self) -> None:
        self.page.evaluate(FOLLOW, "t")

    def connection(self, number: int) -> WebSocketRoute:
        """The connection of that number, from 1; the clock is pushed on until the feed makes it."""
        for _ in range(100):
            if len(self.sockets) >= number:
                return self.sockets[number - 1]
            self.page.clock.run_for(1000)
        raise AssertionError("the feed did not come back")

    def send(self, number: int, *frames: dict[str, Any]) -> None:
        connection = self.connection(number)
        for frame in frames:
            connection.send(json.dumps(frame))

    def told(self, count: int) -> list[tuple[str, Any]]:
        self.page.wait_for_function("(count) => told.length >= count", arg=count)
        return [tuple(one) for one in self.page.evaluate("told")]


@pytest.fixture
def wire(pages: Callable[[], Page]) -> Iterator[Wire]:
    page = pages()
    page.clock.install()
    yield Wire(page)
    page.close()


def test_it_hands_on_a_snapshot_and_then_each_event(wire: Wire) -> None:
    wire.follow()
    wire.send(1, snapshot(5), event(6, 5), {"type": "heartbeat", "offset": 6, "at": AT}, event(9, 6))
    assert wire.told(3) == [("snapshot", 5), ("event", 6), ("event", 9)]
    assert "since" not in wire.sockets[0].url


def test_after_a_loss_it_asks_for_what_came_since(wire: Wire) -> None:
    wire.follow()
    wire.send(1, snapshot(5), event(6, 5))
    wire.told(2)
    wire.sockets[0].close(code=1012)
    assert "since=e1%3A6" in wire.connection(2).url


def test_a_gap_is_never_drawn_over_and_a_second_one_is_mended_by_a_snapshot(wire: Wire) -> None:
    wire.follow()
    wire.send(1, snapshot(5), event(9, 8))
    wire.told(1)
    assert "since=e1%3A5" in wire.connection(2).url
    wire.send(2, event(9, 8))
    assert "since" not in wire.connection(3).url
    wire.send(3, snapshot(9), event(10, 9))
    assert wire.told(3) == [("snapshot", 5), ("snapshot", 9), ("event", 10)]


def test_bye_says_when_to_come_back(wire: Wire) -> None:
    wire.follow()
    wire.send(1, snapshot(5), {"type": "bye", "reason": "draining", "retry_after_ms": 30_000})
    wire.told(1)
    wire.page.clock.run_for(13_000)
    assert len(wire.sockets) == 1
    assert "since=e1%3A5" in wire.connection(2).url


def test_silence_makes_it_stale_within_fifteen_seconds_and_it_comes_back_by_itself(wire: Wire) -> None:
    wire.follow()
    wire.send(1, snapshot(5))
    wire.told(1)
    wire.page.clock.run_for(12_000)
    assert len(wire.told(1)) == 1
    wire.page.clock.run_for(3_000)
    assert wire.told(2)[1] == ("stale", AT)
    wire.send(2, {"type": "heartbeat", "offset": 5, "at": AT})
    assert wire.told(3)[2][0] == "fresh"


def test_a_refused_listener_is_told_and_asks_again_only_after_a_while(wire: Wire) -> None:
    wire.follow()
    wire.connection(1).close(code=4401)
    assert wire.told(1) == [("refused", 4401)]
    wire.page.clock.run_for(29_000)
    assert len(wire.sockets) == 1
    wire.send(2, snapshot(1))
    assert [name for name, _ in wire.told(3)] == ["refused", "fresh", "snapshot"]


def test_it_knows_the_close_codes_that_asking_again_will_not_change() -> None:
    listed = re.search(r"REFUSED = new Set\(\[(.+?)\]\)", (DISPLAYS / "shared" / "feed.js").read_text(encoding="utf-8"))
    assert listed is not None
    assert {int(code) for code in listed[1].split(",")} == {code.code for code in CLOSE_CODES if not code.reconnect}


def test_a_token_that_cannot_be_sent_is_refused(pages: Callable[[], Page]) -> None:
    page = pages()
    page.evaluate(FOLLOW, "not a token")
    page.wait_for_function("told.length > 0")
    assert page.evaluate("told") == [["refused", 4401]]
    page.close()


def test_it_tells_the_hospitals_time_whatever_the_screens_own_clock_says(wire: Wire) -> None:
    wire.follow()
    wire.send(1, snapshot(5))
    wire.told(1)
    shown = wire.page.evaluate("new Date(feed.now()).toISOString()")
    assert shown.startswith("2026-11-24T00:00:")
