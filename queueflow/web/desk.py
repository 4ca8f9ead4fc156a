"""The desk: the floor view's page. What it shows comes by the feed, what it does goes by the calls of every desk.

Lives here: the handler of the page.
May import: web.entry, web.pages; litestar.
Never: put anything of a patient into the page.
"""

from typing import Final

from litestar import get
from litestar.types import ASGIApp

from queueflow.web.entry import AnyRequest
from queueflow.web.pages import page_of


@get("/desk/{facility:str}", opt={"call": "page"})
async def floor(request: AnyRequest) -> ASGIApp:
    """The whole floor."""
    return page_of(request, "desk")


HANDLERS: Final = (floor,)
