"""The paper ticket over HTTP: for whoever has the visit's link, and for nobody else."""

from typing import Any

import pytest

from tests.unit.formats.escpos_reader import read
from tests.web.conftest import V1, Hospital

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAME = "Hoàng Thị Giấy Mỏng"
CARD = "020185734933||{name}|17091985|Nữ|Thôn Giấy, Lạng Sơn|01072022"
OCTETS = "application/octet-stream"


async def visit_of(hospital: Hospital, **body: Any) -> dict[str, Any]:
    return (await hospital.check_in(**body)).json()["visit"]


def paper(visit: dict[str, Any], kind: str = "ticket", **query: str) -> str:
    key = visit["tracking_url"].partition("?k=")[2]
    return f"{V1}/visits/{visit['id']}/{kind}?k={key}" + "".join(f"&{name}={value}" for name, value in query.items())


async def test_what_stands_on_it_comes_in_the_language_of_the_check_in(hospital: Hospital) -> None:
    for language, heading in (("vi", "Số của ông/bà"), ("en", "Your number")):
        visit = await visit_of(hospital, language=language)
        answer = await hospital.call("GET", paper(visit), None)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        said = answer.json()
        assert (said["heading"], said["number"]) == (heading, visit["number"])
        assert len(said["facts"]) == 2
        other = await hospital.call("GET", paper(visit, lang="en"), None)
        assert other.json()["heading"] == "Your number"
    assert (await hospital.call("GET", paper(visit, lang="xx"), None)).json()["language"] == "en"


async def test_its_code_leads_to_the_patients_page_in_that_language(hospital: Hospital) -> None:
    visit = await visit_of(hospital)
    page = "http://kiosk.local" + visit["tracking_url"]
    assert (await hospital.call("GET", paper(visit), None)).json()["link"] == page
    assert (await hospital.call("GET", paper(visit, lang="en"), None)).json()["link"] == page + "&lang=en"
    assert (await hospital.call("GET", page, None)).status_code == 200
    svg = visit["tracking_url"].replace("?", "/qr.svg?")
    plain, english, odd = [await hospital.call("GET", svg + more, None) for more in ("", "&lang=en", "&lang=%22x")]
    assert plain.content == odd.content != english.content


async def test_a_printer_gets_it_drawn_or_in_its_own_letters(hospital: Hospital) -> None:
    visit = await visit_of(hospital)
    drawn = await hospital.call("GET", paper(visit, "ticket.escpos"), None)
    plain = await hospital.call("GET", paper(visit, "ticket.escpos", letters="plain"), None)
    assert drawn.status_code == plain.status_code == 200
    assert drawn.headers["content-type"] == plain.headers["content-type"] == OCTETS
    assert len(read(drawn.content).rows) > 500
    printed = read(plain.content)
    assert visit["number"] in printed.texts
    assert printed.codes == ["http://kiosk.local" + visit["tracking_url"]]
    refused = await hospital.call("GET", paper(visit, "ticket.escpos", letters="braille"), None)
    assert (refused.status_code, refused.json()["field"]) == (400, "letters")


@pytest.mark.parametrize("kind", ["ticket", "ticket.escpos"])
async def test_without_the_whole_link_there_is_no_ticket(hospital: Hospital, kind: str) -> None:
    visit, other = await visit_of(hospital), await visit_of(hospital)
    good = paper(visit, kind)
    for wrong in (good[:-1], good + "x", good.split("?")[0], good.replace(visit["id"], other["id"])):
        for role in (None, "kiosk"):
            refused = await hospital.call("GET", wrong, role)
            assert refused.status_code == 404
            assert refused.json()["type"] == "urn:queueflow:problem:unknown-visit"


async def test_it_says_nothing_of_who_somebody_is(hospital: Hospital) -> None:
    card = {"scheme": "cccd-qr", "value": CARD.format(name=NAME)}
    visit = await visit_of(hospital, identity=card, flags=["pregnant"])
    for address in (paper(visit), paper(visit, "ticket.escpos", letters="plain")):
        said = (await hospital.call("GET", address, None)).text.lower()
        for secret in ("giấy", "giay", "734933", "1985", "pregnant", "priority", "ưu tiên"):
            assert secret not in said
