"""Pages and assets: what every page promises a browser, and that nothing but displays/ can be had."""

import json
import re

import pytest

from queueflow import resources
from queueflow.web.pages import Screens
from tests.web.conftest import Hospital

inside = pytest.mark.asyncio(loop_scope="module")

VISIT = "20261124-0k3d7v9wq2m5x"
PAGES = [
    *("/kiosk/small", "/board/small", "/console/small", "/console/small/room-1", "/desk/small"),
    f"/visit/small/{VISIT}?k=x",
]
DATA = re.compile(r'<script type="application/json" id="page-data">(.*?)</script>', re.DOTALL)


@pytest.mark.parametrize("path", PAGES)
@inside
async def test_a_page_runs_nothing_but_our_own_files_and_tells_nobody_where_it_was(
    hospital: Hospital, path: str
) -> None:
    page = await hospital.call("GET", path, None)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", PAGES)
@inside
async def test_a_page_has_no_script_style_or_handler_in_it(hospital: Hospital, path: str) -> None:
    page = DATA.sub("", (await hospital.call("GET", path, None)).text)
    assert re.findall(r"<script(?![^>]*\ssrc=)", page) == []
    assert re.findall(r"<style|\son\w+=|\sstyle=|javascript:", page) == []


@inside
async def test_a_page_carries_the_facility_and_the_words_of_its_languages(hospital: Hospital) -> None:
    page = (await hospital.call("GET", "/kiosk/small", None)).text
    found = DATA.search(page)
    assert found
    data = json.loads(found[1])
    assert data["facility"] == (await hospital.get("", None)).json()
    assert list(data["words"]) == ["vi", "en"]
    assert data["language"] == "vi"
    other = DATA.search((await hospital.call("GET", "/kiosk/other", None)).text)
    assert other
    assert list(json.loads(other[1])["words"]) == ["vi"]


@inside
async def test_a_sensitive_clinics_own_name_is_nowhere_public(hospital: Hospital) -> None:
    for path in (*PAGES, "/v1/facilities/small"):
        assert "HIV clinic" not in (await hospital.call("GET", path, None)).text


@inside
async def test_everything_that_a_page_loads_is_there_and_is_kept_by_its_version(hospital: Hospital) -> None:
    page = (await hospital.call("GET", "/kiosk/small", None)).text
    version = re.search(r'data-version="(\w+)"', page)
    assert version
    loaded = re.findall(r'(?:href|src)="(/assets/[^"]+)"', page)
    assert len(loaded) >= 4
    for path in loaded:
        assert f"/{version[1]}/" in path
        asset = await hospital.call("GET", path, None)
        assert asset.status_code == 200
        assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert asset.headers["content-type"].startswith(("text/css", "text/javascript", "image/svg+xml"))
    older = await hospital.call("GET", loaded[0].replace(version[1], "0123456789abcdef"), None)
    assert older.status_code == 200
    assert older.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/x/../../../etc/passwd",
        "/assets/x/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/x/%2e%2e/%2e%2e/pyproject.toml",
        "/assets/x/..%5c..%5cpyproject.toml",
        "/assets/x//etc/passwd",
        "/assets/x/shared",
        "/assets/x/shared/",
        "/assets/x/shared/page.html",
        "/assets/x/kiosk/page.html",
        "/assets/x/shared/base.css%00.js",
        "/assets/x/SHARED/base.css",
        "/assets/x",
        "/assets",
    ],
)
@inside
async def test_nothing_beside_the_assets_can_be_had(hospital: Hospital, path: str) -> None:
    answer = await hospital.client.get(f"http://kiosk.local{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_version_changes_with_any_byte(tmp_path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "a.css").write_text("a")
    first = Screens(tmp_path).version
    assert Screens(tmp_path).version == first
    (tmp_path / "a.css").write_text("b")
    assert Screens(tmp_path).version != first


def test_every_file_of_displays_has_a_kind_that_browsers_know() -> None:
    screens = Screens(resources.root("displays"))
    assert len(screens.assets) > 10
    for name, (_, kind) in screens.assets.items():
        assert kind != b"application/octet-stream", name


@inside
async def test_an_unknown_facility_or_room_has_no_page(hospital: Hospital) -> None:
    assert (await hospital.call("GET", "/kiosk/nowhere", None)).json()["type"].endswith("unknown-facility")
    assert (await hospital.call("GET", "/console/small/nowhere", None)).json()["type"].endswith("unknown-room")


@inside
async def test_a_visits_qr_needs_its_link(hospital: Hospital) -> None:
    visit = (await hospital.check_in()).json()["visit"]
    address = visit["tracking_url"].replace("?", "/qr.svg?")
    picture = await hospital.call("GET", address, None)
    assert picture.status_code == 200
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["cache-control"] == "no-store"
    assert picture.content.startswith(b"<svg")
    for wrong in (address[:-1], address + "x", address.split("?")[0], address.replace(visit["id"], VISIT)):
        refused = await hospital.call("GET", wrong, None)
        assert refused.status_code == 404
        assert refused.json()["type"] == "urn:queueflow:problem:unknown-visit"


@pytest.mark.parametrize("host", ["evil.example/x?", "a b", 'x"><svg onload=1>', "x" * 300])
@inside
async def test_a_host_that_no_browser_sends_does_not_get_into_the_qr(hospital: Hospital, host: str) -> None:
    visit = (await hospital.check_in()).json()["visit"]
    address = visit["tracking_url"].replace("?", "/qr.svg?")
    plain = await hospital.call("GET", address, None, {"Host": "localhost"})
    odd = await hospital.call("GET", address, None, {"Host": host})
    assert odd.status_code == 400 or odd.content == plain.content
